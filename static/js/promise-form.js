// The promise dialog says back what the customer is told, while one chooses.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || (input.name !== "due" && input.name !== "due_at")) return;
  const form = input.closest("form");
  const told = form?.querySelector("[data-promise-told]");
  const custom = form?.querySelector("[name='due_at']");
  if (!told) return;
  if (custom instanceof HTMLInputElement) custom.required = input.value === "custom" || input.name === "due_at";
  if (input.name === "due" && input.dataset.told) told.textContent = input.dataset.told;
  else if (custom instanceof HTMLInputElement && custom.value) {
    const moment = new Date(custom.value).toLocaleString("en-GB", { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
    told.textContent = `by ${moment}`;
  } else told.textContent = "choose a time";
});
