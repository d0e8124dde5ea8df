/* The command palette (Ctrl/Cmd K) opens at once; what fills it is fetched when it is first wanted. */

export const dialog = document.getElementById("palette");
export const field = dialog.querySelector("input");
export const list = dialog.querySelector("ul");
export const here = location.pathname.match(/\/tickets\/(\d+)\//)?.[1] ?? "";

/* What was opened lately, by number only. */
const RECENT = `anliegen:recent:${document.documentElement.dataset.agent}`;
export const recent = JSON.parse(localStorage.getItem(RECENT) ?? "[]").filter((one) => one !== here);
if (here) localStorage.setItem(RECENT, JSON.stringify([here, ...recent].slice(0, 9)));

function open(kind = "") {
  if (document.querySelector("dialog[open]")) return;
  const writing = document.activeElement;
  const caret = [writing.selectionStart, writing.selectionEnd]; // a field that loses the focus may forget it
  field.value = "";
  field.dataset.hasty = "";
  list.replaceChildren();
  dialog.showModal();
  import("./palette-lines.js").then(({ fill }) => fill(kind, writing, caret));
}

/* Enter before there is a line to take is meant for the first that comes. */
field.addEventListener("keydown", (event) => {
  field.dataset.hasty = event.key === "Enter" && !event.isComposing && !list.children.length ? "yes" : "";
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else open();
});
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-palette]");
  if (!opener) return;
  event.preventDefault();
  open(opener.dataset.palette);
});
