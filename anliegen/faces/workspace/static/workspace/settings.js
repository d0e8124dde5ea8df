/* Copies a secret that is shown once. */

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without https a browser offers no clipboard; what is selected can still be copied by hand.
    if (!document.execCommand("copy")) return;
  }
  button.querySelector("span").textContent = button.dataset.said;
  const announcer = document.getElementById("announcer");
  if (announcer) announcer.textContent = button.dataset.said;
});
