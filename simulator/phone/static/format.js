// Numbers, times and states in words.

const GROUPS = { "+44": [[/^\+44(20)(\d{4})(\d{4})$/, "+44 $1 $2 $3"], [/^\+44(7\d{3})(\d{6})$/, "+44 $1 $2"], [/^\+44(\d{4})(\d{3})(\d{3})$/, "+44 $1 $2 $3"]], "+1": [[/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3"]] };

export function phoneNumber(number) {
  for (const [prefix, rules] of Object.entries(GROUPS)) {
    if (!number.startsWith(prefix)) continue;
    for (const [pattern, shape] of rules) if (pattern.test(number)) return number.replace(pattern, shape);
  }
  return number.replace(/^(\+\d{2})(\d{3})(\d{3})(\d+)$/, "$1 $2 $3 $4");
}

export function plainNumber(text) {
  const number = text.replace(/[\s().-]/g, "");
  return number.startsWith("00") ? `+${number.slice(2)}` : number;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const NAMES = {
  ringing: "Ringing…",
  speaking: "On the line",
  listening: "Your turn",
  "in-queue": "In the queue",
  waiting: "Please hold",
  connected: "Connected with agent",
  "on-hold": "On hold",
  recording: "Recording your message",
  dialling: "Being connected…",
  ended: "Call ended",
};
const ENDINGS = { busy: "Line busy", "no-answer": "Not answered", failed: "Call failed", canceled: "Ringing stopped" };

export function stateName(line) {
  if (line.state === "ringing" && line.direction !== "inbound") return "Calling you";
  if (line.state === "ended") return ENDINGS[line.status] || NAMES.ended;
  return NAMES[line.state] || line.state;
}

export function stateDetail(line) {
  if (line.state === "in-queue" && line.queue) return `position ${line.queue.position} of ${line.queue.size}`;
  if (line.state === "connected") {
    const others = line.connected_with.length;
    return others > 1 ? `and ${others - 1} more` : "";
  }
  if (line.state === "listening") return listensFor(line.gather);
  if (line.state === "waiting") return "waiting for an agent";
  if (line.state === "recording") return "press # when done";
  if (line.state === "ended") return line.answered_at ? `after ${clock(line.duration)}` : "";
  return "";
}

export function listensFor(gather) {
  if (!gather) return "";
  const keys = gather.input.includes("dtmf");
  const words = gather.input.includes("speech");
  const count = gather.num_digits;
  const keyText = count === 1 ? "press a key" : count ? `press ${count} digits` : "press digits, then #";
  return keys && words ? `${keyText} or speak` : keys ? keyText : "speak";
}

export function when(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
