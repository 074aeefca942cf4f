// The live wire: takes a snapshot and what changes, and has the house as it is now. docs/live.yaml has the messages.

const KINDS = {
  agents: "agent",
  queues: "queue",
  days: "queue",
  overrides: "number",
  calls: "call",
  forecasts: "call",
  alerts: "number",
  switches: "switch",
};
const SILENT_MS = 15_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const SIGNED_OUT = 4401;

/** The house as the wire tells it. Events: `change` after each message, `link` when it is cut or stands again,
 * `signed-out`. */
export class Wire extends EventTarget {
  constructor(address = "../live/events") {
    super();
    this.address = new URL(address, location.href);
    this.address.protocol = this.address.protocol === "https:" ? "wss:" : "ws:";
    this.house = null;
    this.controller = null;
    this.position = null;
    /** What our clock is behind the controller's, in seconds. */
    this.behind = 0;
    this.cutSince = Date.now() / 1000;
    for (const kind of Object.keys(KINDS)) this[kind] = new Map();
    this.pause = FIRST_PAUSE_MS;
  }

  /** The controller's clock, in UTC epoch seconds. */
  now() {
    return Date.now() / 1000 + this.behind;
  }

  open() {
    this.position = null;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = (event) => this.#cut(event.code);
    this.#listen();
  }

  #listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.close(), SILENT_MS);
  }

  #take(message) {
    this.#listen();
    if (message.is === "snapshot") {
      this.house = message.house;
      for (const kind of Object.keys(KINDS)) this[kind].clear();
      this.pause = FIRST_PAUSE_MS;
    } else if (message.after !== this.position) {
      this.socket.close(); // a gap: only a new snapshot helps
      return;
    }
    this.position = message.position;
    this.behind = message.utc - Date.now() / 1000;
    this.controller = message.controller ?? this.controller;
    for (const [kind, name] of Object.entries(KINDS)) {
      for (const gone of message.gone?.[kind] ?? []) this[kind].delete(gone);
      for (const state of message[kind] ?? []) this[kind].set(state[name], state);
    }
    if (this.cutSince !== null) {
      this.cutSince = null;
      this.dispatchEvent(new Event("link"));
    }
    this.dispatchEvent(new Event("change"));
  }

  #cut(code) {
    clearTimeout(this.silence);
    this.cutSince ??= Date.now() / 1000;
    if (code === SIGNED_OUT) {
      this.dispatchEvent(new Event("signed-out"));
      return;
    }
    this.dispatchEvent(new Event("link"));
    setTimeout(() => this.open(), this.pause * (0.5 + Math.random()));
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
  }
}
