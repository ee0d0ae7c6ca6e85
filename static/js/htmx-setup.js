// htmx's glue: the CSRF token on every request, and plain words when one fails.
import { toast } from "./toasts.js";

const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  const { headers, verb } = /** @type {CustomEvent} */ (event).detail;
  if (verb !== "get") headers["X-CSRFToken"] = token();
});

/** @param {XMLHttpRequest} xhr */
function words(xhr) {
  try {
    const problem = JSON.parse(xhr.responseText);
    if (problem.detail || problem.title) return String(problem.detail || problem.title);
  } catch { /* not a problem document */ }
  if (xhr.status === 401 || xhr.status === 403) return "You may not do this, or you were signed out. Reload the page to sign in again.";
  if (xhr.status === 404) return "This is not there any more. Somebody else may have finished it.";
  if (xhr.status === 409) return "Somebody else was quicker. The screen shows how it stands now.";
  return "The server could not do this just now. Nothing was changed; please try again.";
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = /** @type {CustomEvent} */ (event).detail;
  if ((xhr.getResponseHeader("HX-Trigger") ?? "").includes("toast")) return; // the server said it itself
  toast({ level: "now", title: "That did not go through", text: words(xhr) });
});
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast({ level: "now", title: "No connection", text: "What you typed is kept. Try again in a moment." }));
}
