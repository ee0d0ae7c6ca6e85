// Tabs: one panel shown, arrow keys to move. Elements with data-go-tab="panel-id" select that tab from elsewhere.

/**
 * Select a tab and show its panel only.
 * @param {Element} tab
 */
export function selectTab(tab) {
  const list = tab.closest("[role='tablist']");
  for (const other of list?.querySelectorAll("[role='tab']") ?? []) {
    const selected = other === tab;
    other.setAttribute("aria-selected", String(selected));
    other.setAttribute("tabindex", selected ? "0" : "-1");
    const panel = document.getElementById(other.getAttribute("aria-controls") ?? "");
    panel?.toggleAttribute("data-off", !selected);
  }
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const tab = event.target.closest("[role='tab']");
  if (tab) return selectTab(tab);
  const jump = event.target.closest("[data-go-tab]");
  const goal = jump && document.querySelector(`[role='tab'][aria-controls="${CSS.escape(jump.getAttribute("data-go-tab") ?? "")}"]`);
  if (goal) selectTab(goal);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target instanceof Element && event.target.closest("[role='tab']");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  const all = [...(tab.closest("[role='tablist']")?.querySelectorAll("[role='tab']") ?? [])];
  const next = all[(all.indexOf(tab) + step + all.length) % all.length];
  selectTab(next);
  if (next instanceof HTMLElement) next.focus();
});
