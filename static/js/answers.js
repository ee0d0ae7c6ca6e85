// What was answered before: pointing at a known answer, or reaching it with the keyboard, shows every answer to that
// question with who gave it. `data-answers` is where they are read. Escape closes; the pointer may go over the card.

const DELAY_MS = 180;
const AWAY_MS = 220;
const GAP = 6;
const EDGE = 8;

/** @type {HTMLElement | null} */
let card = null;
/** @type {HTMLElement | null} */
let anchor = null;
let timer = 0;
/** @type {Map<string, { html: string, at: number }>} */
const read = new Map();

function cardElement() {
  if (card) return card;
  card = document.createElement("div");
  card.id = "answers-card";
  card.className = "menu answers";
  card.popover = "manual";
  card.setAttribute("role", "status");
  card.addEventListener("pointerenter", () => clearTimeout(timer));
  card.addEventListener("pointerleave", hideSoon);
  document.body.append(card);
  return card;
}

/** @param {HTMLElement} beside */
function place(beside) {
  const shown = cardElement();
  const spot = beside.getBoundingClientRect();
  const { width, height } = shown.getBoundingClientRect();
  const left = Math.max(EDGE, Math.min(spot.left, innerWidth - width - EDGE));
  const below = spot.bottom + GAP;
  shown.style.setProperty("left", `${left}px`);
  shown.style.setProperty("top", `${below + height <= innerHeight - EDGE ? below : Math.max(EDGE, spot.top - GAP - height)}px`);
}

/** @param {string} url */
async function answersFrom(url) {
  const known = read.get(url);
  if (known && performance.now() - known.at < 5000) return known.html;
  const response = await fetch(url, { headers: { "HX-Request": "true" }, cache: "no-store" });
  if (response.status !== 200 || response.redirected) return "";
  const html = await response.text();
  read.set(url, { html, at: performance.now() });
  return html;
}

/** @param {HTMLElement} beside */
async function show(beside) {
  const html = await answersFrom(beside.dataset.answers ?? "").catch(() => "");
  if (!html || anchor !== beside || !beside.isConnected) return;
  const shown = cardElement();
  shown.innerHTML = html;
  if (!shown.matches(":popover-open")) shown.showPopover();
  beside.setAttribute("aria-describedby", shown.id);
  place(beside);
}

/** @param {HTMLElement} beside @param {number} delay */
function showSoon(beside, delay) {
  clearTimeout(timer);
  if (anchor === beside && card?.matches(":popover-open")) return;
  anchor?.removeAttribute("aria-describedby");
  anchor = beside;
  timer = window.setTimeout(() => show(beside), delay);
}

function hide() {
  clearTimeout(timer);
  anchor?.removeAttribute("aria-describedby");
  anchor = null;
  if (card?.matches(":popover-open")) card.hidePopover();
}
function hideSoon() {
  clearTimeout(timer);
  timer = window.setTimeout(hide, AWAY_MS);
}

/** @param {EventTarget | null} target @returns {HTMLElement | null} */
const withAnswers = (target) => (target instanceof Element ? target.closest("[data-answers]") : null);

document.addEventListener("pointerover", (event) => {
  const beside = withAnswers(event.target);
  if (beside && event.pointerType !== "touch") showSoon(beside, DELAY_MS);
});
document.addEventListener("pointerout", (event) => {
  const left = withAnswers(event.target);
  if (left && left === anchor && withAnswers(event.relatedTarget) !== left) hideSoon();
});
document.addEventListener("focusin", (event) => {
  const beside = withAnswers(event.target);
  if (beside) showSoon(beside, 0);
  else if (anchor) hide();
});
document.addEventListener("click", (event) => {
  const beside = withAnswers(event.target);
  if (beside) showSoon(beside, 0);
  else if (anchor && !card?.contains(/** @type {Node} */ (event.target))) hide();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && card?.matches(":popover-open")) hide();
});
document.addEventListener("scroll", () => anchor && card?.matches(":popover-open") && hide(), true);
document.addEventListener("htmx:load", () => anchor && !anchor.isConnected && hide());
