// The echo test's verdict: whether the agent was heard while they spoke, and whether their voice came back.

import { t } from "./words.js";

const HEARD = 0.2; // of the level from 0 to 1: −48 dB, above what an open microphone hears of a quiet room

/** Looks at the levels of the phone in the page while the house plays somebody back to themselves. */
export class EchoTest {
  constructor() {
    this.state = null;
    this.spoken = this.heard = 0;
    this.verdict = "";
  }

  /** The test is now in `state` (ringing, speaking, hearing, or null), and `sound` has the levels. */
  look(state, sound) {
    if (state === "ringing" && this.state !== "ringing") {
      this.spoken = this.heard = 0;
      this.verdict = "";
    }
    if (state === "speaking") this.spoken = Math.max(this.spoken, sound.level("spoken"));
    if (state === "hearing") this.heard = Math.max(this.heard, sound.level("heard"));
    if (!state && this.state === "hearing") this.verdict = this.#judged();
    this.state = state ?? null;
  }

  /** The words for it, in the language that is spoken now. */
  shown(state) {
    const words = {
      ringing: t("echo_ringing"),
      speaking: t("echo_speaking"),
      hearing: t("echo_hearing"),
      good: t("echo_good"),
      silent: t("echo_silent"),
      unheard: t("echo_nothing"),
    };
    return words[state ?? this.verdict] ?? "";
  }

  #judged() {
    if (this.spoken < HEARD) return "unheard";
    return this.heard < HEARD ? "silent" : "good";
  }
}
