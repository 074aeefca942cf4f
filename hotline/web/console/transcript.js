// A transcript: what both sides said, asked for by a button, for each look at one is audited.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { span } from "./figures.js";
import { t } from "./words.js";

/** Of the call `call`; `language` is the page's, in whose words the button is. */
class Transcript extends LitElement {
  static properties = { call: {}, language: {}, found: { state: true }, said: { state: true } };

  constructor() {
    super();
    this.found = null;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("call")) {
      this.found = null;
      this.said = "";
    }
  }

  async #read() {
    const { call } = this;
    try {
      const found = await ask(`/calls/${encodeURIComponent(call)}/transcript`);
      if (call === this.call) this.found = found.recordings;
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    if (this.found === null) {
      return html`<button @click=${() => this.#read()}>${t("read_transcript")}</button>
        ${this.said ? html`<p role="status" class="quiet">${this.said}</p>` : nothing}`;
    }
    const side = { caller: t("side_caller"), house: t("side_house") };
    return html`${this.found.map(
      (one) =>
        html`<ol class="transcript" lang=${one.language}>
            ${one.lines.map(
              (line) =>
                html`<li class=${line.side}>
                  <span class="number">${span(line.begin_s)}</span> <b>${side[line.side]}</b> ${line.text}
                </li>`,
            )}
          </ol>
          ${one.missing.length ? html`<p class="watch">◆ ${t("not_said", { words: one.missing.join(", ") })}</p>` : nothing}
          ${one.forbidden.length
            ? html`<p class="bad">▲ ${t("forbidden_said", { words: one.forbidden.map(({ word }) => word).join(", ") })}</p>`
            : nothing}`,
    )}`;
  }
}

customElements.define("hotline-transcript", Transcript);
