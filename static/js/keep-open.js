// Live data never closes what somebody has open: while a dialog or a menu is open inside a fragment, a fresh
// version of that fragment waits, and is read once it closes.
import { OPEN, refresh } from "./panels.js";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  const open = target instanceof Element && target.querySelector(OPEN);
  if (!open || !target.id || requestConfig?.verb !== "get" || open.contains(requestConfig.elt)) return;
  /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
  refresh(target.id, requestConfig.path);
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  const open = target instanceof HTMLElement && target.querySelector(OPEN);
  if (!open || !target.dataset.liveFrom || open.querySelector(".htmx-request")) return;
  /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
  refresh(target.id);
});
