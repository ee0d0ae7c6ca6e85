// Live pushes. Nudges of a topic are numbered without gaps: an old one is dropped, the next one applied, and
// after a gap (or a head beyond ours) the missing ones are fetched. While the socket is away we poll.
//
//   const live = connect({url: "/live/", sinceUrl: "/live-since/", cursors: {"member:3": 41}, onFrame, onState});
//   live.follow(["record:5"], {"record:5": 12});  live.unfollow(["record:5"]);  live.close();
//
// `cursors` are the numbers the page was made at; without one, the desktop gets `live:followed` once it follows
// and reads its fragment anew. Events on document.body: `live:<kind>` {topic, body}, `live:followed` {topic},
// `live:refused` {topic}, `live:state` {state}, `live:signed-out`.

const SILENCE_MS = 25_000;
const HEARTBEAT_MS = 10_000;
const POLL_MS = 5_000;
const GAP_PATIENCE_MS = 120; // two commits may be published in the other order
const AUDIENCE_SPREAD_MS = 1_500; // all desktops miss the same announcement: do not ask all at once
const RECONNECT_MOST_MS = [4_000, 8_000, 16_000, 30_000];
const SIGNED_OUT = 4401;

const say = (name, detail) => document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
const between = (least, most) => least + Math.random() * (most - least);

class Topic {
  constructor(name, last) {
    this.name = name;
    this.last = last; // the number we have, null before the first head
    this.head = 0; // the highest number we know to exist
    this.early = new Map(); // came after a gap, by number
    this.fetching = false;
    this.timer = null;
  }
}

class Live {
  constructor({ url, sinceUrl, cursors = {}, onFrame = () => {}, onState = () => {} }) {
    Object.assign(this, { url, sinceUrl, cursors, onFrame, onState });
    this.topics = new Map();
    this.facts = {};
    this.state = null;
    this.socket = null;
    this.attempts = 0;
    this.closed = false;
    this.heardAt = this.beatAt = this.pollAt = Date.now();
    this.reconnectAt = null;
    this.polling = false;
    this.onOnline = () => this.reconnectSoon(between(0, 1_000));
    this.onShown = (event) => event.persisted && this.reconnectSoon(0);
    addEventListener("online", this.onOnline);
    addEventListener("pageshow", this.onShown);
    this.startTicking();
    this.open();
  }

  follow(names, cursors = {}) {
    const fresh = names.filter((name) => !this.topics.has(name));
    for (const name of fresh) {
      this.topics.set(name, new Topic(name, cursors[name] ?? this.cursors[name] ?? null));
    }
    if (fresh.length) this.send({ follow: fresh, last: this.lastOf(fresh) });
  }

  unfollow(names) {
    const known = names.filter((name) => this.topics.has(name));
    for (const name of known) this.forget(name);
    if (known.length) this.send({ unfollow: known });
  }

  /** Say this with every heartbeat from now on, and at once. */
  tell(facts) {
    Object.assign(this.facts, facts);
    this.send({ heartbeat: this.facts });
  }

  close() {
    this.closed = true;
    removeEventListener("online", this.onOnline);
    removeEventListener("pageshow", this.onShown);
    for (const name of [...this.topics.keys()]) this.forget(name);
    this.worker?.terminate();
    clearInterval(this.interval);
    this.socket?.close();
  }

  // --- the socket -------------------------------------------------------------------------------------
  open() {
    this.reconnectAt = null;
    const address = new URL(this.url, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    let socket;
    try {
      socket = new WebSocket(address);
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.heard(JSON.parse(event.data));
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (event.code === SIGNED_OUT) this.signedOut();
      else this.lost();
    };
  }

  opened() {
    this.attempts = 0;
    this.heardAt = this.beatAt = Date.now();
    const names = [...this.topics.keys()];
    if (names.length) this.send({ follow: names, last: this.lastOf(names) });
    this.send({ heartbeat: this.facts });
    this.become("live");
  }

  lost() {
    this.socket = null;
    if (this.closed) return;
    const most = RECONNECT_MOST_MS[Math.min(this.attempts++, RECONNECT_MOST_MS.length - 1)];
    this.reconnectAt = Date.now() + between(1_000, most);
    this.pollAt = Date.now() - POLL_MS + between(500, 2_500);
    if (this.state !== "offline") this.become(navigator.onLine ? "stale" : "offline");
  }

  reconnectSoon(milliseconds) {
    if (!this.closed && !this.socket) this.reconnectAt = Date.now() + milliseconds;
  }

  signedOut() {
    this.close();
    this.become("offline");
    say("signed-out", {});
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  lastOf(names) {
    const known = names.filter((name) => this.topics.get(name).last !== null);
    return Object.fromEntries(known.map((name) => [name, this.topics.get(name).last]));
  }

  become(state) {
    if (state === this.state) return;
    this.state = state;
    this.onState(state);
    say("state", { state });
  }

  startTicking() {
    try {
      this.worker = new Worker(new URL("heartbeat-worker.js", import.meta.url));
      this.worker.onmessage = () => this.tick();
    } catch {
      this.interval = setInterval(() => this.tick(), 1_000);
    }
  }

  tick() {
    if (this.closed) return;
    const now = Date.now();
    if (this.socket) {
      if (now - this.heardAt > SILENCE_MS) this.abandon();
      else if (now - this.beatAt >= HEARTBEAT_MS) {
        this.beatAt = now;
        this.send({ heartbeat: this.facts });
      }
    } else if (this.reconnectAt !== null && now >= this.reconnectAt) {
      this.open();
    }
    if (this.state !== "live" && now - this.pollAt >= POLL_MS) this.poll();
  }

  // The connection is open for the browser but nothing comes: a frozen link or server.
  abandon() {
    const socket = this.socket;
    this.lost();
    socket.close();
  }

  // --- what it says -----------------------------------------------------------------------------------
  heard(message) {
    this.heardAt = Date.now();
    if (message.refused) {
      for (const name of message.refused) this.refuse(name);
      return;
    }
    const topic = this.topics.get(message.t);
    if (!topic) return;
    if ("head" in message) this.takeHead(topic, message);
    else if (message.n === undefined) this.pass(topic, message);
    else this.takeNudge(topic, message);
  }

  takeHead(topic, { head, reset }) {
    if (reset || topic.last === null) this.startAnew(topic, head);
    else this.missing(topic, head);
  }

  missing(topic, head) {
    topic.head = Math.max(topic.head, head);
    if (topic.head > topic.last) this.fetchSoon(topic, 0);
  }

  takeNudge(topic, nudge) {
    // Before the first head, what we show is read after `live:followed`: nothing to count from yet.
    if (topic.last === null) this.pass(topic, nudge);
    else if (nudge.n === topic.last + 1) this.apply(topic, nudge);
    else if (nudge.n > topic.last) {
      topic.early.set(nudge.n, nudge);
      topic.head = Math.max(topic.head, nudge.n);
      this.fetchSoon(topic, GAP_PATIENCE_MS);
    }
  }

  apply(topic, nudge) {
    for (let next = nudge; next; next = topic.early.get(topic.last + 1)) {
      topic.last = next.n;
      topic.early.delete(next.n);
      this.pass(topic, next);
    }
  }

  pass(topic, { kind, body = {} }) {
    try {
      this.onFrame(topic.name, kind, body);
    } catch (error) {
      reportError(error); // one screen's mistake must not stop the others' news
    }
    say(kind, { topic: topic.name, body });
  }

  startAnew(topic, head) {
    topic.last = topic.head = head;
    topic.early.clear();
    say("followed", { topic: topic.name });
  }

  refuse(name) {
    this.forget(name);
    say("refused", { topic: name });
  }

  forget(name) {
    clearTimeout(this.topics.get(name)?.timer);
    this.topics.delete(name);
  }

  // --- what we missed ---------------------------------------------------------------------------------
  fetchSoon(topic, milliseconds) {
    if (topic.timer !== null || topic.fetching) return;
    const spread = topic.name.startsWith("audience:") ? between(0, AUDIENCE_SPREAD_MS) : 0;
    topic.timer = setTimeout(() => {
      topic.timer = null;
      this.fetchMissed(topic);
    }, milliseconds + spread);
  }

  async fetchMissed(topic) {
    if (topic.head <= topic.last || topic.fetching) return;
    topic.fetching = true;
    let retry = false;
    try {
      while (this.topics.get(topic.name) === topic && (await this.fetchPage(topic)));
    } catch {
      retry = true;
    }
    topic.fetching = false;
    if (this.topics.get(topic.name) !== topic) return;
    for (const number of topic.early.keys()) if (number <= topic.last) topic.early.delete(number);
    if (topic.head > topic.last) this.fetchSoon(topic, retry ? between(1_000, 3_000) : GAP_PATIENCE_MS);
  }

  // Apply one page; true when there is more.
  async fetchPage(topic) {
    const after = topic.last;
    const answer = await this.ask({ t: topic.name, after });
    if (answer === null) {
      this.refuse(topic.name);
      return false;
    }
    if (this.topics.get(topic.name) !== topic) return false;
    const { entries, head } = answer;
    if (head < after) {
      this.startAnew(topic, head); // the company's data was put back to an earlier state
      return false;
    }
    const tooOld = head > after && (!entries.length || entries[0].n !== after + 1);
    if (tooOld) {
      this.startAnew(topic, head); // away for days: what we missed is kept no more
      return false;
    }
    for (const entry of entries) if (entry.n === topic.last + 1) this.apply(topic, entry);
    return topic.last < head;
  }

  async ask(query) {
    const address = new URL(this.sinceUrl, location.href);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const response = await fetch(address, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (response.status === 401) this.signedOut();
    if (response.status === 404) return null;
    if (!response.ok) throw new Error(`live-since answered ${response.status}`);
    return response.json();
  }

  async poll() {
    if (this.polling || this.closed) return;
    this.polling = true;
    this.pollAt = Date.now();
    try {
      const { heads } = await this.ask({ heads: [...this.topics.keys()].join(",") });
      for (const [name, head] of Object.entries(heads)) {
        const topic = this.topics.get(name);
        if (!topic) continue;
        if (topic.last === null || head < topic.last) this.startAnew(topic, head);
        else this.missing(topic, head);
      }
      if (this.state === "offline" && !this.closed) this.become("stale");
    } catch {
      if (!this.closed && this.state !== "live") this.become("offline");
    } finally {
      this.polling = false;
    }
  }
}

export function connect(options) {
  return new Live(options);
}
