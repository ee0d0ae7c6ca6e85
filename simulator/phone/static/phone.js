// The telephone: dialling, the lines on it, and what has been called.

import { phoneNumber, plainNumber } from "./format.js";
import { History } from "./history.js";
import { Line } from "./line.js";
import { Link } from "./link.js";
import { Texts } from "./texts.js";
import { Voice } from "./voice.js";

const byId = (id) => document.getElementById(id);
const PAGE_KEY = "phone.page";
const MAX_CARDS = 8;
const MAX_CHIPS = 8;

function pageKey() {
  let key = sessionStorage.getItem(PAGE_KEY);
  if (!key) {
    key = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
    sessionStorage.setItem(PAGE_KEY, key);
  }
  return key;
}

const form = byId("dial");
const from = byId("from");
const to = byId("to");
const withheld = byId("withheld");
const dialButton = form.querySelector("button[type=submit]");
const problem = byId("problem");
const lines = new Map();
const dismissed = new Set();
let setup = { numbers: [], callers: [] };
let up = false;
let focusNext = "";

const voice = new Voice(byId("speaker"));
const history = new History(byId("history"), (row) => dial(row.withheld ? "" : row.from, row.to, row.name));
const texts = new Texts(byId("thread"), byId("texts-who"), byId("write"), (body) => write(body));
const link = new Link(pageKey(), receive, showLink);

function receive(message) {
  if (message.type === "setup") showSetup(message);
  else if (message.type === "line") showLine(message.line);
  else if (message.type === "known") endOthers(message.sids);
  else if (message.type === "texts") texts.add(message.texts);
  else if (message.type === "gone") removeLine(message.sid);
  else if (message.type === "refused") complain(message.text);
  else if (message.type === "dialled") focusLine(message.sid);
}

function showLink(connected) {
  up = connected;
  byId("link-text").textContent = connected ? "Line ready" : "No connection, trying again…";
  document.querySelector(".link").classList.toggle("is-on", connected);
  showReadiness();
}

function showReadiness() {
  dialButton.disabled = !up || !setup.numbers.length;
  texts.allow(up && setup.numbers.length > 0 && !withheld.checked);
}

function showSetup(message) {
  setup = message;
  const { callers, numbers } = message;
  byId("callers").replaceChildren(...callers.map((caller) => new Option(caller.name, caller.number)));
  byId("companies").replaceChildren(...numbers.map((entry) => new Option(companyName(entry), entry.number)));
  byId("chips").replaceChildren(...callers.slice(0, MAX_CHIPS).map((caller) => chip(caller.name, caller.number, from)));
  // One number needs no choosing.
  byId("company-chips").replaceChildren(
    ...(numbers.length > 1 ? numbers.map((entry) => chip(companyName(entry), entry.number, to)) : []),
  );
  if (!from.value && callers.length) from.value = callers[0].number;
  if (!to.value && numbers.length) to.value = numbers[0].number;
  showChoice();
  showReadiness();
}

function companyName(entry) {
  return entry.name ? `${entry.company} · ${entry.name}` : entry.company;
}

function chip(name, number, field) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "chip";
  element.textContent = name || phoneNumber(number);
  element.dataset.number = number;
  element.addEventListener("click", () => {
    if (field === from) withheld.checked = false;
    field.value = number;
    showChoice();
  });
  return element;
}

function pressChips(group, number) {
  byId(group).querySelectorAll(".chip").forEach((element) => {
    element.setAttribute("aria-pressed", String(element.dataset.number === number));
  });
}

function showChoice() {
  const caller = plainNumber(from.value);
  const company = setup.numbers.find((entry) => entry.number === plainNumber(to.value));
  from.disabled = withheld.checked;
  pressChips("chips", withheld.checked ? "" : caller);
  pressChips("company-chips", company ? company.number : "");
  byId("from-note").textContent = withheld.checked ? "The company sees no number." : callerName(caller) || (caller ? "Not in the list: a new caller." : "");
  byId("to-note").textContent = company ? companyName(company) : companyProblem();
  texts.show(withheld.checked ? "" : caller, callerName(caller));
  showReadiness();
}

function companyProblem() {
  if (!setup.numbers.length) return "No number yet: it appears once the company is set up.";
  return to.value ? "No company has this number." : "";
}

function callerName(number) {
  const caller = setup.callers.find((entry) => entry.number === number);
  return caller ? caller.name : "";
}

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function dial(number, company, name) {
  complain("");
  if (!link.send({ type: "dial", from: number, to: company, name })) complain("There is no connection to the carrier. It is being tried again.");
}

function write(body) {
  complain("");
  const number = plainNumber(from.value);
  if (!isNumber(number)) {
    complain("Give the writer's number with its country, like +44 7700 900123.");
    from.focus();
    return false;
  }
  if (link.send({ type: "text", from: number, to: plainNumber(to.value), body })) return true;
  complain("There is no connection to the carrier. It is being tried again.");
  return false;
}

function isNumber(number) {
  return /^\+\d{6,15}$/.test(number);
}

function showLine(line) {
  if (dismissed.has(line.sid)) return;
  let card = lines.get(line.sid);
  if (!card) {
    card = new Line(line, link, voice, (closed) => removeLine(closed.line.sid, true));
    lines.set(line.sid, card);
    byId("lines").prepend(card.element);
    dropOldCards();
    if (card.rings) byId("announcer").textContent = `The company calls ${card.who}.`;
  } else {
    card.update(line);
  }
  if (card.over) history.add(line);
  if (focusNext === line.sid) focusLine(line.sid);
  byId("empty").hidden = lines.size > 0;
  showTitle();
}

function endOthers(sids) {
  for (const [sid, card] of lines) if (!sids.includes(sid) && !card.over) showLine({ ...card.line, state: "ended", status: "failed" });
}

function focusLine(sid) {
  const card = lines.get(sid);
  focusNext = card ? "" : sid;
  if (card) {
    card.element.focus({ preventScroll: true });
    card.element.scrollIntoView({ block: "nearest", inline: "start" });
  }
}

function dropOldCards() {
  const over = [...lines.values()].filter((card) => card.over);
  for (const card of over) if (lines.size > MAX_CARDS) removeLine(card.line.sid, true);
}

function removeLine(sid, byHand = false) {
  const card = lines.get(sid);
  if (!card) return;
  if (byHand) dismissed.add(sid);
  const held = card.element.contains(document.activeElement);
  card.element.remove();
  lines.delete(sid);
  byId("empty").hidden = lines.size > 0;
  if (held) (byId("lines").querySelector(".line") || from).focus();
  showTitle();
}

function showTitle() {
  const live = [...lines.values()].filter((card) => !card.over).length;
  document.title = live ? `(${live}) Telephone · Bothhands` : "Telephone · Bothhands";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const number = withheld.checked ? "" : plainNumber(from.value);
  if (!withheld.checked && !isNumber(number)) {
    complain("Give the caller's number with its country, like +44 7700 900123, or withhold it.");
    from.focus();
    return;
  }
  dial(number, plainNumber(to.value), withheld.checked ? "" : callerName(number));
});
from.addEventListener("input", showChoice);
to.addEventListener("input", showChoice);
withheld.addEventListener("change", showChoice);
// Digits typed anywhere but in a field go to the newest live call.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, .line")) return;
  const live = [...byId("lines").querySelectorAll(".line")].map((element) => lines.get(element.dataset.sid)).find((card) => card && !card.over && !card.rings);
  if (live) live.typed(event);
});
setInterval(() => lines.forEach((card) => { if (!card.over) card.tick(); }), 500);
