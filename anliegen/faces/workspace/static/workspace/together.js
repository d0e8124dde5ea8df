/* Working together at one ticket: saying that one writes, seeing that another does, marking words, naming colleagues. */

import { at, sentence } from "./presence.js";

const body = document.body;
const claim = document.getElementById("claim");
const begun = claim?.querySelector("[data-who]").textContent;
const ticket = document.getElementById("presence").dataset.ticket;
const form = () => document.getElementById("reply");
const announce = (text) => { document.getElementById("announcer").textContent = text; };
let anyway = false, typed = false, told = 0;

/* While a colleague writes, the form waits behind one press. Whoever has begun is not disturbed, only told. */
function look() {
  if (!claim || !form()) return;
  const said = sentence(at(ticket), true) || (typed ? "" : begun);
  claim.hidden = !said;
  const who = claim.querySelector("[data-who]");
  if (said && who.textContent !== said) who.textContent = said;
  claim.querySelector("[data-anyway]").hidden = anyway || typed;
  form().hidden = Boolean(said) && !anyway && !typed;
}

claim?.querySelector("[data-anyway]").addEventListener("click", () => {
  anyway = true;
  look();
  form().querySelector("textarea").focus();
});
document.getElementById("compose-reply")?.addEventListener("toggle", (event) => {
  if (event.target.id === "compose-reply" && event.target.open && form()?.hidden) claim.querySelector("[data-anyway]").focus();
});
body.addEventListener("anliegen:presence", look);

/* Said at the first key and then at most every eight seconds, as long as keys are pressed. */
function tell(still) {
  if (still && Date.now() - told < 8000) return;
  told = still ? Date.now() : 0;
  const headers = JSON.parse(body.getAttribute("hx-headers"));
  const said = new URLSearchParams({ tab: body.dataset.tab, still: still ? 1 : 0 });
  fetch(claim.dataset.writing, { method: "POST", headers, body: said, keepalive: true }).catch(() => {});
}
document.addEventListener("input", ({ target }) => {
  if (!claim || target !== form()?.elements.text) return;
  const is = target.value.trim() !== target.defaultValue.trim();
  if (is || typed) tell(is);
  typed = is;
  look();
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "reply") typed = anyway = false;
  look();
});
look();

/* Marking: the words that are selected in one message, and where in it they begin. */
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#mark");
  if (!button) return;
  const selection = getSelection();
  const text = selection.toString().trim();
  const letter = selection.rangeCount && selection.getRangeAt(0).startContainer.parentElement?.closest("[id^=m] .mail-text")?.closest("article[id^=m]");
  if (!text || !letter) return announce(button.dataset.none);
  const before = selection.getRangeAt(0).cloneRange();
  before.setStart(letter.querySelector(".entry-body .mail-text"), 0);
  before.setEnd(selection.getRangeAt(0).startContainer, selection.getRangeAt(0).startOffset);
  const values = { text, near: before.toString().length };
  htmx.ajax("POST", `/workspace/messages/${letter.id.slice(1)}/highlight/`, { values, target: "#timeline", swap: "outerHTML" });
});

/* Naming: a list opens at `@` and narrows while one types. */
let people, shown = [], chosen = 0, box;
const word = (field) => field.value.slice(0, field.selectionStart).match(/(?:^|[^\w@.])@([^\n@]{0,40})$/)?.[1];

async function suggest(field) {
  const begun = word(field);
  if (begun === undefined) return close(field);
  people ??= fetch(field.dataset.names).then((answer) => answer.json()).then((answer) => answer.names);
  const all = await people.catch(() => (people = undefined, []));
  const asked = begun.toLowerCase();
  shown = all.filter(({ name }) => name.toLowerCase().split(" ").some((part, place, parts) => parts.slice(place).join(" ").startsWith(asked))).slice(0, 6);
  if (!shown.length || shown.some(({ name }) => name.toLowerCase() === asked)) return close(field);
  chosen = 0;
  draw(field);
  announce(field.dataset.found.replace("{count}", shown.length));
}

function draw(field) {
  if (!box) {
    box = Object.assign(document.createElement("ul"), { id: "names", className: "names" });
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", field.labels[0].textContent);
    field.after(box);
    field.setAttribute("aria-controls", "names");
    box.addEventListener("pointerdown", (event) => {
      const line = event.target.closest("li");
      if (!line) return;
      event.preventDefault();
      take(field, shown[[...box.children].indexOf(line)]);
    });
  }
  box.replaceChildren(...shown.map((one, place) => {
    const line = Object.assign(document.createElement("li"), { id: `name-${place}`, textContent: one.name });
    const hint = one.team ? field.dataset.team : one.sees ? "" : field.dataset.unseeing;
    if (hint) line.append(Object.assign(document.createElement("span"), { className: "hint", textContent: hint }));
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", place === chosen);
    return line;
  }));
  field.setAttribute("aria-activedescendant", `name-${chosen}`);
}

function close(field) {
  box?.remove();
  box = undefined;
  for (const name of ["aria-activedescendant", "aria-controls"]) field.removeAttribute(name);
}

function take(field, one) {
  const from = field.selectionStart - word(field).length;
  field.setRangeText(`${one.name} `, from, field.selectionStart, "end");
  close(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", ({ target }) => { if (target.dataset?.names) suggest(target); });
document.addEventListener("focusout", ({ target }) => { if (target.dataset?.names && box) close(target); });
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!box || !field.dataset?.names || event.ctrlKey || event.metaKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    chosen = (chosen + step + shown.length) % shown.length;
    draw(field);
  } else if (event.key === "Enter" || event.key === "Tab") take(field, shown[chosen]);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
