// The routing set-up: ranks moved by buttons, steps walked and moved with the arrow keys, and what a form has seen.

// --- the order of agents: a list of boxes whose order is what is sent ---------------------------------------
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-rank-move]");
  const rank = button && button.closest("li");
  if (!button || !rank) return;
  const later = button.getAttribute("data-rank-move") === "1";
  const other = later ? rank.nextElementSibling : rank.previousElementSibling;
  if (!other) return;
  if (later) other.after(rank);
  else other.before(rank);
  if (button instanceof HTMLElement) button.focus();
});

// --- the drawn steps: arrows walk, Alt and arrows move, Enter opens, Delete removes -------------------------
/** @type {string | null} */
let focusAfter = null;

document.addEventListener("keydown", (event) => {
  const step = event.target instanceof HTMLElement && event.target.matches("[data-map-step]") ? event.target : null;
  if (!step) return;
  const at = Number(step.dataset.mapStep);
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by && event.altKey) {
    const button = step.querySelector(`button[name="act"][value="${by > 0 ? "right" : "left"}"]:not(:disabled)`);
    if (button instanceof HTMLElement) {
      focusAfter = `map-step-${at + by}`;
      button.click();
    }
  } else if (by) {
    document.getElementById(`map-step-${at + by}`)?.focus();
  } else if (event.key === "Enter") {
    /** @type {HTMLElement | null} */ (step.querySelector("[hx-get]"))?.click();
  } else if (event.key === "Delete") {
    focusAfter = `map-step-${Math.max(0, at - 1)}`;
    /** @type {HTMLElement | null} */ (step.querySelector('button[name="act"][value="remove"]'))?.click();
  } else {
    return;
  }
  event.preventDefault();
});
document.addEventListener("htmx:afterSettle", () => {
  if (focusAfter) document.getElementById(focusAfter)?.focus();
  focusAfter = null;
});

// --- somebody else was faster: saving again is then on purpose ----------------------------------------------
document.addEventListener("setupVersion", (event) => {
  const form = event.target instanceof Element && event.target.closest("form");
  if (!form) return;
  for (const [name, value] of Object.entries(/** @type {CustomEvent} */ (event).detail)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = String(value);
  }
});
