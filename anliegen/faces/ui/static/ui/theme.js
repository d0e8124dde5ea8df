/* Light, dark or contrast at once. Without a profile to keep it, a cookie of this browser does. */

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-theme-switch]");
  if (!form || event.target.name !== "theme") return;
  const chosen = event.target.value === "system" ? "" : event.target.value;
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  if (form.method !== "post") {
    const age = chosen ? 31536000 : 0;
    const secure = location.protocol === "https:" ? ";secure" : "";
    document.cookie = `theme=${chosen};path=/;max-age=${age};samesite=lax${secure}`;
  }
});

/* A page from the browser's memory may carry the theme of before. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  const cookie = document.cookie.match(/(?:^|; )theme=(light|dark|contrast)/);
  if (cookie) document.documentElement.dataset.theme = cookie[1];
});
