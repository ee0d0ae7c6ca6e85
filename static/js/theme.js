// The theme, set before the first paint: this file is a small blocking script in <head>.
(() => {
  const KEY = "bothhands.theme";
  const root = document.documentElement;

  /** @returns {"system" | "light" | "dark"} */
  const chosen = () => {
    try {
      const kept = localStorage.getItem(KEY);
      return kept === "light" || kept === "dark" ? kept : "system";
    } catch {
      return "system"; // storage is blocked: follow the system
    }
  };

  const apply = () => {
    const theme = chosen();
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-set]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-set") === theme));
    }
  };

  apply();
  document.addEventListener("DOMContentLoaded", apply);
  window.addEventListener("storage", (event) => event.key === KEY && apply());
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-theme-set]");
    if (!button) return;
    try {
      localStorage.setItem(KEY, button.getAttribute("data-theme-set") ?? "system");
    } catch {
      root.dataset.theme = button.getAttribute("data-theme-set") ?? "";
      return;
    }
    apply();
  });
})();
