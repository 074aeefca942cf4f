// What a page asks of the controller again and again while it is shown: one question at a time, none while it is hidden.

import { ask } from "./orders.js";

/** A reactive controller of Lit. `value` is the last answer, or null; `error` why there is none. */
export class Asked {
  /** `path` gives what is asked now, or empty for nothing; `take` gets each answer, and returns what is kept of it. */
  constructor(host, path, everyMs, take = (answer) => answer) {
    this.value = null;
    this.error = "";
    this.host = host;
    this.path = path;
    this.everyMs = everyMs;
    this.take = take;
    this.round = 0;
    host.addController(this);
  }

  hostConnected() {
    this.again();
  }

  hostDisconnected() {
    this.round += 1;
    clearTimeout(this.timer);
  }

  /** Ask now, and from then on; what was asked before and is not answered yet is dropped. */
  async again() {
    clearTimeout(this.timer);
    const round = (this.round += 1);
    const path = this.path();
    if (path && !document.hidden) {
      try {
        const answer = await ask(path);
        if (round !== this.round) return;
        this.value = this.take(answer, this.value);
        this.error = "";
      } catch (error) {
        if (round !== this.round) return;
        this.error = error.message;
      }
      this.host.requestUpdate();
    }
    this.timer = setTimeout(() => this.again(), this.everyMs);
  }

  /** Forget the last answer, and ask anew. */
  anew() {
    this.value = null;
    this.error = "";
    return this.again();
  }
}
