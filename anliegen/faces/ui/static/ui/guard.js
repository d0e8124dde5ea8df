/* Forms with data-guard="QUESTION": nothing typed is lost by leaving the page without having been asked. */

const changed = new Set();
const guarded = (element) => element?.closest?.("form[data-guard]");

document.addEventListener("input", (event) => {
  const form = guarded(event.target);
  if (form) changed.add(form);
});

document.addEventListener("reset", (event) => changed.delete(event.target));
document.addEventListener("submit", (event) => {
  // htmx sends without leaving; there the answer decides.
  if (!event.target.hasAttribute("hx-post")) changed.delete(event.target);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) changed.delete(guarded(event.detail.elt));
});

/* A form says by itself that its content is safe on the server: form.dispatchEvent(new Event("guard:kept", {bubbles: true})). */
document.addEventListener("guard:kept", (event) => changed.delete(guarded(event.target)));

const unsaved = () => [...changed].filter((form) => form.isConnected);

window.addEventListener("beforeunload", (event) => {
  if (unsaved().length) event.preventDefault();
});

/* Links that htmx follows replace the page without an unload. */
document.addEventListener("htmx:confirm", (event) => {
  const { elt, target, issueRequest } = event.detail;
  const lost = unsaved().filter((form) => target?.contains(form) && !form.contains(elt));
  if (!lost.length) return;
  event.preventDefault();
  if (!window.confirm(lost[0].dataset.guard)) return;
  lost.forEach((form) => changed.delete(form));
  issueRequest(true);
});
