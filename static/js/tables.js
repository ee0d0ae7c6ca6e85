// Tables that sort by a column and filter by words; the choice survives when live rows replace the old ones.

/** @type {Map<string, { column: number, down: boolean }>} */
const sorted = new Map();

/** @param {HTMLTableRowElement} row @param {number} column @param {string} kind */
function valueOf(row, column, kind) {
  const cell = row.cells[column];
  const text = cell?.dataset.value ?? cell?.textContent?.trim() ?? "";
  if (kind !== "number") return text.toLowerCase();
  const figure = Number.parseFloat(text.replace("−", "-"));
  return Number.isNaN(figure) ? Number.NEGATIVE_INFINITY : figure;
}

/** @param {HTMLTableElement} table @param {number} column @param {boolean} down */
function sort(table, column, down) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  const kind = heads[column]?.dataset.sort ?? "text";
  for (const head of heads) if (head.dataset.sort) head.setAttribute("aria-sort", heads[column] === head ? (down ? "descending" : "ascending") : "none");
  const rows = [...(table.tBodies[0]?.rows ?? [])].filter((row) => !row.dataset.fixed);
  rows.sort((one, other) => {
    const [a, b] = [valueOf(one, column, kind), valueOf(other, column, kind)];
    return (a < b ? -1 : a > b ? 1 : 0) * (down ? -1 : 1);
  });
  table.tBodies[0]?.append(...rows);
}

/** @param {HTMLInputElement} input */
function filter(input) {
  const table = document.getElementById(input.dataset.filter ?? "");
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of table?.querySelectorAll("tbody tr") ?? []) {
    const text = row.textContent?.toLowerCase() ?? "";
    row.toggleAttribute("hidden", !words.every((word) => text.includes(word)));
  }
}

document.addEventListener("click", (event) => {
  const head = event.target instanceof Element && event.target.closest("[data-table-sort]")?.closest("th");
  const table = head && head.closest("table");
  if (!head || !table) return;
  const down = head.getAttribute("aria-sort") === "none" ? head.dataset.sort === "number" : head.getAttribute("aria-sort") === "ascending";
  sort(table, head.cellIndex, down);
  if (table.id) sorted.set(table.id, { column: head.cellIndex, down });
});
document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.dataset.filter) filter(event.target);
});
document.addEventListener("htmx:load", () => {
  for (const [id, { column, down }] of sorted) {
    const table = document.getElementById(id);
    if (table instanceof HTMLTableElement) sort(table, column, down);
  }
  for (const input of document.querySelectorAll("input[data-filter]")) filter(/** @type {HTMLInputElement} */ (input));
});
