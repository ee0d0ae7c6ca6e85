// Panels that follow what happens. `data-live="kind kind"` names the nudges that concern a panel, `data-live-from`
// where a fresh one is read; `data-live-pace` is the least time between two readings in milliseconds, and
// `data-live-tick` reads it again every 20 s too, for figures that age by themselves.
//
// At most one reading of a panel is under way. A nudge meanwhile asks for another one afterwards, so what stands
// on the screen in the end was always read after the last nudge. Whatever somebody has open or is just sending
// inside a panel is left alone; the panel is read when that is done.

const TOGETHER_MS = 40; // one change nudges several times in a row
const PACE_MS = 250;
const TICK_MS = 20_000;
const RETRY_MS = 3_000;
const ANSWER_MS = 15_000;
export const OPEN = "dialog[open], [popover]:popover-open";
const IN_USE = `${OPEN}, .htmx-request`;

/** @typedef {{ id: string, url: string, stale: boolean, reading: boolean, timer: number | null, readAt: number, nudgedAt: number }} Panel */
/** @type {Map<string, Panel>} */
const panels = new Map();

/** @param {string} id @returns {Panel} */
function panelOf(id) {
  const known = panels.get(id);
  if (known) return known;
  const panel = { id, url: "", stale: false, reading: false, timer: null, readAt: -Infinity, nudgedAt: -Infinity };
  panels.set(id, panel);
  return panel;
}

/**
 * Read a panel anew as soon as may be; from another address than its own when one is given.
 * @param {string} id
 * @param {string} url
 */
export function refresh(id, url = "") {
  const panel = panelOf(id);
  panel.stale = true;
  panel.nudgedAt = performance.now();
  if (url) panel.url = url;
  readSoon(panel);
}

/** @param {string} selector */
function refreshAll(selector) {
  for (const element of document.querySelectorAll(selector)) refresh(element.id);
}

/** @param {Panel} panel @param {number} least milliseconds */
function readSoon(panel, least = TOGETHER_MS) {
  if (!panel.stale || panel.reading || panel.timer !== null) return;
  const pace = Number(document.getElementById(panel.id)?.dataset.livePace) || PACE_MS;
  const wait = Math.max(least, panel.readAt + pace - performance.now());
  panel.timer = window.setTimeout(() => {
    panel.timer = null;
    read(panel);
  }, wait);
}

/** @param {Panel} panel */
async function read(panel) {
  const element = document.getElementById(panel.id);
  const url = panel.url || element?.dataset.liveFrom;
  if (!element || !url) panel.stale = false;
  if (!element || !url || element.querySelector(IN_USE)) return; // whatever is in use says when it is done
  Object.assign(panel, { stale: false, url: "", reading: true, readAt: performance.now() });
  const html = await answerOf(url);
  panel.reading = false;
  if (html === null) return retry(panel, url);
  if (html === GONE) element.innerHTML = GONE;
  else if (html) put(panel, element, html);
  readSoon(panel);
}

/** @param {Panel} panel @param {string} url */
function retry(panel, url) {
  panel.stale = true;
  panel.url ||= url === document.getElementById(panel.id)?.dataset.liveFrom ? "" : url;
  readSoon(panel, RETRY_MS);
}

// Nobody goes on reading what was erased, or is not theirs to see any more.
const GONE = '<p class="mute panel-gone">This is not there any more, or no longer shared with you.</p>';

/** The fragment; GONE when there is none any more, empty when there is nothing new to show, null when it is worth asking again. @param {string} url */
async function answerOf(url) {
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (response.status >= 500 || response.status === 429) return null;
    if (response.status === 404) return GONE;
    return response.status === 200 && !response.redirected ? await response.text() : "";
  } catch {
    return null;
  }
}

/** Show it, unless the panel was replaced or taken into use meanwhile: then what we hold may be older.
 * @param {Panel} panel @param {HTMLElement} element @param {string} html */
function put(panel, element, html) {
  if (document.getElementById(panel.id) === element && !element.querySelector(IN_USE)) {
    const kept = takeOut(element);
    window.htmx.swap(element, html, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
    for (const one of kept) putBack(one);
  } else {
    panel.stale = true;
  }
}

// --- what somebody has unfolded -------------------------------------------------------------------------
// A part with `data-keeps` in which somebody looked further (`data-unfolded`: a filter, older pages) outlives the
// panel around it; its `data-news` appears when the fresh one has something newer.
/** @typedef {{ part: HTMLElement, focused: Element | null }} Kept */
/** @param {HTMLElement} element @returns {Kept[]} */
function takeOut(element) {
  const parts = [...element.querySelectorAll("[data-keeps]")].filter((part) => part.querySelector("[data-unfolded]"));
  return parts.map((part) => {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.remove(); // before the swap, which would take its listeners away
    return { part: /** @type {HTMLElement} */ (part), focused };
  });
}

/** @param {Kept} kept */
function putBack({ part, focused }) {
  const fresh = document.getElementById(part.id);
  if (!fresh || fresh.dataset.keeps !== part.dataset.keeps) return;
  if (fresh.dataset.newest !== part.dataset.newest) part.querySelector("[data-news]")?.removeAttribute("hidden");
  fresh.replaceWith(part);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

// --- what makes a panel stale ---------------------------------------------------------------------------
/** @param {string} kind @param {{ interaction_id?: number } | undefined} body */
function nudged(kind, body) {
  const about = String(body?.interaction_id ?? "");
  for (const element of document.querySelectorAll(`[data-live~="${CSS.escape(kind)}"]`)) {
    const { interaction } = /** @type {HTMLElement} */ (element).dataset;
    if (!interaction || !about || interaction === about) refresh(element.id);
  }
}

/** @type {Set<string>} */
const heard = new Set();
function listen() {
  for (const element of document.querySelectorAll("[data-live]")) {
    for (const kind of (element.getAttribute("data-live") ?? "").split(" ").filter((name) => name && !heard.has(name))) {
      heard.add(kind);
      document.body.addEventListener(`live:${kind}`, (event) => nudged(kind, /** @type {CustomEvent} */ (event).detail?.body));
    }
  }
}
listen();
document.addEventListener("htmx:load", listen);

// From here on nothing is missed; what came between the page's making and this, is.
document.body.addEventListener("live:followed", (event) => {
  const { topic } = /** @type {CustomEvent} */ (event).detail;
  const own = `[data-live-topic="${CSS.escape(topic)}"]`;
  refreshAll(document.querySelector(own) ? own : "[data-live]:not([data-live-topic])");
});

let away = false;
document.body.addEventListener("live:state", (event) => {
  const back = /** @type {CustomEvent} */ (event).detail.state === "live";
  if (back && away) refreshAll("[data-live]");
  away = !back;
});
setInterval(() => refreshAll(away ? "[data-live]" : "[data-live-tick]"), TICK_MS);

// --- what lets a waiting panel be read ------------------------------------------------------------------
const readAllSoon = () => panels.forEach((panel) => readSoon(panel));
for (const done of ["close", "toggle"]) document.addEventListener(done, readAllSoon, true);

// What somebody sent is answered with panels as well, made at some moment since it was sent: a nudge in between
// may be newer than they are.
/** @type {WeakMap<XMLHttpRequest, number>} */
const sentAt = new WeakMap();
document.addEventListener("htmx:beforeSend", (event) => sentAt.set(/** @type {CustomEvent} */ (event).detail.xhr, performance.now()));
document.addEventListener("htmx:afterRequest", (event) => {
  const since = sentAt.get(/** @type {CustomEvent} */ (event).detail.xhr) ?? Infinity;
  for (const panel of panels.values()) if (panel.nudgedAt >= since) panel.stale = true;
  readAllSoon();
});
