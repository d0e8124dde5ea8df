/* A proposal is taken up in the field: a passage where it stands, or a whole text; the rest is left alone. */

import { take } from "./blocks.js";

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-after], [data-leave], [data-assist]");
  if (!button) return;
  const { after, assist, take: block } = button.dataset;
  const form = button.closest("form");
  if (block) return take(block, form.elements.text);
  const remark = button.closest(".remark");
  if (!remark) return; // what else is left or found on a page is none of ours
  if (after !== undefined) write(remark, after);
  else if (assist) put(form.elements.text, remark.querySelector("[data-words]").textContent, assist === "whole");
  const { call } = button.closest("[data-call]")?.dataset ?? {};
  if (call && !("leave" in button.dataset)) {
    form.elements.assisted.value = call;
    form.querySelector("[data-assisted]").hidden = false;
  }
  if (remark.closest(".assist-found")) return;
  const next = remark.nextElementSibling ?? remark.previousElementSibling;
  const help = remark.closest("details");
  remark.remove();
  (next?.querySelector("button") ?? help.querySelector("summary")).focus();
});

const tell = (field, name, detail) => field.dispatchEvent(new CustomEvent(`anliegen:${name}`, { bubbles: true, cancelable: true, detail }));

/* An editor that keeps its text elsewhere does it itself, and says so by preventing this. */
function write(remark, after) {
  const field = remark.closest("form").elements.text;
  const { before, start } = remark.dataset;
  if (!tell(field, "replace", { before, after })) return;
  const at = nearest(field.value, before, Number(start));
  if (at < 0) return;
  field.setRangeText(after, at, at + before.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function put(field, text, whole) {
  tell(field, "insert", whole ? { text, whole, from: 0, until: field.value.length } : { text });
}

function nearest(text, passage, wanted) {
  let best = -1;
  for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + 1)) {
    if (best < 0 || Math.abs(at - wanted) < Math.abs(best - wanted)) best = at;
  }
  return best;
}
