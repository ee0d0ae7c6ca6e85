// Popover menus: placed under their button, walked with the arrow keys, closed by choosing.

const GAP = 6;
const EDGE = 8;

/** @param {HTMLElement} menu */
const buttonOf = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]:not([hidden])`);

/** @param {HTMLElement} menu */
function place(menu) {
  const visible = [...document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)];
  const button = visible.find((candidate) => candidate.getClientRects().length) ?? buttonOf(menu);
  if (!button) return;
  const anchor = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const wanted = menu.dataset.menu === "end" ? anchor.right - width : menu.dataset.menu === "side" ? anchor.right + GAP : anchor.left;
  const left = Math.max(EDGE, Math.min(wanted, innerWidth - width - EDGE));
  const below = menu.dataset.menu === "side" ? anchor.top : anchor.bottom + GAP;
  const top = below + height <= innerHeight - EDGE ? below : Math.max(EDGE, anchor.top - GAP - height);
  menu.style.setProperty("left", `${left}px`);
  menu.style.setProperty("top", `${menu.dataset.menu === "side" ? Math.max(EDGE, Math.min(below, innerHeight - height - EDGE)) : top}px`);
}

/** @param {Element} menu @returns {HTMLElement[]} */
const items = (menu) => [...menu.querySelectorAll('[role^="menuitem"]:not(:disabled), .segmented button')];

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !("menu" in menu.dataset)) return;
  const open = /** @type {ToggleEvent} */ (event).newState === "open";
  for (const button of document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`)) button.setAttribute("aria-expanded", String(open));
  if (!open) return;
  place(menu);
  (menu.querySelector('[aria-checked="true"], [autofocus]') ?? items(menu)[0])?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element && event.target.closest("[data-menu][role='menu']");
  if (!menu) return;
  const all = items(menu);
  const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[(to + all.length) % all.length]?.focus();
});

document.addEventListener("click", (event) => {
  const chosen = event.target instanceof Element && event.target.closest('[role^="menuitem"]');
  if (!chosen) return;
  const menu = chosen.closest("[data-menu]");
  if (menu instanceof HTMLElement && menu.matches(":popover-open")) menu.hidePopover();
});

addEventListener("resize", () => {
  for (const menu of document.querySelectorAll("[data-menu]:popover-open")) place(/** @type {HTMLElement} */ (menu));
});
