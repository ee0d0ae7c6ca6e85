// The search box: results appear below, arrow keys choose, Enter opens, Escape closes.

/** @param {Element} box */
const parts = (box) => ({
  input: /** @type {HTMLInputElement} */ (box.querySelector("[role='combobox']")),
  list: /** @type {HTMLElement} */ (box.querySelector("[role='listbox']")),
  options: /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[role='option']")]),
});

/** @param {Element} box @param {boolean} open */
function show(box, open) {
  const { input, list } = parts(box);
  list.hidden = !open;
  input.setAttribute("aria-expanded", String(open));
  if (!open) input.removeAttribute("aria-activedescendant");
}

/** @param {Element} box @param {number} step */
function move(box, step) {
  const { input, list, options } = parts(box);
  if (!options.length) return;
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const to = (at + step + options.length) % options.length;
  options.forEach((option, index) => {
    option.id ||= `${list.id}-${index}`;
    option.setAttribute("aria-selected", String(index === to));
  });
  input.setAttribute("aria-activedescendant", options[to].id);
  options[to].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const input = event.target;
  const box = input instanceof HTMLInputElement && input.closest("[data-combobox]");
  if (!box) return;
  if (event.key === "Escape") return void (input.value ? (input.value = "") : input.blur(), show(box, false));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (parts(box).options.length) show(box, true);
    return move(box, event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key !== "Enter") return;
  const chosen = parts(box).options.find((option) => option.getAttribute("aria-selected") === "true") ?? parts(box).options[0];
  if (!chosen) return;
  event.preventDefault();
  chosen.click();
  show(box, false);
});
document.addEventListener("htmx:afterSwap", (event) => {
  const list = event.target instanceof Element && event.target.closest("[data-combobox] [role='listbox']");
  const box = list && list.closest("[data-combobox]");
  if (box) show(box, parts(box).input.value.trim() !== "" && list.childElementCount > 0);
});
document.addEventListener("focusout", (event) => {
  const box = event.target instanceof Element && event.target.closest("[data-combobox]");
  if (box && !(event.relatedTarget instanceof Node && box.contains(event.relatedTarget))) setTimeout(() => show(box, false), 120);
});
