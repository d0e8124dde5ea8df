/* Single-key shortcuts. Any element with data-key="r" or data-key="g i" takes part: a field is focused, the rest is pressed. */

import { caps, showSheet } from "./sheet.js";

const WRITING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const root = document.documentElement;
const own = JSON.parse(root.dataset.keys || "{}"); // other keys than the usual ones, as the agent chose them
let before = "";
let forget;

const isOn = () => root.dataset.shortcuts !== "off";

function holders(keys) {
  return [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key === keys);
}

export function press(element) {
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

/* Chosen keys take the place of the usual ones wherever these are named. */
function choose() {
  for (const element of document.querySelectorAll("[data-key]:not([data-usual])")) {
    const usual = (element.dataset.usual = element.dataset.key);
    const key = own[usual];
    if (key === undefined) continue;
    element.dataset.key = key;
    if (key) element.setAttribute("aria-keyshortcuts", key);
    else element.removeAttribute("aria-keyshortcuts");
    element.title = element.title.replace(` (${usual})`, key && ` (${key})`);
    element.querySelector(".keys")?.replaceChildren(...caps(key));
  }
}
if (Object.keys(own).length) {
  choose();
  document.addEventListener("htmx:afterSettle", choose);
}

/* On or off at once; the form around it keeps it in the profile. */
const choice = document.querySelector("input[data-shortcuts]");
if (choice) {
  choice.checked = isOn();
  choice.addEventListener("change", () => (root.dataset.shortcuts = choice.checked ? "on" : "off"));
}
