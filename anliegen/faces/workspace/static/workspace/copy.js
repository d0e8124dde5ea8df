/* Puts a number, a title or a link into the clipboard; also where the connection is not encrypted, and says so. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!byHand(text)) return prompt(button.textContent, text); // shown, so that it can be copied from there
  }
  const toast = document.getElementById("toast-copied").content.cloneNode(true);
  toast.querySelector("p").textContent = button.dataset.copied;
  document.getElementById("toasts").append(toast);
});

/* Without HTTPS there is no clipboard to ask; a field that is selected can still be copied. */
function byHand(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "vh" });
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus?.();
  return done;
}
