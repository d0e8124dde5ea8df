/* The sheet of keys: what the page can do by a key, as it stands there now. */

/* Keys as they stand on the keyboard. */
export function caps(keys) {
  return keys.split(" ").filter(Boolean).map((key) => Object.assign(document.createElement("kbd"), { textContent: key }));
}

export function showSheet(event) {
  const sheet = document.getElementById("shortcuts");
  if (!sheet) return;
  event?.preventDefault();
  const seen = new Set([""]);
  const lines = [];
  for (const element of document.querySelectorAll("[data-key]")) {
    if (seen.has(element.dataset.key)) continue;
    seen.add(element.dataset.key);
    lines.push(line(element));
  }
  sheet.querySelector("[data-shortcut-list]").replaceChildren(...lines.flat());
  sheet.showModal();
}
document.addEventListener("click", (event) => event.target.closest("[data-shortcut-sheet]") && showSheet(event));

function line(element) {
  const word = document.createElement("dt");
  const keys = document.createElement("dd");
  word.textContent = name(element);
  keys.append(...caps(element.dataset.key).flatMap((key) => [key, " "]));
  return [word, keys];
}

export function name(element) {
  const inside = element.querySelector(":scope > span") || element;
  const words = element.ariaLabel || element.labels?.[0]?.textContent || element.title || inside.textContent;
  return words.replace(/\s*\([^)]*\)$/, "").trim();
}
