// The socket to the carrier: reconnects by itself and says when it is up.

const WAITS = [300, 600, 1200, 2500];

export class Link {
  constructor(page, onMessage, onState) {
    this.page = page;
    this.onMessage = onMessage;
    this.onState = onState;
    this.failures = 0;
    this.open();
  }

  open() {
    const url = new URL("ws", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(url);
    this.socket.onopen = () => {
      this.failures = 0;
      this.send({ type: "hello", page: this.page });
      this.onState(true);
    };
    this.socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
    this.socket.onclose = () => {
      this.onState(false);
      setTimeout(() => this.open(), WAITS[Math.min(this.failures, WAITS.length - 1)]);
      this.failures += 1;
    };
  }

  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }
}
