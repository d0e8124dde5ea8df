/* The ticket's page: the newest message in view, the forms below, quoting, and what the button says. */

const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));
const written = (root) => root?.querySelector("[data-write]");

/* Whoever helps while writing puts words in by an event on the field. An editor that keeps its text elsewhere does it
   itself, and says so by preventing the event. */
document.addEventListener("anliegen:insert", (event) => {
  const { target: field, detail, defaultPrevented } = event;
  if (defaultPrevented) return;
  field.setRangeText(detail.text, detail.from ?? field.selectionStart, detail.until ?? field.selectionEnd, "end");
  changed(field);
});
const tell = (field, name, detail) => field.dispatchEvent(new CustomEvent(`anliegen:${name}`, { bubbles: true, cancelable: true, detail }));

/* The greeting follows the recipients, as long as it is the one that was put there. */
document.addEventListener("htmx:afterSwap", ({ target }) => {
  const now = target.querySelector?.(":scope[data-who] > [data-greeting]")?.content.textContent;
  const field = written(target.closest("form"));
  if (!now || now === field.dataset.greeting) return;
  const before = field.dataset.greeting;
  field.dataset.greeting = now;
  if (!field.value.startsWith(before) || !tell(field, "replace", { before, after: now })) return;
  field.setRangeText(now, 0, before.length, "preserve");
  changed(field);
});

document.addEventListener("htmx:afterSettle", ({ target }) => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    form.removeAttribute("data-sent");
    const details = form.closest("details");
    const isHere = details.contains(document.activeElement);
    details.open = false;
    if (isHere) details.querySelector("summary").focus({ preventScroll: true }); // at once, so that the next key is no letter
  }
  if (target.id === "forward" && target.closest("details").open) focus(target);
  restore();
});

/* What was taken back is in its form again, unless something new was begun there: then it is offered as a draft. */
function restore() {
  const place = document.querySelector("#restored [data-restore]");
  if (!place) return;
  const details = document.getElementById(place.dataset.restore);
  const fresh = place.content.querySelector("form");
  const form = details?.querySelector("form");
  place.remove();
  if (!form) return open(details);
  if (form.dataset.begun) return;
  if (fresh) {
    form.replaceWith(fresh);
    htmx.process(fresh);
    fresh.dispatchEvent(new CustomEvent("draft:shown", { bubbles: true }));
    open(details);
  } else htmx.ajax("GET", form.action, { target: form, swap: "outerHTML" }).then(() => open(details));
}

function open(details) {
  if (!details) return;
  details.open = true;
  focus(details);
}

function focus(root) {
  const field = root.querySelector("textarea");
  if (!field) return;
  const editor = field.form.querySelector("[contenteditable=true]");
  (field.matches("[data-write]") && editor ? editor : field).focus();
  field.setSelectionRange(field.value.length, field.value.length);
  (editor ?? field).scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const details = document.getElementById(opener.dataset.open);
    quote(details);
    open(details);
  }
  const filler = event.target.closest("[data-fill]");
  if (!filler) return;
  const field = document.getElementById(filler.dataset.fill);
  field.value = filler.dataset.value;
  changed(field);
});

/* The button says to how many people it goes, and whether later: whoever presses it knows who gets it. */
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
  /* Who is written to, and when, never hides. */
  for (const part of form.querySelectorAll("[data-part]")) part.open ||= part.querySelector("textarea, input").value !== "";
  const out = form.querySelector("[data-left-out]");
  if (out) out.hidden = [...addresses({ value: out.dataset.leftOut })].every((one) => copies.has(one) || to.has(one));
}

document.addEventListener("input", ({ target }) => target.form?.dataset.keeps && label(target.form));
const labelled = () => document.querySelectorAll("form[data-keeps]").forEach(label);
document.addEventListener("htmx:afterSettle", labelled);
document.addEventListener("draft:shown", labelled);

/* What was selected is quoted: in one letter or several, each passage by itself. */
function quote(details) {
  const field = details?.matches("#compose-reply") && written(details);
  const selection = getSelection();
  if (!field || selection.isCollapsed) return;
  const passages = [...document.querySelectorAll("#timeline .mail-text")].flatMap((letter) => passagesIn(letter, selection));
  if (!passages.length) return;
  const words = passages.map((passage) => passage.replace(/^/gm, "> ")).join("\n\n");
  const before = field.value.trimEnd();
  tell(field, "insert", { text: `${before ? "\n\n" : ""}${words}\n\n`, from: before.length, until: field.value.length, quotes: passages });
  selection.removeAllRanges();
}

function passagesIn(letter, selection) {
  const found = [];
  for (let number = 0; number < selection.rangeCount; number++) {
    const range = selection.getRangeAt(number).cloneRange();
    if (!range.intersectsNode(letter)) continue;
    if (!letter.contains(range.startContainer)) range.setStart(letter, 0);
    if (!letter.contains(range.endContainer)) range.setEnd(letter, letter.childNodes.length);
    const whole = selection.rangeCount === 1 && letter.contains(selection.anchorNode) && letter.contains(selection.focusNode);
    found.push((whole ? selection.toString() : textOf(range)).trim());
  }
  return found.filter(Boolean);
}

/* A range as it reads: paragraphs and line ends are no text of their own. */
function textOf(range) {
  const copy = range.cloneContents();
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n");
  for (const paragraph of copy.querySelectorAll("p")) paragraph.append("\n\n");
  return copy.textContent.replace(/[ \t]*\n[ \t]*/g, "\n").replace(/\n{3,}/g, "\n\n");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.(".composer-form");
  if (!form) return;
  event.preventDefault();
  form.querySelector(".composer-foot button[type=submit], .form-actions button[type=submit]").click(); // a click, so that what the button says is sent along
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
labelled();

/* Where each pane scrolls for itself the page must not move; on a phone the page is what scrolls. */
const letters = document.querySelectorAll("#timeline [data-letter]");
const newest = /^#[mn]\d+$/.test(location.hash) ? document.querySelector(location.hash) : letters[letters.length - 1];
const pane = document.querySelector(".pane-main");
if (newest && letters.length > 1 && pane.scrollHeight > pane.clientHeight) {
  const head = pane.querySelector(".pane-head").offsetHeight;
  pane.scrollTop += newest.getBoundingClientRect().top - pane.getBoundingClientRect().top - head - 16;
} else if (newest && letters.length > 1 && !document.querySelector(".given, .check-asked")) newest.scrollIntoView({ block: "start" });
