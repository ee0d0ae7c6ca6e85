// What one types is never lost: fields with data-draft-key are kept in this browser until their form was sent.

const PREFIX = "bothhands.draft.";

/** @param {string} key @param {string} text */
function say(key, text) {
  const status = document.querySelector(`[data-draft-status="${CSS.escape(key)}"]`);
  if (status) status.textContent = text;
}

/** @param {string} key @param {string} value */
function keep(key, value) {
  try {
    if (!value) return void localStorage.removeItem(PREFIX + key);
    localStorage.setItem(PREFIX + key, JSON.stringify({ value, at: Date.now() }));
    say(key, `draft kept ${new Date().toLocaleTimeString("en-GB")}`);
  } catch {
    say(key, "draft not kept: this browser's storage is full or blocked");
  }
}

/**
 * Forget the draft of a field, after its text reached the server.
 * @param {string} key
 */
export function forgetDraft(key) {
  try { localStorage.removeItem(PREFIX + key); } catch { /* nothing was kept */ }
  say(key, "");
}

/** @param {Element | Document} root */
function restore(root) {
  const fields = [...root.querySelectorAll("[data-draft-key]")];
  if (root instanceof Element && root.matches("[data-draft-key]")) fields.push(root);
  for (const field of fields) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || field.value) continue;
    try {
      const kept = JSON.parse(localStorage.getItem(PREFIX + field.dataset.draftKey) ?? "null");
      if (!kept) continue;
      field.value = kept.value;
      say(field.dataset.draftKey ?? "", `draft of ${new Date(kept.at).toLocaleTimeString("en-GB")}`);
    } catch { /* an unreadable draft is no draft */ }
  }
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || !field.dataset.draftKey) return;
  // At once: live data may replace this field before any delay is over.
  keep(field.dataset.draftKey, field.value);
});

/** @param {EventTarget | null} form */
function forgetForm(form) {
  if (!(form instanceof HTMLFormElement)) return;
  for (const field of form.querySelectorAll("[data-draft-key]")) forgetDraft(field.getAttribute("data-draft-key") ?? "");
}
document.addEventListener("htmx:beforeSwap", (event) => {
  // Before the answer is shown: a fresh field in it would take the draft back, and the form may be gone afterwards.
  const { requestConfig, isError } = /** @type {CustomEvent} */ (event).detail;
  if (!isError) forgetForm(requestConfig.elt);
});
document.addEventListener("submit", (event) => {
  if (event.target instanceof Element && !event.target.matches("[hx-post], [hx-put], [hx-patch]")) forgetForm(event.target);
});
document.addEventListener("htmx:load", (event) => restore(/** @type {Element} */ (event.target)));
restore(document);
