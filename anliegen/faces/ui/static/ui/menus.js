/* Menus: native <details>; this closes them, and lets the arrows walk through them. */

document.addEventListener("click", (event) => {
  const summary = event.target.closest("[data-menu] > summary");
  if (summary && event.detail === 0) byKey(summary, event); // no pointer pressed it

  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    const choice = event.target.closest(".menu-item");
    if (!menu.contains(event.target) || choice) menu.open = false;
  }
});

/* A menu that a key opens has the focus, at what is chosen now: the arrows go on from there, and Esc goes back. */
function byKey(summary, event) {
  event.preventDefault();
  const menu = summary.parentElement;
  summary.focus();
  menu.open = !menu.open;
  if (menu.open) (menu.querySelector(".menu-item[aria-current]") ?? menu.querySelector(".menu-item"))?.focus();
}

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu) return;
  const summary = menu.querySelector("summary");
  if (event.key === "Escape" && menu.open) {
    menu.open = false;
    summary.focus();
    event.stopPropagation();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const end = { Home: 0, End: -1 }[event.key];
  if (step === undefined && end === undefined) return;
  if (!menu.open && step !== 1) return;
  event.preventDefault();
  menu.open = true;
  const items = [...menu.querySelectorAll(".menu-item")];
  const here = items.indexOf(document.activeElement);
  const next = end === undefined ? (here === -1 && step < 0 ? -1 : here + step) : end;
  items.at(next % items.length)?.focus();
});
