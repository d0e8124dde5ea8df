/* The link to the page of a concern, to paste somewhere safe. */

for (const place of document.querySelectorAll("[data-copy]")) {
  const button = place.querySelector("[data-copy-button]");
  if (!navigator.clipboard) continue; // only where the connection is safe
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(place.dataset.copy);
    document.getElementById("announcer").textContent = place.dataset.copied;
    button.querySelector("span").textContent = place.dataset.copied;
  });
}
