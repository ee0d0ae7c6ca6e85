// What the server found wrong, at the field it is about; what was typed stays.
const marked = new WeakMap();

/** @param {HTMLFormElement} form */
function clear(form) {
  for (const element of form.querySelectorAll("[data-server-error]")) element.remove();
  for (const field of form.querySelectorAll("[aria-invalid='true']")) {
    if (marked.has(field)) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }
}

/** @param {HTMLFormElement} form @param {string} name @param {string} message */
function mark(form, name, message) {
  const field = form.elements.namedItem(name);
  const input = field instanceof RadioNodeList ? field[0] : field;
  if (!(input instanceof HTMLElement)) return;
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.serverError = "";
  note.id = `error-${name}-${Math.random().toString(36).slice(2, 8)}`;
  note.textContent = message;
  (input.closest(".field, fieldset") ?? input).append(note);
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", note.id);
  marked.set(input, true);
}

document.addEventListener("fieldErrors", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form") : null;
  if (!form) return;
  clear(form);
  for (const [name, messages] of Object.entries(event.detail)) {
    if (Array.isArray(messages)) mark(form, name, messages.join(" "));
  }
  const first = form.querySelector("[aria-invalid='true']");
  if (first instanceof HTMLElement) first.focus();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target instanceof HTMLFormElement) clear(event.target);
});
