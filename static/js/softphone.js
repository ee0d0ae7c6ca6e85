// The agent's browser is the phone: Twilio's Voice SDK, or whatever else provides `Twilio.Device`.
// A call rings here only after its offer was accepted on this desk, so it is answered at once.

const { voiceSdkUrl, voiceTokenUrl } = document.body.dataset;

const NO_MICROPHONE = new Set([31401, 31402]); // permission denied, could not be acquired
let said = "";
/** @param {string} text @param {"good"|"soon"|"now"|""} level */
function line(text, level = "") {
  said = text;
  for (const place of document.querySelectorAll("[data-line-state]")) place.textContent = text;
  document.body.dataset.line = level;
}

async function token() {
  const csrf = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
  const answer = await fetch(voiceTokenUrl ?? "", { method: "POST", headers: { "X-CSRFToken": csrf } });
  if (!answer.ok) throw new Error(`no voice token: ${answer.status}`);
  return (await answer.json()).token;
}

/** @param {string} src */
function load(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = src;
    script.onload = resolve;
    script.onerror = () => reject(new Error("the phone's script could not be loaded"));
    document.head.append(script);
  });
}

async function start() {
  line("Your line is being connected…");
  await load(voiceSdkUrl ?? "");
  const device = new window.Twilio.Device(await token(), { closeProtection: true, logLevel: 4 });
  device.on("registered", () => line("Your line is ready.", "good"));
  device.on("unregistered", () => line("Your line is not connected.", "soon"));
  device.on("error", (error) => {
    line(`Your line has a problem: ${error.message ?? error}`, "now");
    if (NO_MICROPHONE.has(error.code)) document.dispatchEvent(new CustomEvent("line:microphone", { detail: false }));
  });
  device.on("tokenWillExpire", async () => device.updateToken(await token()));
  device.on("incoming", answer);
  await device.register();
  window.addEventListener("pagehide", () => device.destroy());
}

function answer(call) {
  call.on("accept", () => line("In a call.", "good"));
  for (const ending of ["disconnect", "cancel", "reject"]) call.on(ending, () => line("Your line is ready.", "good"));
  call.on("warning", (name) => quality(`Line: ${String(name).replaceAll("-", " ")}`));
  call.on("warning-cleared", () => quality("Line good"));
  call.accept();
  quality("Line good");
}

/** @param {string} text */
function quality(text) {
  const place = document.getElementById("line-quality");
  if (place) place.textContent = text;
}

document.addEventListener("htmx:load", (event) => {
  // A fresh call bar does not know the line.
  for (const place of /** @type {Element} */ (event.target).querySelectorAll("[data-line-state]")) place.textContent = said;
});

let waited = 1_000;
async function keepTrying() {
  try {
    await start();
  } catch (error) {
    line(`No line: ${error instanceof Error ? error.message : error}. Trying again…`, "now");
    setTimeout(keepTrying, waited);
    waited = Math.min(waited * 2, 30_000);
  }
}

if (voiceSdkUrl && voiceTokenUrl) keepTrying();
