// The demo's list of people fills in the form; pressing "Sign in" stays the visitor's own step.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-fill-username]");
  if (!button) return;
  for (const name of ["username", "password"]) {
    const field = document.getElementById(`id_${name}`);
    if (field instanceof HTMLInputElement) field.value = button.getAttribute(`data-fill-${name}`) ?? "";
  }
  document.querySelector("form button[type='submit']")?.focus();
});
