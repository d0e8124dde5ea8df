/* Short messages: they go by themselves, wait while read, and count down what can still be taken back. */

const STAY = 8000;
const place = document.getElementById("toasts");

function start(toast) {
  if (toast.dataset.started) return;
  toast.dataset.started = "yes";
  if (toast.dataset.until) countDown(toast, new Date(toast.dataset.until));
  else if (toast.dataset.toast === "go") leaveLater(toast);
}

/* The server's clock decides whether it can still be undone, so this one never waits. */
function countDown(toast, until) {
  const shown = toast.querySelector("[data-countdown]");
  const timer = setInterval(step, 250);
  function step() {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (shown) shown.textContent = `${Math.max(left, 0)} s`;
    if (left > 0 && toast.isConnected) return;
    clearInterval(timer);
    toast.querySelector("form")?.remove();
    leaveLater(toast, 2000);
  }
  step();
}

function leaveLater(toast, after = STAY) {
  let timer;
  const wait = () => clearTimeout(timer);
  const go = () => {
    wait();
    timer = setTimeout(() => toast.remove(), after);
  };
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, wait);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, go);
  go();
}

if (place) {
  new MutationObserver(() => place.querySelectorAll("[data-toast]").forEach(start)).observe(place, { childList: true });
  place.querySelectorAll("[data-toast]").forEach(start);
  place.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]").remove();
  });
}

/* A request that failed says so once, in words, and keeps everything on the page. */
function failed(id) {
  const template = document.getElementById(id);
  if (!place || !template) return;
  const word = template.content.firstElementChild.textContent;
  if ([...place.children].some((toast) => toast.textContent === word)) return;
  place.append(template.content.cloneNode(true));
}

document.addEventListener("htmx:responseError", () => failed("toast-failed"));
document.addEventListener("htmx:sendError", () => failed("toast-offline"));
