/* Choosing lines of a list, by hand or with x, and coming back to where one was. */

const boxes = () => [...document.querySelectorAll(".row-pick input")];
let last;

/* With Shift all between this one and the one before are chosen alike. */
document.addEventListener("click", (event) => {
  const box = event.target.closest?.(".row-pick input");
  if (box) pick(box, box.checked, event.shiftKey);
  const what = event.target.closest?.("[data-pick]")?.dataset.pick;
  if (what === "here") {
    const line = document.activeElement.closest?.("li")?.querySelector(".row-pick input");
    if (line) pick(line, !line.checked, false);
  } else if (what) for (const one of boxes()) one.checked = what === "all";
  if (what) say();
});

/* Shift held while a label is pressed would mark text instead. */
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest?.(".row-pick")) event.preventDefault();
});

function pick(box, checked, further) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  if (further && from >= 0) for (const one of all.slice(from, to + 1)) one.checked = checked;
  box.checked = checked;
  last = box;
  say();
}

function say() {
  const place = document.querySelector("[data-chosen]");
  if (!place) return;
  const number = boxes().filter((box) => box.checked).length;
  place.textContent = number === 1 ? place.dataset.one : place.dataset.more.replace("{count}", number);
  place.form ??= place.closest("form");
  place.form.hidden = number === 0;
}
say();
addEventListener("pageshow", say);

/* A list is left where it was, and shown there again. */
const list = document.querySelector(".desk-list #list");
const key = `place:${location.pathname}${location.search}`;
if (list) {
  addEventListener("pagehide", () => sessionStorage.setItem(key, scrollY));
  const kept = sessionStorage.getItem(key);
  if (kept !== null && /^#t\d+$/.test(location.hash)) requestAnimationFrame(() => scrollTo(0, Number(kept)));
}

/* Esc goes back as u does, when there is nothing else that it closes. Asked before the others close it. */
const CLOSES = "dialog[open], details[data-menu][open], :popover-open";
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || event.target.matches?.("input, textarea, select, [contenteditable]")) return;
    if (!document.querySelector(CLOSES)) document.querySelector('a[data-key="u"]')?.click();
  },
  true,
);
