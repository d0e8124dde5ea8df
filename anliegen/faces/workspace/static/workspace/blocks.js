/* Text blocks: "/" while writing opens a menu, what is open in a text stops its sending, and macros put texts in. */

import { choose, drawn, lines, steer } from "./choices.js";

const FIELDS = "textarea[data-write]";
const OPEN = /\{\{\s*(\?[^{}\n]+|(?:anrede|name|vorgangsnummer|betreff|bearbeitung|team|marke|datum)[\s+\d-]*)\}\}/i;
const inserted = new Map(); // what a macro put where, so that it can be taken out again
let menu; // the list that is open, and its field

const placeOf = (field) => field.form.querySelector(".blocks-place");
const editorOf = (field) => field.form.dataset.editing && field.form.querySelector("[contenteditable]");
const typed = (field) => before(field).match(/(?:^|\s)\/([\p{L}\p{N}-]*)$/u)?.[1];
const tell = (field, name, detail) => field.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));

function before(field) {
  const { anchorNode, anchorOffset } = getSelection();
  return editorOf(field) ? (anchorNode?.data ?? "").slice(0, anchorOffset) : field.value.slice(0, field.selectionStart);
}

async function openMenu(field) {
  const list = placeOf(field)?.querySelector("[role=listbox]");
  if (!list) return;
  list.asked ??= drawn(list.dataset.at); // once a page
  list.replaceChildren(...(await list.asked));
  menu = { field, list };
  filter();
}

function filter() {
  const { field, list } = menu;
  const word = typed(field)?.toLowerCase();
  for (const line of list.children) line.hidden = !line.dataset.words.toLowerCase().includes(word);
  const count = word === undefined ? 0 : lines(list).length;
  if (!count) return closeMenu();
  list.hidden = false;
  choose(list, document.activeElement);
  document.getElementById("announcer").textContent = `${list.ariaLabel}: ${count}`;
}

function closeMenu() {
  menu.list.hidden = true;
  (editorOf(menu.field) || menu.field).removeAttribute("aria-activedescendant");
  menu = undefined;
}

function pick(line) {
  const { field } = menu;
  closeMenu();
  take(line.dataset.take, field, `/${typed(field)}`);
}

export async function take(address, field, instead) {
  const answer = await fetch(address, { method: "POST", headers: JSON.parse(document.body.getAttribute("hx-headers")) });
  if (!answer.ok) return document.dispatchEvent(new Event("htmx:responseError"));
  const { text, greeting } = await answer.json();
  put(field, text, greeting, instead);
}

/* At the caret, instead of what was typed to find it. A greeting that stands there already is not repeated. */
function put(field, text, greeting, instead = "") {
  if (field.value.includes(greeting) && text.startsWith(greeting)) text = text.slice(greeting.length).trimStart();
  const from = field.selectionStart - instead.length;
  if (editorOf(field)) {
    if (instead) tell(field, "anliegen:replace", { was: instead, text: "" });
    tell(field, "anliegen:insert", { text });
    jump(field);
  } else {
    field.focus();
    field.setRangeText(text, from, field.selectionEnd, "end");
    tell(field, "input");
    jump(field, from);
  }
  return text;
}

/* To the next place that is open: selected, so that typing fills it. */
function jump(field, from = 0) {
  const found = field.value.slice(from).match(OPEN);
  if (!found) return;
  const editor = editorOf(field);
  (editor || field).focus();
  if (editor) mark(editor, found[0]);
  else field.setSelectionRange(from + found.index, from + found.index + found[0].length);
  return found[1].replace("?", "").trim();
}

function mark(editor, words) {
  const texts = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    const at = node.data.indexOf(words);
    if (at >= 0) return getSelection().setBaseAndExtent(node, at, node, at + words.length);
  }
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches(FIELDS)) return;
  if (menu) filter();
  else if (typed(target) !== undefined) openMenu(target);
  if (!OPEN.test(target.value)) placeOf(target)?.querySelector(".blocks-open").setAttribute("hidden", "");
});

document.addEventListener(
  "keydown",
  (event) => {
    if (!menu?.field.form.contains(event.target) || steer(event, menu.list, event.target, pick) || event.key !== "Escape") return;
    event.stopPropagation();
    closeMenu();
  },
  true,
);
document.addEventListener("focusout", ({ target }) => menu?.field.form.contains(target) && closeMenu());
document.addEventListener("mousedown", (event) => event.target.closest(".blocks-menu") && event.preventDefault());

document.addEventListener("click", ({ target }) => {
  const line = menu && target.closest(".blocks-menu [role=option]");
  if (line) pick(line);
  const button = target.closest("[data-blocks]");
  if (!button) return;
  const field = document.getElementById(button.dataset.blocks);
  (editorOf(field) || field).focus();
  put(field, /\S$/.test(before(field)) ? " /" : "/");
});

/* From elsewhere: into the field from which it was asked, else into the answer, else into the note. */
function fieldFor(wanted) {
  const field = wanted?.matches(FIELDS) ? wanted : document.querySelector(`#reply ${FIELDS}, #note ${FIELDS}`);
  if (field) field.closest("details").open = true;
  return field;
}
document.addEventListener("blocks:take", ({ detail }) => {
  const field = fieldFor(detail.field);
  if (field === detail.field) field.setSelectionRange(...detail.caret);
  take(detail.take, field);
});

/* From a macro, and out again as long as nobody has changed it. */
document.addEventListener("htmx:afterSettle", () => {
  for (const told of document.querySelectorAll("#asked [data-run]")) {
    told.remove();
    const { run, greeting } = told.dataset;
    const [field, text] = inserted.get(run) ?? [fieldFor()];
    if (greeting) inserted.set(run, [field, put(field, told.content.textContent, greeting)]);
    else if (field?.value.includes(text)) {
      if (editorOf(field)) return tell(field, "anliegen:replace", { was: text, text: "" });
      field.value = field.value.replace(text, () => "");
      tell(field, "input");
    }
  }
});

/* Nothing leaves the house with an open place in it: it says which, and goes there. The server looks as well. */
document.addEventListener(
  "submit",
  (event) => {
    const field = !event.target.matches("#note") && event.target.querySelector(FIELDS);
    const open = field && jump(field);
    if (!open) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const warning = placeOf(field).querySelector(".blocks-open");
    warning.hidden = false;
    warning.lastElementChild.textContent = warning.dataset.words.replace("{field}", open);
  },
  true,
);
