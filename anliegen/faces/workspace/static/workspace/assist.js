/* Proposals below an answer: put in its place, added to it, or left. Whoever takes up words of a model sends them as such. */

import { take } from "./blocks.js";

document.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest("[data-assist], [data-call] [data-after]");
    if (!button) return;
    const form = button.closest("form");
    const way = button.dataset.assist;
    if (way === "block") return take(button.dataset.take, form.elements.text);
    if (way !== "leave") note(form, button.closest("[data-call]")?.dataset.call);
    if (way) put(form.elements.text, button, way);
  },
  true, // before a part that is taken up goes
);

function note(form, call) {
  if (!call) return;
  form.elements.assisted.value = call;
  form.querySelector("[data-assisted]").hidden = false;
}

function put(field, button, way) {
  const text = button.closest("[data-proposal]").querySelector("[data-words]").textContent;
  const whole = way === "whole";
  const detail = whole ? { text, whole, from: 0, until: field.value.length } : { text: `${text}\n` };
  if (way !== "leave") field.dispatchEvent(new CustomEvent("anliegen:insert", { bubbles: true, cancelable: true, detail }));
  const place = button.closest(".assist-proposal");
  place?.replaceChildren();
  if (field.offsetParent) field.focus();
  else field.form.querySelector("[contenteditable]")?.focus();
}
