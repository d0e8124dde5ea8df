/* What is written is on the server within a second, and so on every device; without a connection it stays in this tab
   and says so. Files go up at once. What another device kept meanwhile is shown, and nothing is overwritten unseen. */

const SETTLED = 400;
const LONGEST = 900;
const AGAIN = 5000;
const FIELDS = ["text", "html", "to", "cc", "send_at", "status", "assisted"];
const states = new WeakMap();
const memory = sessionStorage;

const forms = () => [...document.querySelectorAll("form[data-keeps]")];
const value = (form, name) => form.elements[name]?.value ?? "";
const place = (form) => `${form.dataset.keeps}${value(form, "kind")}`;
const formOf = ({ target }) => target.closest?.("form[data-keeps]");

function content(form) {
  const ticked = [...form.querySelectorAll("[name=message]:checked, [name=enclosed]:checked")];
  return JSON.stringify([FIELDS.map((name) => value(form, name)), ticked.map((box) => box.id)]);
}

function isEmpty(form) {
  const words = value(form, "text").trim();
  const greeting = form.querySelector("[data-write]").dataset.greeting ?? "";
  if (words && words !== greeting.trim()) return false;
  return !["to", "cc", "send_at"].some((name) => value(form, name)) && !form.querySelector("[data-kept] li");
}

function watch(form) {
  if (states.has(form)) return;
  const state = { kept: content(form), uploads: Promise.resolve() };
  states.set(form, state);
  if (form.querySelector("[data-conflict]")) form.dataset.conflict = "yes";
  show(form);
  bringBack(form, state);
}

/* What did not reach the server the last time is in this tab still. */
function bringBack(form, state) {
  const left = JSON.parse(memory.getItem(place(form)) ?? "null");
  memory.removeItem(place(form));
  if (!left || left.content === state.kept) return;
  const [values, ticked] = JSON.parse(left.content);
  FIELDS.forEach((name, number) => form.elements[name] && (form.elements[name].value = values[number]));
  for (const box of form.querySelectorAll("[name=message], [name=enclosed]")) box.checked = ticked.includes(box.id);
  form.elements.draft.value = left.draft;
  form.elements.draft_version.value = left.version;
  const details = form.closest("details");
  if (details) details.open = true;
  form.dispatchEvent(new CustomEvent("draft:shown", { bubbles: true }));
  keep(form);
}

function leaveHere(form) {
  const left = { content: content(form), draft: value(form, "draft"), version: value(form, "draft_version") };
  memory.setItem(place(form), JSON.stringify(left));
}

const isDirty = (form) => states.has(form) && content(form) !== states.get(form).kept;

function soon(form) {
  const state = states.get(form);
  if (!state || form.dataset.conflict || !isDirty(form)) return;
  form.dataset.begun = "yes";
  if (!state.failed) form.querySelector("[data-state]").textContent = "";
  state.since ??= Date.now();
  clearTimeout(state.timer);
  state.timer = setTimeout(keep, Math.max(0, Math.min(SETTLED, state.since + LONGEST - Date.now())), form);
}

/* One at a time: each says from which version it comes. */
function keep(form) {
  const state = states.get(form);
  clearTimeout(state.timer);
  state.going = (state.going ?? Promise.resolve()).then(() => post(form, state));
  return state.going;
}

async function post(form, state) {
  const now = content(form);
  if (now === state.kept || form.dataset.conflict || !form.isConnected) return;
  state.since = undefined;
  if (isEmpty(form) && !value(form, "draft")) return;
  let answer;
  try {
    answer = await fetch(form.dataset.keeps, { method: "POST", body: body(form) });
  } catch {
    answer = undefined;
  }
  if (answer?.status === 409) return differ(form, await answer.text());
  if (!answer?.ok) return fail(form, state);
  const { draft, version, at } = await answer.json();
  form.elements.draft.value = draft;
  form.elements.draft_version.value = version;
  state.kept = now;
  state.failed = false;
  memory.removeItem(place(form));
  show(form, at);
  soon(form);
}

function body(form) {
  const data = new FormData(form);
  for (const name of ["files", "file"]) data.delete(name);
  if (isEmpty(form)) data.set("empty", "1");
  return data;
}

function fail(form, state) {
  state.failed = true;
  leaveHere(form);
  const said = form.querySelector("[data-state]");
  said.role = "alert";
  said.textContent = said.dataset.onlyHere;
  state.timer = setTimeout(keep, AGAIN, form);
}

function show(form, at = "") {
  const said = form.querySelector("[data-state]");
  said.removeAttribute("role");
  if (at) said.textContent = said.dataset.keptAt.replace("{time}", at);
  else if (!value(form, "draft")) said.textContent = "";
  form.querySelector("[data-discard]").hidden = !value(form, "draft");
}

function differ(form, words) {
  form.dataset.conflict = "yes";
  const notice = form.querySelector("[data-conflict-place]");
  notice.innerHTML = words;
  notice.querySelector("[data-conflict]").focus();
}

document.addEventListener("click", async (event) => {
  const form = formOf(event);
  const button = event.target.closest?.("button");
  if (!form || !button) return;
  if ("mine" in button.dataset) {
    delete form.dataset.conflict;
    button.closest("[data-conflict-place]").replaceChildren();
    form.elements.draft.value = button.dataset.mine;
    form.elements.draft_version.value = button.dataset.version;
    if (!button.dataset.mine) for (const file of form.querySelectorAll("[name=attached]")) file.closest("li").remove();
    states.get(form).kept = "";
    soon(form);
    form.querySelector("[data-write]").focus();
  } else if ("theirs" in button.dataset) {
    memory.removeItem(place(form));
    location.reload();
  } else if (button.dataset.discard && confirm(`${button.title}?`)) {
    await states.get(form).going;
    await fetch(button.dataset.discard, { method: "POST", body: body(form) });
    states.delete(form);
    location.reload();
  } else if ("remove" in button.dataset) import("./files.js").then(({ takeOut }) => takeOut(form, button.closest("li")));
});

for (const name of ["input", "change"]) document.addEventListener(name, (event) => formOf(event) && soon(formOf(event)));
document.addEventListener("htmx:afterSettle", () => forms().forEach(watch));
document.addEventListener("draft:shown", () => forms().forEach(watch));

/* Sending waits until all of it is there, so that what goes is what is seen; and it is sent once. */
document.addEventListener("htmx:confirm", (event) => {
  const { elt: form, issueRequest } = event.detail;
  if ("afterDrafts" in form.dataset) {
    event.preventDefault(); // so that what is answered knows what was typed up to now
    Promise.all(forms().filter(isDirty).map(keep)).then(() => issueRequest(true));
    return;
  }
  const state = states.get(form);
  if (!state || !form.matches("form")) return;
  event.preventDefault();
  if (state.sending) return;
  state.sending = true;
  finish(form, state).then(() => (form.dataset.conflict ? (state.sending = false) : issueRequest(true)));
});
document.addEventListener("htmx:afterRequest", ({ detail }) => states.has(detail.elt) && (states.get(detail.elt).sending = false));

async function finish(form, state) {
  await state.uploads;
  await keep(form);
  clearTimeout(state.timer);
}

/* Leaving: what is not there yet goes along with the last breath, and stays in this tab in case that was lost. */
addEventListener("pagehide", () => {
  for (const form of forms().filter(isDirty)) {
    if (form.dataset.conflict || isEmpty(form) || states.get(form).sending) continue;
    leaveHere(form);
    navigator.sendBeacon(form.dataset.keeps, body(form));
  }
});
document.addEventListener("visibilitychange", () => document.hidden && forms().filter(isDirty).forEach(keep));
addEventListener("online", () => forms().filter(isDirty).forEach(keep));
addEventListener("beforeunload", (event) => {
  if (forms().some((form) => states.get(form)?.failed && isDirty(form))) event.preventDefault();
});

/* Files: chosen, dropped or pasted anywhere in the form, they go up at once. What does it is fetched with the first. */
const hear = (form, files, how) => files.length && import("./files.js").then(({ takeIn }) => takeIn(form, files, how));
const takes = (form) => form?.querySelector("[data-upload]");

export function queue(form, work) {
  const state = states.get(form);
  state.uploads = state.uploads.then(() => state.going).then(work);
}
export { show, value };

document.addEventListener("change", (event) => {
  const form = formOf(event);
  if (!form || event.target.type !== "file") return;
  hear(form, [...event.target.files]);
  event.target.value = "";
});
for (const name of ["dragover", "drop"])
  document.addEventListener(name, (event) => {
    const form = formOf(event);
    if (!takes(form) || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "drop") hear(form, [...event.dataTransfer.files], { isPlaced: true });
  });
document.addEventListener("paste", (event) => {
  const form = formOf(event);
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length || !takes(form)) return;
  event.preventDefault();
  hear(form, files, { isPlaced: true, isPasted: true, field: event.target });
});

/* Whom one may mean is looked up when somebody first writes an address. */
const known = () => import("./people.js");
document.addEventListener("focusin", ({ target }) => target.matches?.("[data-suggest] textarea") && known());
document.addEventListener("click", ({ target }) => target.closest?.("[data-out]") && known().then(({ takeOut }) => takeOut(target.closest("[data-out]"))));

forms().forEach(watch);

/* The editor is fetched when somebody first wants it, or has written with it. */
function enrich(form) {
  const button = form.querySelector("[data-rich-switch]");
  if (button) import("./rich.js").then(({ toggle }) => toggle(form, button));
}
document.addEventListener("click", (event) => event.target.closest?.("[data-rich-switch]") && enrich(formOf(event)));
document.addEventListener("toggle", ({ target }) => target.open && begin(target.querySelector(":scope > form[data-keeps]")), true);
for (const name of ["htmx:afterSettle", "draft:shown"]) document.addEventListener(name, () => forms().forEach(begin));
function begin(form) {
  if (!form?.closest("details")?.open || form.dataset.editing || form.dataset.decided) return;
  const isRich = value(form, "html") || ("rich" in form.dataset && !value(form, "draft"));
  if (!isRich) return;
  form.dataset.decided = "yes";
  enrich(form);
}
forms().forEach(begin);
