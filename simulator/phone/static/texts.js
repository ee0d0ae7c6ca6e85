// Texts of the chosen telephone: what was written to the company, and what came back.

import { phoneNumber, when } from "./format.js";

const LABELS = { inbound: "You", "outbound-api": "The company", "outbound-reply": "Answer" };

export class Texts {
  constructor(list, who, form, send) {
    this.list = list;
    this.who = who;
    this.form = form;
    this.bySid = new Map();
    this.number = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const body = form.elements.text.value.trim();
      if (body && send(body)) form.elements.text.value = "";
    });
  }

  allow(may) {
    this.form.querySelector("button").disabled = !may;
  }

  add(texts) {
    for (const text of texts) this.bySid.set(text.sid, text);
    this.render();
  }

  show(number, name) {
    this.number = number;
    this.who.textContent = name || (number ? phoneNumber(number) : "");
    this.render();
  }

  render() {
    const mine = [...this.bySid.values()].filter((text) => this.number && [text.from, text.to].includes(this.number));
    mine.sort((one, other) => one.created_at.localeCompare(other.created_at));
    this.list.replaceChildren(...mine.map((text) => this.item(text)));
    if (!mine.length) this.list.append(line("li", "none", this.number ? "No texts yet. Write one to the number above." : "A withheld number writes no texts."));
    this.list.scrollTop = this.list.scrollHeight;
  }

  item(text) {
    const item = line("li", text.direction === "inbound" ? "text mine" : "text theirs", "");
    item.append(line("p", "body", text.body), line("p", "what", `${LABELS[text.direction]} · ${when(text.created_at)}`));
    if (text.problem) item.append(line("p", "problem", text.problem));
    return item;
  }
}

function line(tag, className, content) {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = content;
  return element;
}
