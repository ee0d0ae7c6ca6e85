// The floor's own: TV mode, and an announcement shown as it will appear before it is sent.

const root = document.documentElement;
/** @param {boolean} on */
function setTv(on) {
  root.toggleAttribute("data-tv", on);
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}
if (new URLSearchParams(location.search).has("tv")) root.toggleAttribute("data-tv", true);
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-tv-toggle]")) setTv(!root.hasAttribute("data-tv"));
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && root.hasAttribute("data-tv")) setTv(false); });
document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) root.removeAttribute("data-tv"); });

/** @param {HTMLFormElement} form */
function preview(form) {
  const banner = form.querySelector("[data-announce-preview]");
  const values = new FormData(form);
  const put = (/** @type {string} */ name, /** @type {string} */ text) => {
    const place = form.querySelector(name);
    if (place) place.textContent = text;
  };
  if (banner) banner.className = `banner is-${values.get("urgency") || "calm"}`;
  put("[data-preview-title]", String(values.get("title") || "Headline"));
  put("[data-preview-body]", String(values.get("body") || (values.get("title") ? "" : "What to do")));
  const chosen = form.querySelector("[name='audience']:checked")?.closest("label");
  put("[data-announce-audience]", chosen ? `Reaches ${chosen.querySelector(".choice-help")?.textContent ?? "the chosen desktops"} at once.` : "");
}
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target instanceof Element && event.target.closest("[data-announce] form");
    if (form instanceof HTMLFormElement) preview(form);
  });
}
document.querySelectorAll("[data-announce] form").forEach((form) => preview(/** @type {HTMLFormElement} */ (form)));
