// Sends a file in parts: no part is larger than the front door lets through, and a broken one is sent again.
import { toast } from "./toasts.js";

const TRIES = 5;
const token = () => document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
const pause = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @param {Response} response */
function wordsOf(response) {
  try {
    return JSON.parse(response.headers.get("HX-Trigger") ?? "").toast.text;
  } catch {
    return "The file could not be sent. Please try again.";
  }
}

/** Post a form; a server that is away is tried again. @param {string} url @param {FormData} body @param {AbortSignal} signal */
async function post(url, body, signal) {
  for (let tried = 1; ; tried += 1) {
    try {
      const response = await fetch(url, { method: "POST", body, signal, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
      if (response.ok) return response;
      if (response.status < 500 || tried === TRIES) throw new Refused(wordsOf(response));
    } catch (error) {
      if (error instanceof Refused || signal.aborted || tried === TRIES) throw error;
    }
    await pause(400 * 2 ** tried);
  }
}

class Refused extends Error {}

/** @param {HTMLFormElement} form @param {File} file @param {AbortSignal} signal */
async function send(form, file, signal) {
  const announced = new FormData();
  announced.set("name", file.name);
  announced.set("size", String(file.size));
  const place = await (await post(form.action, announced, signal)).json();
  const size = Number(form.dataset.partBytes);
  for (let number = 0; number * size < file.size; number += 1) {
    const part = new FormData();
    part.set("number", String(number));
    part.set("content", file.slice(number * size, (number + 1) * size), "part");
    await post(place.parts, part, signal);
    show(form, Math.min(1, ((number + 1) * size) / file.size));
  }
  const { url } = await (await post(place.uploaded, new FormData(), signal)).json();
  location.assign(url);
}

/** @param {HTMLFormElement} form @param {number} share */
function show(form, share) {
  const place = form.querySelector("[data-upload-progress]");
  place?.removeAttribute("hidden");
  const bar = place?.querySelector("progress");
  if (bar) bar.value = Math.round(100 * share);
  const words = place?.querySelector("[data-upload-words]");
  if (words) words.textContent = share < 1 ? `${Math.round(100 * share)} % uploaded` : "Uploaded; reading it";
}

/** @param {HTMLFormElement} form @param {string} text */
function complain(form, text) {
  const place = form.querySelector("[data-upload-error]");
  if (place) place.textContent = text;
  place?.toggleAttribute("hidden", !text);
}

/** @param {HTMLFormElement} form */
async function upload(form) {
  const input = form.querySelector("input[type=file]");
  const file = input instanceof HTMLInputElement ? input.files?.[0] : undefined;
  if (!file || "busy" in form.dataset) return;
  if (file.size === 0) return complain(form, "The file is empty.");
  if (file.size > Number(form.dataset.maxBytes)) return complain(form, "The file is too large; split it.");
  const stop = new AbortController();
  const cancel = form.querySelector("[data-upload-cancel]");
  const abort = () => stop.abort();
  form.dataset.busy = "";
  complain(form, "");
  show(form, 0);
  cancel?.removeAttribute("hidden");
  cancel?.addEventListener("click", abort);
  try {
    await send(form, file, stop.signal);
  } catch (error) {
    form.querySelector("[data-upload-progress]")?.setAttribute("hidden", "");
    if (stop.signal.aborted) toast({ text: "The upload was stopped." });
    else complain(form, error instanceof Refused ? error.message : "No connection. Please try again.");
  } finally {
    delete form.dataset.busy;
    cancel?.setAttribute("hidden", "");
    cancel?.removeEventListener("click", abort);
  }
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    upload(form);
  });
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("is-over"); });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    const input = form.querySelector("input[type=file]");
    if (input instanceof HTMLInputElement && event.dataTransfer?.files.length) {
      input.files = event.dataTransfer.files;
      upload(form);
    }
  });
}
