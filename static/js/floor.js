// The supervisor's floor: panels refresh when something changed, and every few seconds anyway.
import "./page-live.js";
import "./field-errors.js";

const LEAST_MS = 1_000;
const refreshedAt = new Map();
const waiting = new Map();

/** @param {string} name */
function refresh(name) {
  refreshedAt.set(name, Date.now());
  waiting.delete(name);
  document.getElementById(`floor-${name}`)?.dispatchEvent(new CustomEvent("floor:refresh"));
}

/** At most one refresh a second per panel, and always one after the last change. @param {string} name */
function refreshSoon(name) {
  if (waiting.has(name)) return;
  const due = (refreshedAt.get(name) ?? 0) + LEAST_MS - Date.now();
  waiting.set(name, setTimeout(() => refresh(name), Math.max(due, 0)));
}

const ALSO = { queues: ["figures"], agents: ["serving"], calls: ["figures"], promises: ["figures"] };
for (const name of ["figures", "serving", "queues", "agents", "calls", "promises", "announcements"]) {
  document.body.addEventListener(`live:${name}`, () => [name, ...(ALSO[name] ?? [])].forEach(refreshSoon));
  setInterval(() => document.visibilityState === "visible" && refreshSoon(name), 5_000 + Math.random() * 2_000);
}
document.body.addEventListener("announced", () => refreshSoon("announcements"));
