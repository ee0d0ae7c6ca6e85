// Calls made from this browser, newest first.

import { clock, phoneNumber, when } from "./format.js";

const KEY = "phone.history";
const KEEP = 12;

function load() {
  try {
    const rows = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(rows) ? rows : [];
  } catch {
    return [];
  }
}

function text(tag, className, content) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}

export class History {
  constructor(list, redial) {
    this.list = list;
    this.redial = redial;
    this.rows = load();
    this.show();
  }

  add(line) {
    if (this.rows.some((row) => row.sid === line.sid)) return;
    const outside = line.direction === "inbound";
    this.rows.unshift({
      sid: line.sid,
      name: line.name,
      from: outside ? line.from : line.to,
      to: outside ? line.to : line.from,
      withheld: line.withheld,
      incoming: !outside,
      at: line.created_at,
      answered: Boolean(line.answered_at),
      duration: line.duration,
    });
    this.rows.length = Math.min(this.rows.length, KEEP);
    localStorage.setItem(KEY, JSON.stringify(this.rows));
    this.show();
  }

  show() {
    this.list.replaceChildren(...this.rows.map((row) => this.item(row)));
    if (!this.rows.length) this.list.append(text("li", "none", "Calls you make are listed here, to be made again."));
  }

  item(row) {
    const item = document.createElement("li");
    const who = row.withheld ? "Number withheld" : row.name || phoneNumber(row.from);
    const how = row.answered ? clock(row.duration) : "not answered";
    item.append(text("span", "who", who), text("span", "what", `${row.incoming ? "called back" : "called"} ${when(row.at)} · ${how}`));
    const again = text("button", "button", "Call again");
    again.type = "button";
    again.setAttribute("aria-label", `Call again as ${who}`);
    again.addEventListener("click", () => this.redial(row));
    item.append(again);
    return item;
  }
}
