// The echo test's verdict: whether the agent was heard while they spoke, and whether their voice came back.

import { t } from "./words.js";

const HEARD = 0.2; // of the level from 0 to 1: −48 dB, above what an open microphone hears of a quiet room

/** Looks at the levels of the phone in the page while the house plays somebody back to themselves. How far it is the page
 * knows a moment late, for it asks: so what was heard since the last answer that said `speaking` counts, too. */
export class EchoTest {
  constructor() {
    this.state = this.answer = null;
    this.spoken = this.heard = this.recent = 0;
    this.verdict = "";
  }

  /** `desk` is the last answer, whose `echo_test` is ringing, speaking, hearing, or null; `sound` has the levels now. */
  look(desk, sound) {
    const state = desk?.echo_test ?? null;
    if (state === "ringing" && this.state !== "ringing") {
      this.spoken = this.heard = 0;
      this.verdict = "";
    }
    if (desk !== this.answer && state === "speaking") this.recent = 0; // until then it was the tone before
    if (state === "speaking") this.spoken = Math.max(this.spoken, sound.level("spoken"));
    this.recent = Math.max(this.recent, sound.level("heard"));
    if (state === "hearing" || (!state && this.state)) this.heard = Math.max(this.heard, this.recent);
    if (!state && (this.state === "hearing" || (this.state === "speaking" && this.heard >= HEARD))) this.verdict = this.#judged();
    this.answer = desk;
    this.state = state;
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
