/* Panes: their width by mouse or arrows, hidden by a key; and the next ticket is fetched while this one is read. */

const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
const all = (what) => document.querySelectorAll(what);
const widthOf = (name) => document.getElementById(`pane-${name}`).offsetWidth / rem;

function keep(change) {
  Object.assign(panes.kept, change);
  localStorage.setItem(panes.key, JSON.stringify(panes.kept));
  panes.show();
  tell();
}

/* What lines and buttons say of their pane. */
function tell() {
  const most = (innerWidth * 0.36) / rem;
  for (const grip of all("[data-grip]")) grip.ariaValueNow = Math.round(((widthOf(grip.dataset.grip) - 13) / (most - 13)) * 100);
  for (const button of all("[data-pane]")) button.ariaExpanded = String(!panes.kept.hide?.includes(button.dataset.pane));
}

for (const grip of all("[data-grip]")) {
  const { grip: name } = grip.dataset;
  const side = name === "list" ? 1 : -1;
  const widen = (by) => keep({ [name]: Math.min(Math.max(widthOf(name) + side * by, 13), (innerWidth * 0.36) / rem) });
  grip.onpointerdown = (event) => grip.setPointerCapture(event.pointerId);
  grip.onpointermove = (event) => event.buttons && widen(event.movementX / rem);
  grip.ondblclick = () => keep({ [name]: 0 });
  grip.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) widen(step);
  };
}

document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-pane]")?.dataset.pane;
  if (!name) return;
  const hidden = (panes.kept.hide ?? "").split(" ").filter((one) => one && one !== name);
  if (!panes.kept.hide?.includes(name)) hidden.push(name);
  keep({ hide: hidden.join(" ") });
});
addEventListener("resize", tell);
tell();

/* The page of the next ticket, when the browser has nothing else to do; it runs no script until somebody opens it. */
const next = document.querySelector(".ticket-steps :is([data-usual=j], [data-key=j])");
const fetchNext = () => document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: next.href }));
if (next) (window.requestIdleCallback ?? setTimeout)(fetchNext);
