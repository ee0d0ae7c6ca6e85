// A microphone that was there and is gone takes no calls: the heartbeat says so, and says when it is back.
import { live } from "./page-live.js";

let seen = false;
let there = null;

/** @param {boolean} now */
function say(now) {
  if (now === there) return;
  there = now;
  live?.tell({ microphone: now });
  if (!now) document.dispatchEvent(new CustomEvent("toast", { detail: { level: "now", title: "No microphone", text: "Plug it in again: until then no calls come, other contacts do." } }));
}

// Where there never was one (a desk without a telephone) nothing is said.
async function look() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const found = devices.some((device) => device.kind === "audioinput");
  if (found || seen) say(found);
  seen ||= found;
}

if (navigator.mediaDevices) {
  navigator.mediaDevices.addEventListener("devicechange", look);
  look();
}
document.addEventListener("line:microphone", (event) => say(Boolean(/** @type {CustomEvent} */ (event).detail)));
