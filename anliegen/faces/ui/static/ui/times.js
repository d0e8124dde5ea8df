/* Keeps "heute" and "vor 5 Min." true while a page stays open. The server writes the same words (dates.py). */

const root = document.documentElement;
const language = root.lang || "de";
const german = language.startsWith("de");
const zone = root.dataset.zone || undefined;
const daysApart = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
const clockOf = new Intl.DateTimeFormat("de", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const weekdayOf = new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "short" });
const short = german
  ? { now: "gerade eben", past: "vor {}", future: "in {}", minute: "Min.", hour: "Std." }
  : { now: "just now", past: "{} ago", future: "in {}", minute: "min", hour: "h" };

const dayNumber = (date) => Math.round(Date.parse(dayOf.format(date)) / 864e5);

export function ago(at, now) {
  const seconds = (now - at) / 1000;
  const distance = Math.abs(seconds);
  if (distance >= 86400) return null;
  if (distance < 60 && seconds >= 0) return short.now;
  const minutes = Math.max(1, Math.floor(distance / 60));
  const text = minutes < 60 ? `${minutes} ${short.minute}` : `${Math.floor(minutes / 60)} ${short.hour}`;
  return (seconds > 0 ? short.past : short.future).replace("{}", text);
}

/* Only days that slide past today need new words; a date further away stays as the server wrote it. */
export function said(at, now, timed) {
  const distance = dayNumber(at) - dayNumber(now);
  if (distance < -2 || distance > 1) return null;
  const near = distance > -2;
  const day = near ? daysApart.format(distance, "day") : weekdayAndDate(at);
  return (near && distance !== -1) || timed ? `${day} ${clockOf.format(at)}` : day;
}

function weekdayAndDate(at) {
  const weekday = weekdayOf.format(at).replace(".", "");
  const [, month, day] = dayOf.format(at).split("-").map(Number);
  if (german) return `${weekday} ${day}.${month}.`;
  const name = new Intl.DateTimeFormat("en-GB", { timeZone: zone, month: "short" }).format(at);
  return `${weekday} ${day} ${{ Jun: "June", Jul: "July", Sep: "Sept" }[name] || name}`;
}

export function tick(now = new Date()) {
  for (const time of document.querySelectorAll("time[data-when]")) {
    const at = new Date(time.dateTime);
    const style = time.dataset.when;
    const text = (style === "ago" && ago(at, now)) || said(at, now, style === "time");
    const shown = time.firstElementChild;
    if (text && shown && shown.textContent !== text) shown.textContent = text;
  }
}

setInterval(tick, 30000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
document.addEventListener("htmx:afterSwap", () => tick());
