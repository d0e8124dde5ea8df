/* Single-key shortcuts. Any element with data-key="r" or data-key="g i" takes part: a field is focused, the rest is pressed. */

const KEPT = "anliegen:shortcuts";
const WRITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
let before = "";
let forget;

const isOn = () => document.documentElement.dataset.shortcuts !== "off" && localStorage.getItem(KEPT) !== "off";

function holders(keys) {
  return [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key === keys);
}

function press(element) {
  if (element.matches(WRITING)) {
    element.focus();
    element.select?.();
  } else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.matches(WRITING)) return event.target.blur();
  if (event.key.length !== 1 || event.target.closest(WRITING) || !isOn()) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") return showSheet(event);
  const keys = before ? `${before} ${event.key}` : event.key;
  clearTimeout(forget);
  before = "";
  const [element] = holders(keys);
  if (element) {
    event.preventDefault();
    return press(element);
  }
  if (document.querySelector(`[data-key^="${CSS.escape(event.key)} "]`)) {
    before = event.key;
    forget = setTimeout(() => (before = ""), 1500);
  }
});

function showSheet(event) {
  const sheet = document.getElementById("shortcuts");
  if (!sheet) return;
  event?.preventDefault();
  const seen = new Set();
  const lines = [];
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    lines.push(line(element));
  }
  sheet.querySelector("[data-shortcut-list]").replaceChildren(...lines.flat());
  sheet.showModal();
}

function line(element) {
  const word = document.createElement("dt");
  const keys = document.createElement("dd");
  word.textContent = name(element);
  for (const key of element.dataset.key.split(" ")) {
    keys.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
  }
  return [word, keys];
}

function name(element) {
  const inside = element.querySelector(":scope > span") || element;
  const words = element.ariaLabel || element.labels?.[0]?.textContent || element.title || inside.textContent;
  return words.replace(/\s*\([^)]*\)$/, "").trim();
}

const choice = document.querySelector("[data-shortcuts]");
if (choice) {
  choice.checked = isOn();
  choice.addEventListener("change", () => localStorage.setItem(KEPT, choice.checked ? "on" : "off"));
}
