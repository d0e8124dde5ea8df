/* A proposal for the wording is taken up in the field: the passage is replaced where it stands, the rest is left alone. */

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-after], [data-leave]");
  const remark = button?.closest(".remark");
  if (!remark) return;
  if ("after" in button.dataset) write(remark, button.dataset.after);
  const next = remark.nextElementSibling ?? remark.previousElementSibling;
  const help = remark.closest("[data-wording]");
  remark.remove();
  (next?.querySelector("button") ?? help.querySelector("summary")).focus();
});

/* An editor that keeps its text elsewhere does it itself, and says so by preventing this. */
function write(remark, after) {
  const field = remark.closest("form").elements.text;
  const { before, start } = remark.dataset;
  if (!field.dispatchEvent(new CustomEvent("anliegen:replace", { bubbles: true, cancelable: true, detail: { before, after } }))) return;
  const at = nearest(field.value, before, Number(start));
  if (at < 0) return;
  field.setRangeText(after, at, at + before.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function nearest(text, passage, wanted) {
  let best = -1;
  for (let at = text.indexOf(passage); at >= 0; at = text.indexOf(passage, at + 1)) {
    if (best < 0 || Math.abs(at - wanted) < Math.abs(best - wanted)) best = at;
  }
  return best;
}
