/* What is changed in place: Esc leaves it as it was; a category proposes its day; a proposal goes into the answer. */

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest?.("[data-in-place]");
  if (!form) return;
  event.stopPropagation();
  form.querySelector("[data-leave]")?.click();
}, true);

document.addEventListener("change", (event) => {
  const days = event.target.closest?.("[data-days]")?.dataset.days.split(" ").find((pair) => pair.startsWith(`${event.target.value}:`));
  const field = days && event.target.form.elements.expires_on;
  if (!field) return;
  const day = new Date();
  day.setDate(day.getDate() + Number(days.split(":")[1]));
  field.value = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-append]");
  const field = button && document.getElementById(button.dataset.append);
  if (!field) return;
  field.closest("details").open = true;
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${button.dataset.words}` : button.dataset.words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
