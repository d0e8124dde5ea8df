/* Who else is at which ticket: in the list and at the ticket itself; and the bell. The stream says it, nothing is asked. */

const body = document.body;
const words = document.getElementById("present")?.dataset;
const here = new Map();
const list = new Intl.ListFormat(document.documentElement.lang || "de");

const named = ([name, , kind]) => (kind === "agent" ? name : (words[kind === "apitoken" ? "program" : kind] ?? "{who}").replace("{who}", name));

/* "Mira and Tom are reading"; in a list first names do. */
export function sentence(people, writes, short = false) {
  const names = people.filter((one) => one[1] === writes).map((one) => (short && one[2] === "agent" ? one[0].split(" ")[0] : named(one)));
  if (!names.length) return "";
  return words[`${writes ? "writes" : "reads"}${names.length > 1 ? "Many" : "One"}`].replace("{who}", list.format(names));
}

export const at = (ticket) => here.get(String(ticket)) ?? [];

function mark(ticket) {
  const when = document.querySelector(`a#t${ticket} .row-when:not(.row-presence)`);
  if (!when) return;
  when.parentElement.querySelector(".row-presence")?.remove();
  const said = sentence(at(ticket), true, true) || sentence(at(ticket), false, true);
  if (said) when.after(Object.assign(document.createElement("span"), { className: "row-when row-presence", textContent: said }));
}

function fill(selector, said) {
  const place = document.querySelector(`#presence ${selector}`);
  if (!place) return;
  place.hidden = !said;
  const text = place.lastElementChild;
  if (text.textContent !== said) text.textContent = said;
}

function head() {
  const ticket = document.getElementById("presence")?.dataset.ticket;
  if (!ticket) return;
  fill("[data-readers]", sentence(at(ticket), false));
  fill("[data-writers]", sentence(at(ticket), true));
}

if (words) {
  body.addEventListener("anliegen:presence", ({ detail }) => {
    for (const [ticket, people] of Object.entries(detail)) {
      if (people.length) here.set(ticket, people);
      else here.delete(ticket);
      mark(ticket);
    }
    head();
  });
  document.addEventListener("htmx:afterSettle", () => { for (const ticket of here.keys()) mark(ticket); });
}

/* The bell: a number. More than that only where the agent asked for it; the server says how, and never in quiet hours. */
let known = Number(document.getElementById("bell")?.dataset.count);
document.addEventListener("htmx:afterSettle", () => {
  const bell = document.getElementById("bell");
  if (!bell) return;
  const now = Number(bell.dataset.count);
  const manner = bell.dataset.manner ?? "";
  if (now > known && manner.includes("browser") && window.Notification?.permission === "granted")
    new Notification("Anliegen", { body: bell.dataset.words, tag: "anliegen", silent: true });
  if (now > known && manner.includes("sound")) chime();
  known = now;
});

function chime() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.setValueAtTime(0.08, context.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 0.5);
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.5);
}

/* A browser asks its person only upon a press, and this box is one. */
document.addEventListener("change", ({ target }) => {
  if (target.name === "shows_in_browser" && target.checked) window.Notification?.requestPermission();
});
