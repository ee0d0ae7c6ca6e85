/* A stand-in for Twilio's Voice SDK: the same Device and Call for a page, with this carrier behind them. */
(function () {
  "use strict";

  const SOCKET_URL = (function () {
    const url = new URL("ws", document.currentScript.src);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.search = "";
    return url.href;
  })();
  const RECONNECT_MS = [200, 500, 1000, 2000, 3000];
  const TOKEN_REFRESH_MS = 10000;

  class Emitter {
    constructor() { this._handlers = new Map(); }
    on(name, handler) {
      this._handlers.set(name, this.listeners(name).concat(handler));
      return this;
    }
    addListener(name, handler) { return this.on(name, handler); }
    once(name, handler) {
      const wrapped = (...args) => { this.off(name, wrapped); handler.apply(this, args); };
      wrapped.listener = handler;
      return this.on(name, wrapped);
    }
    off(name, handler) {
      this._handlers.set(name, this.listeners(name).filter((h) => h !== handler && h.listener !== handler));
      return this;
    }
    removeListener(name, handler) { return this.off(name, handler); }
    removeAllListeners(name) {
      if (name === undefined) this._handlers.clear(); else this._handlers.delete(name);
      return this;
    }
    listeners(name) { return this._handlers.get(name) || []; }
    listenerCount(name) { return this.listeners(name).length; }
    emit(name, ...args) {
      const handlers = this.listeners(name);
      if (!handlers.length && name === "error") throw args[0];
      handlers.forEach((handler) => handler.apply(this, args));
      return handlers.length > 0;
    }
  }

  class TwilioError extends Error {
    constructor(code, name, message) {
      super(`${name} (${code}): ${message}`);
      this.code = code;
      this.name = name;
      this.description = message;
      this.explanation = message;
      this.causes = [];
      this.solutions = [];
    }
  }
  class InvalidStateError extends Error {
    constructor(message) { super(message); this.name = "InvalidStateError"; }
  }
  class InvalidArgumentError extends Error {
    constructor(message) { super(message); this.name = "InvalidArgumentError"; }
  }

  const State = Object.freeze({
    Closed: "closed", Connecting: "connecting", Open: "open",
    Pending: "pending", Reconnecting: "reconnecting", Ringing: "ringing",
  });
  const Direction = Object.freeze({ Incoming: "INCOMING", Outgoing: "OUTGOING" });

  class Call extends Emitter {
    constructor(device, direction, parameters, custom) {
      super();
      this._device = device;
      this._direction = direction;
      this._status = direction === Direction.Incoming ? State.Pending : State.Connecting;
      this._muted = false;
      this.parameters = parameters;
      this.customParameters = new Map(Object.entries(custom || {}));
      this.callerInfo = null;
      this.outboundConnectionId = direction === Direction.Outgoing ? device._ticket() : undefined;
    }
    get direction() { return this._direction; }
    get codec() { return "opus"; }
    get connectToken() { return undefined; }
    status() { return this._status; }
    accept() {
      if (this._status !== State.Pending) return;
      this._status = State.Connecting;
      this._say("accept");
    }
    reject() {
      if (this._status !== State.Pending) return;
      this._say("reject");
      this._close();
      this.emit("reject");
    }
    ignore() {
      if (this._status !== State.Pending) return;
      this._say("ignore");
      this._close();
    }
    disconnect() {
      if (this._status === State.Closed || this._status === State.Pending) return;
      this._say("hangup");
      this._close();
      this.emit("disconnect", this);
    }
    isMuted() { return this._muted; }
    mute(shouldMute) {
      const muted = shouldMute === undefined ? true : Boolean(shouldMute);
      if (muted === this._muted) return;
      this._muted = muted;
      this.emit("mute", muted, this);
    }
    sendDigits(digits) {
      if (/[^0-9*#w]/.test(digits)) throw new InvalidArgumentError("Illegal character passed into sendDigits");
      this._device._send({ type: "digits", sid: this.parameters.CallSid, digits: digits.replace(/w/g, "") });
    }
    sendMessage() { throw new InvalidStateError("This carrier carries no messages within calls"); }
    postFeedback() { return Promise.resolve(); }
    getLocalStream() { return undefined; }
    getRemoteStream() { return undefined; }
    toString() { return "[Twilio.Call instance]"; }

    _say(type) { this._device._send({ type, sid: this.parameters.CallSid }); }
    _close() {
      this._status = State.Closed;
      this._device._forget(this);
    }
    _opened() {
      if (this._status === State.Closed) return;
      this._status = State.Open;
      this.emit("accept", this);
    }
    _ended() {
      if (this._status === State.Closed) return;
      const wasPending = this._status === State.Pending;
      this._close();
      if (wasPending) this.emit("cancel"); else this.emit("disconnect", this);
    }
    _cancelled() {
      if (this._status === State.Closed) return;
      this._close();
      this.emit("cancel");
    }
    _lost() {
      if (this._status !== State.Open) return;
      this._status = State.Reconnecting;
      this.emit("reconnecting", new TwilioError(53001, "ConnectionError", "The signaling connection was lost."));
    }
    _found() {
      if (this._status !== State.Reconnecting) return;
      this._status = State.Open;
      this.emit("reconnected");
    }
  }
  Call.State = State;
  Call.CallDirection = Direction;
  Call.Codec = Object.freeze({ Opus: "opus", PCMU: "pcmu" });
  Call.toString = () => "[Twilio.Call class]";

  class Outputs {
    constructor() { this._devices = new Set(); }
    get() { return this._devices; }
    set(ids) { this._devices = new Set([].concat(ids)); return Promise.resolve(); }
    delete(device) { return this._devices.delete(device); }
    test() { return Promise.resolve(); }
  }

  class AudioHelper extends Emitter {
    constructor() {
      super();
      this.availableInputDevices = new Map();
      this.availableOutputDevices = new Map();
      this.inputDevice = null;
      this.inputStream = null;
      this.audioConstraints = null;
      this.processedStream = this.localProcessedStream = this.remoteProcessedStream = null;
      this.isOutputSelectionSupported = false;
      this.isVolumeSupported = false;
      this.ringtoneDevices = new Outputs();
      this.speakerDevices = new Outputs();
      this._sounds = { incoming: true, outgoing: true, disconnect: true };
    }
    _toggle(name, on) {
      if (on !== undefined) this._sounds[name] = Boolean(on);
      return this._sounds[name];
    }
    incoming(on) { return this._toggle("incoming", on); }
    outgoing(on) { return this._toggle("outgoing", on); }
    disconnect(on) { return this._toggle("disconnect", on); }
    setInputDevice(id) { this.inputDevice = this.availableInputDevices.get(id) || null; return Promise.resolve(); }
    unsetInputDevice() { this.inputDevice = null; return Promise.resolve(); }
    setAudioConstraints(constraints) { this.audioConstraints = constraints; return Promise.resolve(); }
    unsetAudioConstraints() { this.audioConstraints = null; return Promise.resolve(); }
    addProcessor() { return Promise.resolve(); }
    removeProcessor() { return Promise.resolve(); }
  }

  class Device extends Emitter {
    constructor(token, options) {
      super();
      if (typeof token !== "string") throw new InvalidArgumentError('Parameter "token" must be of type "string".');
      this._token = token;
      this._options = Object.assign({}, options);
      this._state = Device.State.Unregistered;
      this._key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      this._tickets = 0;
      this._calls = [];
      this._active = null;
      this._identity = null;
      this._wanted = false;
      this._failures = 0;
      this.audio = new AudioHelper();
      this._onPageHide = () => this.destroy();
      window.addEventListener("pagehide", this._onPageHide);
    }
    get state() { return this._state; }
    get identity() { return this._identity; }
    get token() { return this._token; }
    get calls() { return this._calls.slice(); }
    get isBusy() { return Boolean(this._active); }
    get edge() { return this._identity ? "simulator" : null; }
    get home() { return null; }
    toString() { return "[Twilio.Device instance]"; }

    async register() {
      if (this._state !== Device.State.Unregistered) {
        throw new InvalidStateError(`Attempt to register when device is in state "${this._state}". Must be "unregistered".`);
      }
      this._wanted = true;
      this._setState(Device.State.Registering);
      const settled = this._either(Device.State.Registered, Device.State.Unregistered);
      this._open().then(() => this._send({ type: "register" }), () => undefined);
      await settled;
    }
    async unregister() {
      if (this._state !== Device.State.Registered) {
        throw new InvalidStateError(`Attempt to unregister when device is in state "${this._state}". Must be "registered".`);
      }
      this._wanted = false;
      const settled = new Promise((resolve) => this.once("unregistered", resolve));
      this._send({ type: "unregister" });
      await settled;
    }
    async connect(options) {
      this._throwIfDestroyed();
      if (this._active) throw new InvalidStateError("A Call is already active");
      const params = (options && options.params) || {};
      const call = new Call(this, Direction.Outgoing, {}, params);
      this._active = call;
      this._calls.push(call);
      try {
        await this._open();
      } catch (error) {
        call._close();
        throw error;
      }
      this._send({ type: "connect", ticket: call.outboundConnectionId, params });
      return call;
    }
    disconnectAll() {
      this._calls.slice().forEach((call) => (call.status() === State.Pending ? call.ignore() : call.disconnect()));
    }
    updateToken(token) {
      this._throwIfDestroyed();
      if (typeof token !== "string") throw new InvalidArgumentError('Parameter "token" must be of type "string".');
      this._token = token;
      this._send({ type: "token", token });
    }
    updateOptions(options) {
      this._throwIfDestroyed();
      Object.assign(this._options, options);
    }
    destroy() {
      if (this._state === Device.State.Destroyed) return;
      this.disconnectAll();
      this._send({ type: "bye" });
      this._wanted = false;
      clearTimeout(this._expiry);
      clearTimeout(this._retry);
      window.removeEventListener("pagehide", this._onPageHide);
      this._setState(Device.State.Destroyed);
      if (this._socket) this._socket.close();
      this.removeAllListeners();
    }

    _throwIfDestroyed() {
      if (this._state === Device.State.Destroyed) throw new InvalidStateError("Device has been destroyed.");
    }
    _ticket() { this._tickets += 1; return `TJ${this._key}-${this._tickets}`; }
    _either(good, bad) {
      return new Promise((resolve, reject) => {
        const stop = () => { this.off(good, won); this.off(bad, lost); };
        const won = () => { stop(); resolve(); };
        const lost = () => { stop(); reject(this._lastError || new InvalidStateError("The device was not registered.")); };
        this.on(good, won);
        this.on(bad, lost);
      });
    }
    _setState(state) {
      if (state === this._state) return;
      this._state = state;
      this.emit(state, state === Device.State.Destroyed ? undefined : this);
    }
    _forget(call) {
      this._calls = this._calls.filter((other) => other !== call);
      if (this._active === call) this._active = null;
    }
    _find(sid) { return this._calls.find((call) => call.parameters.CallSid === sid || call.outboundConnectionId === sid); }
    _send(message) {
      if (this._socket && this._socket.readyState === WebSocket.OPEN) this._socket.send(JSON.stringify(message));
    }
    _fail(error, call) {
      this._lastError = error;
      if (this.listenerCount("error")) this.emit("error", error, call);
    }

    _open() {
      if (this._ready) return this._ready;
      this._ready = new Promise((resolve, reject) => {
        const socket = new WebSocket(SOCKET_URL);
        this._socket = socket;
        this._resolve = resolve;
        this._reject = reject;
        socket.onopen = () => this._send({ type: "hello", token: this._token, key: this._key });
        socket.onmessage = (event) => this._hear(JSON.parse(event.data));
        socket.onclose = () => this._lost(socket);
      });
      this._ready.catch(() => undefined);
      return this._ready;
    }
    _lost(socket) {
      if (socket !== this._socket || this._state === Device.State.Destroyed) return;
      this._ready = null;
      this._socket = null;
      this._reject(new TwilioError(53000, "SignalingConnectionError", "The signaling connection was lost."));
      this._calls.forEach((call) => call._lost());
      // A device that never reached the carrier is given up; its page decides about another try.
      if (this._identity === null) this._wanted = false;
      if (this._state !== Device.State.Unregistered) this._setState(Device.State.Unregistered);
      if (this._wanted || this._calls.length) this._reconnect();
    }
    _reconnect() {
      const wait = RECONNECT_MS[Math.min(this._failures, RECONNECT_MS.length - 1)];
      this._failures += 1;
      clearTimeout(this._retry);
      this._retry = setTimeout(() => {
        if (this._wanted && this._state === Device.State.Unregistered) this.register().catch(() => undefined);
        else this._open().catch(() => undefined);
      }, wait);
    }

    _hear(message) {
      const handler = this[`_on_${message.type}`];
      if (handler) handler.call(this, message);
    }
    _on_connected(message) {
      this._failures = 0;
      this._identity = message.identity;
      this._watchExpiry(message.ttl);
      this._calls.slice().forEach((call) => {
        if (message.calls.includes(call.parameters.CallSid)) call._found();
        else if (call.status() === State.Reconnecting) call._ended();
      });
      this._resolve();
    }
    _on_registered() { this._setState(Device.State.Registered); }
    _on_unregistered() { this._setState(Device.State.Unregistered); }
    _on_token(message) { this._watchExpiry(message.ttl); }
    _on_incoming(message) {
      if (this._active && !this._options.allowIncomingWhileBusy) return;
      const call = new Call(this, Direction.Incoming, message.parameters, message.custom);
      this._calls.push(call);
      this.emit("incoming", call);
    }
    _on_accepted(message) {
      const call = this._find(message.sid);
      if (!call) return;
      this._active = call;
      call._opened();
    }
    _on_dialled(message) {
      const call = this._find(message.ticket);
      if (!call) return;
      call.parameters = { CallSid: message.sid, From: message.from, To: message.to };
      call._status = State.Ringing;
      call.emit("ringing", false);
    }
    _on_answered(message) { const call = this._find(message.sid); if (call) call._opened(); }
    _on_cancel(message) { const call = this._find(message.sid); if (call) call._cancelled(); }
    _on_disconnect(message) { const call = this._find(message.sid); if (call) call._ended(); }
    _on_error(message) {
      const error = new TwilioError(message.code, message.name, message.message);
      const call = message.sid ? this._find(message.sid) : undefined;
      this._fail(error, call);
      if (call) {
        if (call.listenerCount("error")) call.emit("error", error);
        call._ended();
        return;
      }
      this._wanted = false;
      this._reject(error);
      this._setState(Device.State.Unregistered);
      if (!this._identity && this._socket) this._socket.close();
    }
    _watchExpiry(ttl) {
      clearTimeout(this._expiry);
      const early = Math.min(this._options.tokenRefreshMs || TOKEN_REFRESH_MS, (ttl * 1000) / 6);
      // Timers hold 31 bits of milliseconds, and a token lives for a day at most.
      this._expiry = setTimeout(() => this.emit("tokenWillExpire", this), Math.max(0, ttl * 1000 - early));
    }

    static get isSupported() { return typeof WebSocket === "function"; }
    static get version() { return "2.0.0-simulator"; }
    static get packageName() { return "carrier-simulator"; }
    static get extension() { return "mp3"; }
    static get audioContext() { return undefined; }
    static toString() { return "[Twilio.Device class]"; }
  }
  Device.State = Object.freeze({
    Destroyed: "destroyed", Unregistered: "unregistered", Registering: "registering", Registered: "registered",
  });
  Device.EventName = Object.freeze({
    Error: "error", Incoming: "incoming", Destroyed: "destroyed", Unregistered: "unregistered",
    Registering: "registering", Registered: "registered", TokenWillExpire: "tokenWillExpire",
  });
  Device.SoundName = Object.freeze({ Incoming: "incoming", Outgoing: "outgoing", Disconnect: "disconnect" });

  window.Twilio = Object.assign(window.Twilio || {}, { Device, Call, TwilioError });
})();
