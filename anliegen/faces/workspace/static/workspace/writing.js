/* The ticket's page: the newest message in view, the two forms below, nothing typed gets lost. */

const memory = sessionStorage;
const fields = (root = document) => root.querySelectorAll("textarea[data-draft]");
const untouched = new WeakMap();

/* Drafts stay in this browser tab until they are sent. What the server put there is no draft. */
function watch(field) {
  if (untouched.has(field)) return;
  untouched.set(field, { words: field.defaultValue, rest: rest(field.form) });
  if (field.form.querySelector("[data-focus]")) return;
  const kept = memory.getItem(field.dataset.draft);
  const around = memory.getItem(restKey(field));
  if (around !== null) fill(field.form, JSON.parse(around));
  if (kept !== null) field.value = kept;
  if (kept !== null || around !== null) open(field.closest("details"), { focus: false });
}

const restKey = (field) => `${field.dataset.draft}:rest`;
const isUntouched = (field) => field.value.trim() === (untouched.get(field)?.words ?? "").trim();

function keep(field) {
  if (isUntouched(field)) memory.removeItem(field.dataset.draft);
  else memory.setItem(field.dataset.draft, field.value);
  const around = rest(field.form);
  if (around === untouched.get(field)?.rest) memory.removeItem(restKey(field));
  else memory.setItem(restKey(field), around);
}

document.addEventListener("input", ({ target }) => {
  const field = target.form?.querySelector("textarea[data-draft]");
  if (field) keep(field);
});

/* What an answer is besides its words: recipients, time, what comes afterwards, files that are on the server already. */
const AROUND = ["to", "cc", "send_at", "status"];

function rest(form) {
  const values = AROUND.map((name) => [name, form.elements[name]?.value ?? ""]);
  const kept = [...form.querySelectorAll("[data-kept] li")];
  const files = kept.map((file) => [file.querySelector("input").value, file.querySelector("span").textContent]);
  return JSON.stringify({ ...Object.fromEntries(values), kept: files });
}

function fill(form, values) {
  for (const name of AROUND) if (form.elements[name]) form.elements[name].value = values[name];
  const list = form.querySelector("[data-kept]");
  const blank = list?.nextElementSibling.content.firstElementChild;
  const files = values.kept.map(([key, words]) => {
    const file = blank.cloneNode(true);
    file.querySelector("input").value = key;
    file.querySelector("span").textContent = words;
    return file;
  });
  list?.replaceChildren(...files);
}

/* The form comes anew when the answer was not sent; the files that were chosen stay chosen. */
let chosen;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "reply") chosen = detail.target.elements.files?.files;
});

document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    const field = form.querySelector("textarea[data-draft]");
    memory.removeItem(field.dataset.draft);
    memory.removeItem(restKey(field));
    field.closest("details").open = false;
    chosen = undefined;
  }
  const files = document.getElementById("reply")?.elements.files;
  if (files && chosen) files.files = chosen;
  chosen = undefined;
  fields().forEach(watch);
  restore();
});

/* What was taken back is in the field again, unless something new was begun there. */
function restore() {
  const place = document.querySelector("#restored [data-restore]");
  const field = document.querySelector("#reply textarea[data-draft]");
  if (!place || !field) return;
  if (isUntouched(field)) {
    field.value = place.content.textContent;
    fill(field.form, JSON.parse(place.nextElementSibling.content.textContent));
    keep(field);
    open(field.closest("details"));
  }
  place.parentElement.replaceChildren();
}

function open(details, { focus = true } = {}) {
  if (!details) return;
  details.open = true;
  if (!focus) return;
  const field = details.querySelector("textarea");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  field.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const details = document.getElementById(opener.dataset.open);
    quote(details);
    open(details);
  }
  const file = event.target.closest("[data-remove]")?.closest("li");
  if (file) {
    const form = file.closest("form");
    file.remove();
    keep(form.querySelector("textarea[data-draft]"));
    (form.querySelector("[data-kept] button") ?? form.elements.files).focus();
  }
  const filler = event.target.closest("[data-fill]");
  if (!filler) return;
  const field = document.getElementById(filler.dataset.fill);
  field.value = filler.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

/* The button says to how many people the answer goes, and whether later: whoever presses it knows who gets it. */
const addresses = (field) => new Set((field?.value ?? "").toLowerCase().split(/[,;\n]/).map((one) => one.trim()).filter(Boolean));

function label(form) {
  const button = form.querySelector("button[data-people]");
  if (!button || !form.elements.to) return;
  const to = addresses(form.elements.to);
  const copies = addresses(form.elements.cc);
  const people = (to.size || Number(button.dataset.people)) + [...copies].filter((one) => !to.has(one)).length;
  const which = people > 1 ? "many" : to.size ? "named" : "one";
  const key = form.elements.send_at?.value ? `later${which[0].toUpperCase()}${which.slice(1)}` : which;
  if (button.dataset.one) button.querySelector("span").textContent = button.dataset[key].replace("{count}", people).replace("{name}", [...to][0]);
  form.querySelector("[data-usual]").hidden = to.size > 0;
  form.querySelector("[data-own]").replaceChildren(...[...to].map(chip));
  /* Who is written to, and when, never hides. */
  for (const part of form.querySelectorAll("[data-part]")) part.open ||= part.querySelector("textarea, input").value !== "";
  const out = form.querySelector("[data-left-out]");
  if (out) out.hidden = [...addresses({ value: out.dataset.leftOut })].every((one) => copies.has(one) || to.has(one));
}

function chip(address) {
  return Object.assign(document.createElement("span"), { className: "chip", textContent: address });
}

document.addEventListener("input", ({ target }) => {
  if (target.form?.id === "reply") label(target.form);
});
const labelled = () => {
  const form = document.getElementById("reply");
  if (form) label(form);
};
document.addEventListener("htmx:afterSettle", labelled);

/* A picture that is pasted comes along as a file, and stands where it was pasted. */
document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("textarea[data-picture]");
  const files = field?.form.elements.files;
  const pasted = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!files || !pasted.length) return;
  event.preventDefault();
  const kept = new DataTransfer();
  for (const file of files.files) kept.items.add(file);
  for (const file of pasted) {
    const number = kept.items.length + field.form.querySelectorAll("[data-kept] li").length + 1;
    const name = `${field.dataset.picture.toLowerCase()}-${number}.${file.type.slice(6).replace("jpeg", "jpg")}`;
    kept.items.add(new File([file], name, { type: file.type }));
    field.setRangeText(`[${field.dataset.picture}: ${name}]`, field.selectionStart, field.selectionEnd, "end");
  }
  files.files = kept.files;
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

/* Text that was selected in a letter is quoted in the answer. */
function quote(details) {
  const selection = getSelection();
  const chosen = selection.toString().trim();
  const letter = selection.anchorNode?.parentElement?.closest(".mail-text");
  const field = details?.querySelector("#reply textarea");
  if (!chosen || !letter || !field) return;
  field.value = `${field.value.trimEnd()}\n\n${chosen.replace(/^/gm, "> ")}\n\n`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.(".composer-form");
  if (!form) return;
  event.preventDefault();
  form.querySelector("button[type=submit]").click(); // a click, so that what the button says is sent along
});

/* How long an answer can still be taken back. The server decides; this only counts. */
function count() {
  for (const form of document.querySelectorAll("form[data-undo]")) {
    const left = Math.ceil((new Date(form.dataset.undo) - Date.now()) / 1000);
    if (left <= 0) form.remove();
    else form.querySelector("[data-left]").textContent = `${left} s`;
  }
}
setInterval(count, 500);
count();
fields().forEach(watch);
labelled();

/* Where each pane scrolls for itself the page must not move; on a phone the page is what scrolls. */
const letters = document.querySelectorAll("#timeline [data-letter]");
const newest = /^#[mn]\d+$/.test(location.hash) ? document.querySelector(location.hash) : letters[letters.length - 1];
const pane = document.querySelector(".pane-main");
if (newest && letters.length > 1 && pane.scrollHeight > pane.clientHeight) {
  const head = pane.querySelector(".pane-head").offsetHeight;
  pane.scrollTop += newest.getBoundingClientRect().top - pane.getBoundingClientRect().top - head - 16;
} else if (newest && letters.length > 1 && !document.querySelector(".given")) newest.scrollIntoView({ block: "start" });
