// Two records side by side: one key takes every field from one of them.

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-take]");
  const form = button && button.closest("form");
  if (!button || !form) return;
  const side = button.getAttribute("data-take");
  for (const radio of form.querySelectorAll(`input[type="radio"][value="${side}"]`)) {
    if (radio instanceof HTMLInputElement && radio.name !== "stays") radio.checked = true;
  }
});
