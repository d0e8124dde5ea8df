/* From the field in which one searches, the arrow down goes into the list that was found; there the arrows walk by themselves. */

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-walk]");
  if (!field || event.key !== "ArrowDown" || event.isComposing) return;
  const list = document.querySelector(field.dataset.walk);
  const line = list?.querySelector("input:checked, input");
  if (!line) return;
  event.preventDefault();
  line.focus();
  if (line.type === "radio" && !line.checked) line.click();
});
