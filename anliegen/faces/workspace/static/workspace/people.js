/* Recipients: while one types, whom one may mean; a chip's cross takes its address out of the field again. */

const SOON = 150;
let timer;

const part = (field) => field.value.slice(0, field.selectionStart).split(/[,;\n]/).pop().trim();
const listOf = (field) => field.closest("[data-suggest]")?.querySelector("[role=listbox]");
const fieldOf = ({ target }) => (target.matches?.("[data-suggest] textarea") ? target : undefined);

document.addEventListener("input", (event) => {
  const field = fieldOf(event);
  if (!field) return;
  clearTimeout(timer);
  timer = setTimeout(ask, SOON, field);
});

async function ask(field) {
  const begun = part(field);
  if (begun.length < 2) return close(field);
  const answer = await fetch(`${field.closest("[data-suggest]").dataset.suggest}?q=${encodeURIComponent(begun)}`);
  if (!answer.ok || part(field) !== begun) return;
  const { people } = await answer.json();
  offer(field, people.filter(({ address }) => address.toLowerCase() !== begun.toLowerCase()));
}

function offer(field, people) {
  const list = listOf(field);
  list.replaceChildren(...people.map((one, number) => line(one, `${list.id}-${number}`)));
  list.hidden = !people.length;
  field.ariaAutoComplete = "list";
  field.setAttribute("aria-controls", list.id);
  field.removeAttribute("aria-activedescendant");
}

function line({ name, address }, id) {
  const item = Object.assign(document.createElement("li"), { id, role: "option", ariaSelected: "false", textContent: name ? `${name} · ${address}` : address });
  item.dataset.address = address;
  return item;
}

function close(field) {
  const list = listOf(field);
  if (!list || list.hidden) return;
  list.hidden = true;
  field.removeAttribute("aria-activedescendant");
}

function choose(field, item) {
  const end = field.selectionStart;
  const start = end - field.value.slice(0, end).split(/[,;\n]/).pop().length;
  field.setRangeText(`${start ? " " : ""}${item.dataset.address}, `, start, end, "end");
  close(field);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const field = fieldOf(event);
  const list = field && listOf(field);
  if (!list || list.hidden) return;
  const items = [...list.children];
  const here = items.findIndex((item) => item.ariaSelected === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    const next = items.at((here === -1 && step < 0 ? -1 : here + step) % items.length);
    for (const item of items) item.ariaSelected = String(item === next);
    field.setAttribute("aria-activedescendant", next.id);
  } else if (event.key === "Enter" && here >= 0) choose(field, items[here]);
  else if (event.key === "Escape") close(field);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest?.("[role=listbox] > [data-address]");
  if (!item) return;
  event.preventDefault();
  choose(item.closest("[data-suggest]").querySelector("textarea"), item);
});
document.addEventListener("focusout", (event) => fieldOf(event) && close(event.target));

export function takeOut(cross) {
  const { to, cc } = cross.closest("form").elements;
  for (const field of [to, cc]) {
    if (!field) continue;
    const left = field.value.split(/[,;\n]/).map((one) => one.trim());
    const others = left.filter((one) => one && one.toLowerCase() !== cross.dataset.out.toLowerCase()).join(", ");
    if (others === field.value) continue;
    field.value = others;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
}

/* Who was quicker than this file. */
if (fieldOf({ target: document.activeElement })) ask(document.activeElement);
