// Keyboard shortcuts. Any element with data-key is pressed by that key; modules may register more.
// Single keys stay quiet while one types, while a dialog or menu is open, and when the viewer turned them off.

/** @typedef {{ key: string, label: string, run: () => void, when?: () => boolean }} Shortcut */

const OFF = "bothhands.keys.off";
/** @type {Shortcut[]} */
const registered = [];

/**
 * Add a shortcut, for example { key: "mod+k", label: "Search", run }.
 * @param {Shortcut} shortcut
 */
export function registerKey(shortcut) {
  registered.push(shortcut);
}

/** @param {KeyboardEvent} event */
function nameOf(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  parts.push(event.key === " " ? "space" : event.key.toLowerCase());
  return parts.join("+");
}

/** @param {Element} element */
const shown = (element) => element.getClientRects().length > 0 && !element.matches(":disabled, [aria-disabled='true']");

const singlesOff = () => {
  try { return localStorage.getItem(OFF) === "1"; } catch { return false; }
};

/** @param {KeyboardEvent} event @param {string} name */
function mayRun(event, name) {
  if (document.querySelector("dialog[open]:modal, [popover]:popover-open")) return false;
  if (name.includes("+")) return true;
  const target = event.target;
  const busy = target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
  // Enter on a focused control is that control's own.
  const owned = name === "enter" && target instanceof HTMLElement && target.matches("a, button, summary, [role]");
  return !busy && !owned && !singlesOff();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const name = nameOf(event);
  if (!mayRun(event, name)) return;
  if (name === "?") return void (event.preventDefault(), openHelp());
  const own = registered.find((shortcut) => shortcut.key === name && (shortcut.when?.() ?? true));
  const element = [...document.querySelectorAll(`[data-key="${CSS.escape(name)}"]`)].find(shown);
  if (!own && !element) return;
  event.preventDefault();
  if (own) own.run();
  else if (element instanceof HTMLElement && element.matches("input, textarea, select")) element.focus();
  else if (element instanceof HTMLElement) element.click();
});

const CAPS = { enter: "↵", escape: "Esc", mod: /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl", space: "Space" };
/** @param {string} key */
const capsOf = (key) => key.split("+").map((part) => CAPS[/** @type {keyof typeof CAPS} */ (part)] ?? part.toUpperCase());

/** What can be pressed on this page, key → label. */
function known() {
  const all = new Map(registered.map((shortcut) => [shortcut.key, shortcut.label]));
  for (const element of document.querySelectorAll("[data-key]")) {
    const label = element.getAttribute("data-key-label") || element.getAttribute("aria-label") || element.querySelector(".button-text")?.textContent || element.textContent || "";
    if (!all.has(element.getAttribute("data-key") ?? "")) all.set(element.getAttribute("data-key") ?? "", label.trim());
  }
  all.set("?", "This help");
  return all;
}

function openHelp() {
  const dialog = document.getElementById("keys-help");
  const list = dialog?.querySelector("[data-keys-list]");
  if (!(dialog instanceof HTMLDialogElement) || !list) return;
  list.replaceChildren(...[...known()].flatMap(([key, label]) => {
    const term = Object.assign(document.createElement("dt"), { textContent: label });
    const caps = document.createElement("dd");
    caps.append(...capsOf(key).map((cap) => Object.assign(document.createElement("kbd"), { className: "kbd", textContent: cap })));
    return [term, caps];
  }));
  const toggle = dialog.querySelector("[data-keys-toggle]");
  if (toggle instanceof HTMLInputElement) toggle.checked = !singlesOff();
  dialog.showModal();
}

document.addEventListener("change", (event) => {
  if (!(event.target instanceof HTMLInputElement) || !event.target.matches("[data-keys-toggle]")) return;
  try { localStorage.setItem(OFF, event.target.checked ? "0" : "1"); } catch { /* kept for this page only */ }
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-keys-help]")) openHelp();
});
for (const cap of document.querySelectorAll(".kbd")) {
  if (CAPS.mod === "⌘") cap.textContent = (cap.textContent ?? "").replace("Ctrl ", "⌘");
}
