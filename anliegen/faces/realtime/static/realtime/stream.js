// Tells the page which tickets changed. The page names its stream: <body data-stream="/stream?last=4711">, where the
// number is the journal's head before the page read its tickets, so that nothing falls between the two.
// Heard on the body, so that htmx can say hx-trigger="anliegen:ticket-812 from:body":
//   anliegen:ticket       detail {ticket, verbs, position}
//   anliegen:ticket-812   the same, for this ticket only
//   anliegen:reset        more happened than is told one by one: refetch what is shown
//   anliegen:live         detail {live}: whether changes arrive at present
//   anliegen:presence     detail {812: [[name, writes, kind], ...]}: who else is at these tickets now
//   anliegen:bell         this agent has a new notice, or one less
// A page that shows a ticket says so in the address (`at=812`): as long as it listens, its agent is there. `body.dataset.tab`
// tells this tab from others.
// A hidden tab lets go of its connection (a browser has six per server) and hears what it missed when it is seen again.

const HIDDEN_FOR = 20_000, FIRST_PAUSE = 1_000, LONGEST_PAUSE = 60_000;
const address = document.body.dataset.stream;
const tab = document.body.dataset.tab = Math.random().toString(36).slice(2, 12);
let source, last, live, pause = FIRST_PAUSE, again, rest;

const tell = (name, detail) => document.body.dispatchEvent(new CustomEvent(`anliegen:${name}`, { detail, bubbles: true }));

function show(now) {
  if (now !== live) tell("live", { live: live = now });
}

function open() {
  clearTimeout(again);
  if (source) return;
  const url = new URL(address, location.href);
  if (last) url.searchParams.set("last", last);
  url.searchParams.set("tab", tab);
  source = new EventSource(url);
  source.onopen = () => { pause = FIRST_PAUSE; show(true); };
  source.onerror = () => {
    show(false);
    if (source.readyState !== EventSource.CLOSED) return; // the browser comes again by itself, with its last id
    close();
    again = setTimeout(open, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
  source.addEventListener("ticket", (event) => {
    last = event.lastEventId;
    const detail = { ...JSON.parse(event.data), position: Number(last) };
    tell("ticket", detail);
    tell(`ticket-${detail.ticket}`, detail);
  });
  source.addEventListener("here", (event) => { last = event.lastEventId; });
  source.addEventListener("presence", (event) => tell("presence", JSON.parse(event.data)));
  source.addEventListener("bell", () => tell("bell", {}));
  source.addEventListener("reset", (event) => { last = event.lastEventId; tell("reset", {}); });
}

function close() {
  clearTimeout(again);
  source?.close();
  source = undefined;
}

function look() {
  clearTimeout(rest);
  if (document.hidden) rest = setTimeout(close, HIDDEN_FOR);
  else open();
}

if (address) {
  document.addEventListener("visibilitychange", look);
  addEventListener("pagehide", close);
  addEventListener("pageshow", look);
  addEventListener("online", look);
  open();
  look();
}
