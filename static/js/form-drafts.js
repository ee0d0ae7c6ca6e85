// A whole form's draft: `data-form-draft` on a dialog keeps everything typed in it, with the values it was typed over
// (`was.*`), so that a reload loses nothing and what others changed meanwhile is still noticed.
import { openDialog } from "./dialogs.js";

const PREFIX = "bothhands.form.";

/** @param {Element} dialog */
const keyOf = (dialog) => PREFIX + (dialog.getAttribute("data-form-draft") ?? "");

/** Where drafts were kept that go on here: `data-form-draft-before`. @param {Element} dialog */
const earlierKeys = (dialog) => (dialog.getAttribute("data-form-draft-before") ?? "").split(" ").filter(Boolean).map((key) => PREFIX + key);

/** @param {Element} dialog @param {string} text */
function say(dialog, text) {
  const status = dialog.querySelector("[data-form-draft-status]");
  if (status) status.textContent = text;
}

/** @param {HTMLFormElement} form @returns {[string, string][]} */
function values(form) {
  return [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !name.startsWith("csrf") && !name.startsWith("choose.")).map(([name, value]) => [name, String(value)]);
}

/** @param {Element} dialog */
function restore(dialog) {
  const form = dialog.querySelector("form");
  if (!form) return;
  try {
    const found = [keyOf(dialog), ...earlierKeys(dialog)].map((key) => localStorage.getItem(key)).find(Boolean);
    if (!found) return;
    const kept = JSON.parse(found);
    for (const [name, value] of kept.values) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = value;
    }
    say(dialog, `Your draft of ${new Date(kept.at).toLocaleTimeString("en-GB")}; Cancel forgets it.`);
  } catch { /* an unreadable draft is no draft */ }
}

/** @param {Element} dialog */
function forget(dialog) {
  try { for (const key of [keyOf(dialog), ...earlierKeys(dialog)]) localStorage.removeItem(key); } catch { /* nothing was kept */ }
}

document.addEventListener("input", (event) => {
  const dialog = event.target instanceof Element && event.target.closest("[data-form-draft]");
  const form = dialog && dialog.querySelector("form");
  if (!form) return;
  try {
    localStorage.setItem(keyOf(dialog), JSON.stringify({ values: values(form), at: Date.now() }));
    say(dialog, "Draft kept");
  } catch { say(dialog, "Draft not kept: this browser's storage is full or blocked"); }
});
document.addEventListener("htmx:load", (event) => {
  const loaded = /** @type {Element} */ (event.target);
  const dialog = loaded.matches("dialog[data-open-now]") ? loaded : loaded.querySelector("dialog[data-open-now]");
  if (!dialog) return;
  if (dialog.matches("[data-form-draft]")) restore(dialog);
  openDialog(dialog.id);
});
document.addEventListener("click", (event) => {
  const closer = event.target instanceof Element && event.target.closest("[data-form-draft] .dialog-foot [data-dialog-close]");
  if (closer) forget(/** @type {Element} */ (closer.closest("[data-form-draft]")));
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful } = /** @type {CustomEvent} */ (event).detail;
  const dialog = successful && elt instanceof Element && elt.closest("[data-form-draft]");
  if (dialog) forget(dialog);
});
