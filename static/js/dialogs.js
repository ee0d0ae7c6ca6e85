// Native dialogs: data-dialog-open="id" opens, data-dialog-close closes, a press beside it closes.

/**
 * Open a dialog by its id; its first [autofocus] or field takes the focus.
 * @param {string} id
 * @returns {HTMLDialogElement | null}
 */
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement)) return null;
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[autofocus], .dialog-body :is(input, select, textarea):not([type=hidden], :disabled)");
  if (first instanceof HTMLElement) first.focus();
  return dialog;
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    openDialog(opener.getAttribute("data-dialog-open") ?? "");
    return;
  }
  if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
});

// The backdrop belongs to the dialog element itself; a press that began inside must not close it.
let pressedOn = null;
document.addEventListener("pointerdown", (event) => { pressedOn = event.target; });
document.addEventListener("pointerup", (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || pressedOn !== dialog || !dialog.open) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful } = /** @type {CustomEvent} */ (event).detail;
  const form = elt instanceof Element && elt.closest("form[data-close-on-success]");
  if (!form || !successful) return;
  form.closest("dialog")?.close();
  form.reset();
});
