// Every signed-in page's live connection: follows the topics the page names, shows whether it is in touch.
import { connect } from "./live.js";

const { liveUrl, sinceUrl, liveTopics } = document.body.dataset;

/** @param {"live"|"stale"|"offline"} state */
function show(state) {
  const badge = document.getElementById("live-state");
  if (badge) badge.dataset.liveState = state;
}

export const live = liveUrl ? connect({ url: liveUrl, sinceUrl, onState: show }) : null;
live?.follow((liveTopics ?? "").split(" ").filter(Boolean));

/** @type {string | null} */
let openRecord = null;

/** Follow the record that the page shows, and no other. */
export function followRecord() {
  const id = document.getElementById("customer")?.dataset.customer;
  const topic = id ? `record:${id}` : null;
  if (!live || topic === openRecord) return;
  if (openRecord) live.unfollow([openRecord]);
  if (topic) live.follow([topic]);
  openRecord = topic;
}

followRecord();
document.addEventListener("htmx:afterSettle", followRecord);
document.body.addEventListener("live:signed-out", () => location.assign("/login/"));
