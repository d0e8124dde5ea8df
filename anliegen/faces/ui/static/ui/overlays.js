/* Dialogs: native elements; this adds what they cannot do without a script. */

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();

  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog")?.close();

  // A click beside the sheet closes it; what was typed inside stays for the next opening.
  if (event.target.matches("dialog[open]") && outside(event.target, event)) event.target.close();
});

function outside(dialog, { clientX: x, clientY: y }) {
  const box = dialog.getBoundingClientRect();
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

/* A dialog that was asked for opens once its fields are listened to: what is typed at once is not lost. */
document.addEventListener("htmx:afterSettle", () => {
  for (const dialog of document.querySelectorAll("dialog[data-opens]")) {
    dialog.removeAttribute("data-opens");
    dialog.showModal();
    const told = dialog.querySelector("[data-focus]"); // what came of it goes before what can be done
    if (told) {
      told.focus();
      continue;
    }
    if (dialog.querySelector("[autofocus]:not(textarea)")) continue;
    const field = dialog.querySelector("textarea");
    const end = field?.value.split("\n\n", 2).join("\n\n").length; // behind the first sentence, after the greeting
    field?.focus();
    field?.setSelectionRange(end, end);
  }
});

/* The place that wants attention after the page loaded: the summary of errors above a form. */
const attend = (root) => root.querySelector("[data-focus]")?.focus();
attend(document);
document.addEventListener("htmx:afterSwap", (event) => attend(event.target));

/* After a dialog's form was sent well, the dialog goes. */
document.addEventListener("htmx:afterRequest", (event) => {
  const { successful, elt } = event.detail;
  if (successful && elt.matches?.("dialog form[data-closes]")) elt.closest("dialog").close();
});
