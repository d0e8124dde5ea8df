/* Lists to choose from while the focus stays in a field: the palette, and the menu of text blocks. */

export const lines = (list) => [...list.children].filter((line) => !line.hidden);
const chosen = (list) => lines(list).findIndex((line) => line.ariaSelected === "true");

export function choose(list, field, place = 0) {
  const all = lines(list);
  const line = all.at(place % all.length);
  for (const each of all) each.ariaSelected = String(each === line);
  line?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", line?.id ?? "");
}

/* Arrows choose, Enter takes; true when the key was meant for the list. */
export function steer(event, list, field, take) {
  const place = chosen(list);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing || event.ctrlKey || event.metaKey) return false;
  if (step) choose(list, field, place + step);
  else if (event.key === "Enter") take(lines(list)[place]);
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/* Lines as the server drew them. */
export async function drawn(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  const place = document.createElement("template");
  place.innerHTML = answer.ok ? await answer.text() : "";
  return [...place.content.children];
}
