// The agent's desk: keeps the contact in the middle in step with what happens to it.
import "./page-live.js";
import "./softphone.js";
import "./field-errors.js";

const contact = () => document.getElementById("contact");
const shownId = () => contact()?.dataset.interaction ?? "";

/** Fetch the open contact again, with everything around it. @param {string} id */
function refresh(id) {
  if (id) window.htmx.ajax("get", `/contacts/${id}/`, { target: "#contact", swap: "outerHTML" });
}

let timer = 0;
/** Several nudges of one change are one refresh. @param {string} id */
function refreshSoon(id) {
  clearTimeout(timer);
  timer = window.setTimeout(() => refresh(id), 60);
}

for (const kind of ["call.changed", "work.changed"]) {
  document.body.addEventListener(`live:${kind}`, (event) => {
    const id = String(event.detail?.body?.interaction_id ?? "");
    if (id && (id === shownId() || !shownId())) refreshSoon(id);
  });
}
document.body.addEventListener("live:call.failed", (event) => {
  const { message, interaction_id: id } = event.detail.body;
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "The line", text: message } }));
  refreshSoon(String(id));
});
const GONE = { expired: ["soon", "The offer ran out; it went to the next person. The caller keeps their place."], revoked: ["soon", "The caller hung up before you answered."] };
document.body.addEventListener("live:offer.gone", (event) => {
  const [level, text] = GONE[event.detail?.body?.how] ?? [];
  if (text) document.dispatchEvent(new CustomEvent("toast", { detail: { level, title: "Offer", text } }));
});
document.body.addEventListener("live:promise.broken", () => {
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "A promise is broken", text: "It is on your list; both companies were told." } }));
});
