/* Keeps open pages true without moving anything under the reader's hand. The stream says what changed; htmx refetches. */

const body = document.body;
let waiting;

/* Many changes at once are one refetch: the first starts the clock, the rest ride along. */
function refresh() {
  waiting ??= setTimeout(() => {
    waiting = undefined;
    body.dispatchEvent(new CustomEvent("desk:refresh"));
  }, 600);
}
body.addEventListener("anliegen:ticket", refresh);
body.addEventListener("anliegen:reset", refresh);

/* Whoever is choosing or typing in a part keeps it; the next change brings it up to date. */
const busy = (part) =>
  part.querySelector("dialog[open], details[data-menu][open]") ||
  (part.contains(document.activeElement) && document.activeElement.matches("input:not([type=hidden]), textarea, select"));

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (busy(event.detail.target)) event.detail.shouldSwap = false;
});

/* A form in a dialog that was sent well closes it first, so that the fresh part may take its place. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, xhr, target } = event.detail;
  const dialog = requestConfig?.elt?.closest?.("dialog[open]");
  /* A part of the dialog that comes anew leaves it open. */
  if (xhr.status < 300 && dialog && (dialog === target || !dialog.contains(target))) dialog.close();
  if (target?.id === "timeline") remember();
});

/* What was unfolded stays unfolded. */
let unfolded = [];
function remember() {
  unfolded = [...document.querySelectorAll("#timeline details[id][open]")].map((details) => details.id);
}
document.addEventListener("htmx:afterSettle", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});

/* Every line of a list is a stop for j and k; Enter opens it, as any link. */
const rows = () => [...document.querySelectorAll("main a[data-row]")];
document.addEventListener("click", (event) => {
  const step = Number(event.target.closest?.("[data-step]")?.dataset.step);
  if (!step) return;
  const lines = rows();
  const here = lines.indexOf(document.activeElement);
  lines[here === -1 ? (step > 0 ? 0 : lines.length - 1) : Math.min(Math.max(here + step, 0), lines.length - 1)]?.focus();
});

/* Coming back from a ticket, its line has the focus; beside a ticket, its line is in view. */
const came = location.hash.match(/^#t\d+$/) && document.getElementById(location.hash.slice(1));
if (came) came.focus();
const current = document.querySelector(".pane-list .row-link[aria-current]");
const list = current?.closest(".pane-list");
if (list && list.scrollHeight > list.clientHeight) list.scrollTop = current.offsetTop - list.clientHeight / 3;
