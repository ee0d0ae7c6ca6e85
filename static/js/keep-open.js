// Live data never closes what somebody has open: while a dialog or a menu is open inside a fragment, a fresh
// version of that fragment waits, and is fetched once it closes.

const OPEN = "dialog[open], [popover]:popover-open";
/** @type {WeakSet<Element>} */
const waiting = new WeakSet();

/**
 * Fetch a fragment from `path` when `open`, which lies inside it, has closed.
 * @param {Element} open
 * @param {string} path
 * @param {Element} target
 */
function fetchWhenClosed(open, path, target) {
  if (waiting.has(open)) return;
  waiting.add(open);
  const closed = () => {
    if (open.matches(OPEN)) return;
    open.removeEventListener("close", closed);
    open.removeEventListener("toggle", closed);
    waiting.delete(open);
    window.htmx.ajax("get", path, { target: `#${target.id}`, swap: "outerHTML" });
  };
  open.addEventListener("close", closed);
  open.addEventListener("toggle", closed);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = /** @type {CustomEvent} */ (event).detail;
  const open = target instanceof Element && target.querySelector(OPEN);
  if (!open || !target.id || requestConfig?.verb !== "get" || open.contains(requestConfig.elt)) return;
  /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
  fetchWhenClosed(open, requestConfig.path, target);
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = /** @type {CustomEvent} */ (event).detail;
  const open = target instanceof Element && target.querySelector(OPEN);
  const path = open && target.getAttribute("hx-get");
  if (!open || !path || open.querySelector(".htmx-request")) return;
  /** @type {CustomEvent} */ (event).detail.shouldSwap = false;
  fetchWhenClosed(open, path, target);
});
