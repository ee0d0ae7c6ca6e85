// The agent's desk: the line, and a word about what happens to it.
import "./page-live.js";
import "./softphone.js";
import "./microphone.js";
import "./field-errors.js";

document.body.addEventListener("live:call.failed", (event) => {
  const { message } = event.detail.body;
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "The line", text: message } }));
});
const GONE = {
  expired: ["now", "You missed a contact. It keeps its place and goes to whoever is free."],
  revoked: ["soon", "The caller hung up before you answered."],
  pulled_back: ["soon", "A supervisor took it back."],
  moved: ["soon", "A supervisor moved it to another queue."],
  superseded: ["soon", "A colleague was faster."],
};
document.body.addEventListener("live:offer.gone", (event) => {
  const [level, text] = GONE[event.detail?.body?.how] ?? [];
  if (text) document.dispatchEvent(new CustomEvent("toast", { detail: { level, title: "Offer", text } }));
});
document.body.addEventListener("live:presence.changed", (event) => {
  if (event.detail?.body?.state !== "not_responding") return;
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "No more contacts for now", text: "You missed several in a row. Choose Ready when you are back." } }));
});
document.body.addEventListener("live:promise.broken", () => {
  document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "A promise is broken", text: "It is on your list; both companies were told." } }));
});
