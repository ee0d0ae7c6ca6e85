// An offer is never missed: it is counted on the tab and in the title, and comes to the front on a small screen.
import { selectTab } from "./tabs.js";

const title = document.title;
/** @type {Set<string>} */
const seen = new Set();

/** Where only one pane is shown, a new offer brings the work to the front. */
function showOffers() {
  const offers = [...document.querySelectorAll("[data-testid='offer']")];
  const badge = document.querySelector("[data-offer-count]");
  if (badge) {
    badge.textContent = String(offers.length);
    badge.toggleAttribute("hidden", offers.length === 0);
  }
  document.title = offers.length ? `● Offer · ${title}` : title;
  const fresh = offers.some((offer) => !seen.has(offer.getAttribute("data-offer") ?? ""));
  for (const offer of offers) seen.add(offer.getAttribute("data-offer") ?? "");
  const tab = document.querySelector("[role='tab'][aria-controls='pane-work']");
  if (fresh && tab?.getClientRects().length) selectTab(tab);
  if (fresh) readyToAccept(offers[0]);
}

/** One key accepts, unless somebody is typing or has a dialog open. @param {Element} offer */
function readyToAccept(offer) {
  const at = document.activeElement;
  const typing = at instanceof HTMLElement && (at.isContentEditable || at.matches("input, textarea, select"));
  if (typing || document.querySelector("dialog[open]")) return;
  const accept = offer.querySelector("[data-testid='accept']");
  if (accept instanceof HTMLElement) accept.focus({ preventScroll: true });
}

showOffers();
document.addEventListener("htmx:load", showOffers);
document.addEventListener("htmx:afterSettle", showOffers);
document.addEventListener("htmx:oobAfterSwap", showOffers);
