// Short messages in the corner. The server sends one with the header HX-Trigger: {"toast": {"text": "…", "level": "good"}}.

const STAY = 6000;

/**
 * Show a message. level: good, soon, now or empty; a `now` message stays until dismissed.
 * @param {{ text: string, title?: string, level?: string }} message
 */
export function toast({ text, title = "", level = "" }) {
  const region = document.getElementById("toasts");
  const mould = document.querySelector(`template[data-toast-mould="${level}"]`) ?? document.querySelector("template[data-toast-mould='']");
  if (!region || !(mould instanceof HTMLTemplateElement)) return;
  const element = /** @type {HTMLElement} */ (mould.content.firstElementChild?.cloneNode(true));
  const body = element.querySelector(".toast-text");
  if (body) {
    body.textContent = "";
    if (title) body.append(Object.assign(document.createElement("b"), { textContent: title }));
    body.append(text);
  }
  // Said once more, it stands once: several unread copies tell nothing new.
  for (const one of [...region.children]) if (one.textContent === element.textContent) one.remove();
  region.append(element);
  leaveLater(element);
}

/** @param {HTMLElement} element */
function leaveLater(element) {
  if (element.classList.contains("is-now")) return;
  let timer = setTimeout(() => element.remove(), STAY);
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => { timer = setTimeout(() => element.remove(), STAY / 2); });
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]")?.remove();
});
document.addEventListener("toast", (event) => {
  const { detail } = /** @type {CustomEvent} */ (event);
  toast(typeof detail?.value === "string" ? { text: detail.value } : detail);
});
document.querySelectorAll("#toasts > [data-toast]").forEach((element) => leaveLater(/** @type {HTMLElement} */ (element)));
