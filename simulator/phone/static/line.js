// One call on the page: head, state, transcript, keypad, words, hang up.

import { clock, phoneNumber, stateDetail, stateName } from "./format.js";

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""]];
const KEY_NAMES = { "*": "star", "#": "hash" };
const MARKS = {
  machine: '<svg viewBox="0 0 12 12" fill="currentColor" aria-hidden="true"><circle cx="3" cy="2.6" r="1"/><circle cx="6" cy="2.6" r="1"/><circle cx="9" cy="2.6" r="1"/><circle cx="3" cy="5.6" r="1"/><circle cx="6" cy="5.6" r="1"/><circle cx="9" cy="5.6" r="1"/><circle cx="6" cy="8.8" r="1"/></svg>',
  caller: '<svg viewBox="0 0 12 12" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" aria-hidden="true"><circle cx="6" cy="3.8" r="1.9"/><path d="M2.4 10.2c.4-2 1.7-3.1 3.6-3.1s3.2 1.1 3.6 3.1"/></svg>',
};
const ASIDES = { "in-queue": "In the queue", connected: "Connected with agent", "on-hold": "On hold", waiting: "Waiting for an agent", ended: "Call ended" };
const TYPING_MS = 1500;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function button(label, className, testid, onClick) {
  const element = make("button", `button ${className}`, label);
  element.type = "button";
  element.dataset.testid = testid;
  element.addEventListener("click", onClick);
  return element;
}

export class Line {
  constructor(line, link, voice, onClose) {
    this.link = link;
    this.voice = voice;
    this.onClose = onClose;
    this.heard = 0;
    this.last = null;
    this.element = make("article", "line");
    this.element.dataset.testid = "phone-line";
    this.element.tabIndex = 0;
    this.build(line);
    this.update(line);
  }

  get over() { return this.line.state === "ended"; }
  get rings() { return this.line.state === "ringing" && this.line.direction !== "inbound"; }

  send(type, fields) { this.link.send({ type, sid: this.line.sid, ...fields }); }

  build(line) {
    this.line = line;
    this.element.dataset.sid = line.sid;
    const outside = line.direction === "inbound";
    const number = outside ? line.from : line.to;
    const who = line.withheld ? "Number withheld" : line.name || phoneNumber(number);
    this.who = who;
    const head = make("header", "line-head");
    this.title = make("h3", "", who);
    this.title.id = `who-${line.sid}`;
    this.element.setAttribute("aria-labelledby", this.title.id);
    this.timer = make("span", "timer", "0:00");
    const other = phoneNumber(outside ? line.to : line.from);
    const route = `${line.withheld || !line.name ? "" : `${phoneNumber(number)} `}${outside ? "→" : "←"} ${line.company} ${other}`;
    head.append(this.title, this.timer, make("p", "route", route));
    this.state = make("p", "state");
    this.state.dataset.testid = "phone-state";
    this.state.setAttribute("role", "status");
    this.transcript = make("div", "transcript");
    this.list = make("ol");
    this.transcript.append(this.list);
    this.transcript.dataset.testid = "phone-transcript";
    this.transcript.tabIndex = 0;
    this.transcript.setAttribute("role", "log");
    this.transcript.setAttribute("aria-label", `Words of the call of ${who}`);
    this.foot = make("footer", "line-foot");
    this.element.append(head, this.state, this.transcript, this.keypad(), this.sayForm(), this.foot);
    this.element.addEventListener("keydown", (event) => this.typed(event));
  }

  keypad() {
    const pad = this.pad = make("div", "keypad");
    pad.setAttribute("role", "group");
    pad.setAttribute("aria-label", "Keypad");
    this.keys = new Map();
    for (const [key, letters] of KEYS) {
      const element = make("button", "key", key);
      element.type = "button";
      element.dataset.testid = `phone-key-${KEY_NAMES[key] || key}`;
      element.setAttribute("aria-label", KEY_NAMES[key] || key);
      element.append(make("small", "", letters));
      element.addEventListener("click", () => this.press(key));
      this.keys.set(key, element);
      pad.append(element);
    }
    return pad;
  }

  sayForm() {
    const form = this.form = make("form", "say");
    this.words = make("input");
    this.words.type = "text";
    this.words.maxLength = 500;
    this.words.placeholder = "Say something…";
    this.words.dataset.testid = "phone-say";
    this.words.setAttribute("aria-label", `What ${this.who} says`);
    const send = make("button", "button", "Say");
    send.type = "submit";
    send.dataset.testid = "phone-say-send";
    form.append(this.words, send);
    let told = 0;
    this.words.addEventListener("input", () => {
      // While somebody types, the menu hears that somebody speaks.
      if (Date.now() - told > TYPING_MS) { told = Date.now(); this.send("typing"); }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.words.value.trim();
      if (text) this.send("say", { text });
      this.words.value = "";
    });
    return form;
  }

  typed(event) {
    if (event.target === this.words || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.keys.has(event.key) || this.over || this.rings) return;
    event.preventDefault();
    this.press(event.key);
  }

  press(key) {
    const element = this.keys.get(key);
    element.classList.add("is-down");
    setTimeout(() => element.classList.remove("is-down"), 120);
    this.send("keys", { keys: key });
  }

  update(line) {
    const before = this.buttons;
    this.line = line;
    this.element.dataset.state = line.state;
    this.showState();
    this.listen();
    this.tick();
    const silent = this.over || this.rings;
    this.pad.hidden = this.form.hidden = silent;
    this.words.placeholder = line.state === "connected" ? "Note what is said…" : "Say something…";
    this.buttons = this.over ? "over" : this.rings ? "rings" : "live";
    if (before !== this.buttons) this.showButtons();
  }

  showState() {
    const text = stateName(this.line);
    const detail = stateDetail(this.line);
    if (this.state.dataset.shown === `${text}|${detail}`) return;
    this.state.dataset.shown = `${text}|${detail}`;
    const dot = make("span", "dot");
    dot.setAttribute("aria-hidden", "true");
    this.state.replaceChildren(dot, make("span", "", text));
    if (detail) this.state.append(make("span", "detail", detail));
  }

  showButtons() {
    const held = this.foot.contains(document.activeElement);
    const end = (label) => button(label, "danger", "phone-hangup", () => this.send("hangup"));
    const sets = {
      live: () => [end("Hang up")],
      rings: () => [
        button("Answer", "primary", "phone-answer", () => this.send("answer")),
        button("Decline", "danger", "phone-decline", () => this.send("refuse")),
      ],
      over: () => [button("Close", "", "phone-close", () => this.onClose(this))],
    };
    this.foot.replaceChildren(...sets[this.buttons]());
    if (held) this.foot.firstElementChild.focus();
  }

  listen() {
    const atEnd = this.transcript.scrollHeight - this.transcript.scrollTop - this.transcript.clientHeight < 40;
    for (const entry of this.line.transcript.slice(this.heard)) {
      this.write(entry);
      this.voice.hear(entry);
    }
    this.heard = this.line.transcript.length;
    if (atEnd) this.transcript.scrollTop = this.transcript.scrollHeight;
  }

  write(entry) {
    if (entry.kind === "state") {
      if (ASIDES[entry.text]) this.aside(ASIDES[entry.text]);
    } else if (entry.kind === "play") {
      this.aside(/^https?:/.test(entry.text) ? "♪ music" : `♪ ${entry.text}`);
    } else if (entry.kind === "beep") {
      this.aside("♪ beep");
    } else if (entry.kind === "error") {
      this.aside(entry.text, "is-error");
    } else if (entry.kind === "say") {
      this.spoken(entry.text);
    } else {
      this.bubble("is-caller", MARKS.caller, entry.kind === "keys" ? `Pressed ${entry.text}` : `“${entry.text}”`, "The caller");
    }
  }

  spoken(text) {
    if (this.last && this.last.text === text && this.last.item === this.list.lastElementChild) {
      // A wait document says the same again and again: count it instead.
      this.last.count += 1;
      this.last.times.textContent = ` ×${this.last.count}`;
      return;
    }
    const item = this.bubble("is-menu is-fresh", MARKS.machine, text, "The menu");
    const times = make("span", "times");
    item.querySelector(".text").append(times);
    this.last = { item, text, count: 1, times };
  }

  bubble(className, mark, text, by) {
    this.list.querySelectorAll(".is-fresh").forEach((old) => old.classList.remove("is-fresh"));
    const item = make("li", className);
    const sign = make("span", "mark");
    sign.innerHTML = mark;
    sign.title = by;
    const body = make("span", "text", text);
    body.prepend(make("span", "hidden", `${by}: `));
    item.append(sign, body);
    this.list.append(item);
    return item;
  }

  aside(text, extra = "") {
    const last = this.list.lastElementChild;
    if (last && last.textContent === text) return;
    this.list.append(make("li", `is-aside ${extra}`, text));
  }

  tick() {
    const { answered_at: answered, created_at: created, duration } = this.line;
    if (this.over) this.timer.textContent = clock(duration);
    else this.timer.textContent = clock((Date.now() - new Date(answered || created)) / 1000);
  }
}
