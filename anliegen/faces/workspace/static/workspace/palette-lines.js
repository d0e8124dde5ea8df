/* What the palette shows: what the page offers is found here at once, the rest is asked of the server. */

import { press } from "../ui/keys.js";
import { caps, name } from "../ui/sheet.js";
import { choose, drawn, steer } from "./choices.js";
import { dialog, field, here, list, recent } from "./palette.js";

const said = dialog.querySelector("[role=status]");
let page = []; // what the page offers now
let lists = []; // what the server adds
let hits = []; // tickets for what is typed
let only = ""; // the one kind that is wanted
let writing; // the field from which it was opened
let caret; // and where in it
let waiting;

const fold = (words) =>
  words.toLowerCase().replace(/[äöüß]/g, (sign) => ({ ä: "ae", ö: "oe", ü: "ue", ß: "ss" })[sign]).normalize("NFD").replace(/\p{M}/gu, "");

/* How well the words are found in a text: as beginnings, inside, or sign by sign in their order; 0 is not at all. */
function score(words, text) {
  let sum = 0;
  for (const word of words) {
    let at = text.indexOf(word);
    if (at >= 0) sum += (at && /\w/.test(text[at - 1]) ? 2 : 3) - at / 1000;
    else {
      for (const sign of word) if ((at = text.indexOf(sign, at + 1)) < 0) return 0;
      if (at > 4 * word.length + 8) return 0;
      sum += 1;
    }
  }
  return sum;
}

/* Whatever has a key, stands in a menu or is a button in sight; alike in name it is there once. */
function offered() {
  const found = new Map();
  const things = ".desk :is([data-key], .menu-item, .button, .tabs a:not([aria-current]))";
  for (const element of [things, "[data-key], .menu-item, .side a"].flatMap((all) => [...document.querySelectorAll(all)])) {
    const { key } = element.dataset;
    if (element.closest("dialog, .toasts") || element.matches("[data-palette], :disabled")) continue;
    if (!key && !element.matches(".menu-item") && !element.checkVisibility?.()) continue;
    const menu = element.matches(".menu-item") && element.closest("details").querySelector("summary .vh");
    const words = (menu ? menu.textContent : "") + name(element);
    if (!words || found.has(words)) continue;
    const line = dialog.querySelector("template").content.firstElementChild.cloneNode(true);
    line.prepend(element.querySelector("svg")?.cloneNode(true) ?? "");
    line.querySelector(".choice-name").textContent = words;
    line.querySelector(".keys").append(...caps(key ?? ""));
    found.set(words, one(line, words, () => press(element)));
  }
  return [...found.values()];
}

const one = (line, words, run) => Object.assign(line, { run, words: fold(words) });

const asked = async (address) =>
  (await drawn(address)).map((line) => one(line, line.dataset.words, () => follow(line.dataset)));

function follow({ href, ask, send, take }) {
  if (href) location.assign(href);
  else if (take) document.dispatchEvent(new CustomEvent("blocks:take", { detail: { take, field: writing, caret } }));
  else htmx.ajax(ask ? "GET" : "POST", ask ?? send, ask ? "#asked" : { target: "#toasts", swap: "beforeend" });
}

function show() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  const near = lists.filter((line) => line.dataset.kind === "recent");
  let found = only ? lists.filter((line) => line.dataset.kind === only) : [...new Set([...near, ...page, ...lists])];
  if (words.length) {
    const points = new Map(found.map((line) => [line, score(words, line.words)]));
    found = [...found.filter((line) => points.get(line)).sort((a, b) => points.get(b) - points.get(a)), ...hits];
    if (/^#?\d+$/.test(words[0])) found.unshift(...hits);
  }
  list.replaceChildren(...new Set(found.slice(0, 60)));
  [...list.children].forEach((line, place) => (line.id = `palette-${place}`));
  dialog.querySelector(".palette-none").hidden = found.length > 0 || !words.length;
  said.textContent = dialog.dataset.count.replace("{count}", list.children.length);
  choose(list, field);
  if (field.dataset.hasty) run(list.firstElementChild);
}

/* One question when the typing pauses. */
function find() {
  hits = [];
  show();
  clearTimeout(waiting);
  const typed = field.value.trim();
  if (only || !typed) return;
  waiting = setTimeout(async () => {
    const found = await asked(`${dialog.dataset.search}?q=${encodeURIComponent(typed)}`);
    if (field.value.trim() !== typed) return;
    hits = found;
    show();
  }, 200);
}

/* The dialog stands open already, and perhaps somebody has typed into it. */
export async function fill(kind, from, at) {
  [only, writing, caret, hits, page] = [kind, from, at, [], offered()];
  find();
  lists = await asked(`${dialog.dataset.lists}?ticket=${here}&recent=${recent}`);
  show();
}

function run(line) {
  if (!line || !dialog.open) return;
  field.dataset.hasty = "";
  dialog.close();
  line.run();
}

field.addEventListener("input", find);
field.addEventListener("keydown", (event) => steer(event, list, field, run));
list.addEventListener("click", (event) => run(event.target.closest("li")));
