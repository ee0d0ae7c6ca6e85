// Everything that shows time passing: [data-timer], [data-ring] and [data-when].
// Times come from the server, so the difference between its clock and ours is taken off.

const SECOND = 1000;
const offset = (() => {
  const said = document.querySelector('meta[name="server-time"]')?.getAttribute("content");
  const difference = said ? Date.parse(said) - Date.now() : 0;
  // A page from the cache says an old time; only a wrong clock, not a late page, is corrected.
  return Math.abs(difference) > 5 * SECOND && performance.now() < 10 * SECOND ? difference : 0;
})();

/** The server's present moment, in milliseconds. */
export const now = () => Date.now() + offset;

/**
 * Seconds as 2:14 or 1:02:10; below zero with a minus sign.
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.abs(Math.trunc(seconds));
  const pad = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const hours = Math.trunc(whole / 3600);
  const minutes = Math.trunc((whole % 3600) / 60);
  const text = hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
  return seconds < 0 && whole ? `−${text}` : text;
}

/**
 * A moment relative to now: "just now", "2 min ago", "Thu 14:10", "2 Nov".
 * @param {number} at milliseconds
 * @param {boolean} short
 */
export function relative(at, short = false) {
  const moment = new Date(at);
  const today = new Date(now());
  const seconds = (now() - at) / SECOND;
  const clock = moment.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const day = moment.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const suffix = short ? "" : " ago";
  if (seconds < 0) {
    if (seconds > -3600) return `in ${Math.max(1, Math.round(-seconds / 60))} min`;
    if (moment.toDateString() === today.toDateString()) return clock;
    return seconds > -6.5 * 86400 ? `${moment.toLocaleDateString("en-GB", { weekday: "short" })} ${clock}` : day;
  }
  if (seconds < 45) return short ? "now" : "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min${suffix}`;
  if (seconds < 12 * 3600) return `${Math.round(seconds / 3600)} h${suffix}`;
  const days = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / (86400 * SECOND));
  if (days < 1) return clock;
  if (days < 7) return short ? `${days} d` : `${moment.toLocaleDateString("en-GB", { weekday: "short" })} ${clock}`;
  return moment.getFullYear() === today.getFullYear() ? day : moment.toLocaleDateString("en-GB", { month: "short", year: "numeric" });
}

/**
 * When something is owed: "due in 9 min", "due in 3 h", "due Tue 10:00", "19 h late", "3 days late".
 * @param {number} at milliseconds
 */
export function due(at) {
  const seconds = (now() - at) / SECOND;
  if (seconds < -43200) return `due ${relative(at, true)}`;
  const far = Math.abs(seconds);
  const span = far < 3570 ? `${Math.max(1, Math.round(far / 60))} min` : far < 2 * 86400 ? `${Math.round(far / 3600)} h` : `${Math.round(far / 86400)} days`;
  return seconds < 0 ? `due in ${span}` : `${span} late`;
}

/** @param {HTMLElement} element */
function tickTimer(element) {
  const at = Date.parse(element.dataset.at ?? "");
  if (Number.isNaN(at)) return;
  const up = element.dataset.timer === "up";
  const seconds = up ? Math.max(0, (now() - at) / SECOND) : Math.ceil((at - now()) / SECOND);
  const text = duration(seconds);
  if (element.textContent !== text) element.textContent = text;
  const past = (/** @type {string | undefined} */ limit) =>
    limit !== undefined && (up ? seconds >= Number(limit) : seconds <= Number(limit));
  const level = past(element.dataset.now) ? "now" : past(element.dataset.soon) ? "soon" : "";
  if ((element.dataset.level ?? "") !== level) element.dataset.level = level;
}

/** @param {HTMLElement} element */
function tickRing(element) {
  const left = Math.max(0, (Date.parse(element.dataset.at ?? "") - now()) / SECOND);
  const share = (100 * left) / (Number(element.dataset.seconds) || 20);
  element.querySelector(".ring-left")?.setAttribute("stroke-dasharray", `${Math.min(100, share).toFixed(1)} 100`);
  const text = element.querySelector("[data-ring-text]");
  if (text && text.textContent !== String(Math.ceil(left))) text.textContent = String(Math.ceil(left));
  element.dataset.level = left <= 5 ? "now" : "";
  if (left === 0 && !("over" in element.dataset)) {
    element.dataset.over = "";
    element.dispatchEvent(new CustomEvent("ring:over", { bubbles: true }));
  }
}

/** @param {HTMLTimeElement} element */
function tickWhen(element) {
  const at = Date.parse(element.dateTime);
  if (Number.isNaN(at)) return;
  const text = element.dataset.when === "due" ? due(at) : relative(at, element.dataset.when === "short");
  if (element.textContent !== text) element.textContent = text;
  element.title = new Date(at).toLocaleString("en-GB", { dateStyle: "full", timeStyle: "long" });
}

/**
 * Bring every clock below a node up to date.
 * @param {ParentNode} root
 */
export function tick(root = document) {
  root.querySelectorAll("[data-timer]").forEach((element) => tickTimer(/** @type {HTMLElement} */ (element)));
  root.querySelectorAll("[data-ring]").forEach((element) => tickRing(/** @type {HTMLElement} */ (element)));
}

/** @param {ParentNode} root */
function tickSlow(root = document) {
  root.querySelectorAll("time[data-when]").forEach((element) => tickWhen(/** @type {HTMLTimeElement} */ (element)));
}

tick();
tickSlow();
setInterval(tick, 250);
setInterval(tickSlow, 15 * SECOND);
document.addEventListener("htmx:load", (event) => {
  const root = event.target instanceof Element ? event.target.parentElement ?? document : document;
  tick(root);
  tickSlow(root);
});
