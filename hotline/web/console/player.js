// A recording: its waveform with who speaks when, and the sound. Nothing is loaded before somebody asks for it: each look
// at a recording stands in the audit log.

import { LitElement, html, nothing, svg } from "./vendor/lit.js";
import { percent } from "./figures.js";
import { ask } from "./orders.js";
import { language, t } from "./words.js";

const HEIGHT = 36; // of one side, in units of the drawing
const ROOT = "..";

/** The sound at `src`, a path of the controller. */
class Player extends LitElement {
  static properties = {
    src: {},
    tick: { attribute: false },
    shape: { state: true },
    said: { state: true },
    at: { state: true },
  };

  constructor() {
    super();
    this.shape = null;
    this.said = "";
    this.at = 0;
  }

  createRenderRoot() {
    return this;
  }

  async #load() {
    this.said = "";
    try {
      this.shape = await ask(`${this.src}/waveform`);
    } catch (error) {
      this.said = error.message;
    }
  }

  #audio() {
    return this.querySelector("audio");
  }

  #seek(event) {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    this.#audio().currentTime = Math.max(0, Math.min(1, share)) * this.shape.duration_s;
    this.#audio()
      .play()
      .catch(() => {}); // a browser that wants another click first shows its own button
  }

  render() {
    if (this.shape === null) {
      return html`<p role="alert" class="bad">${this.said}</p>
        <button @click=${() => this.#load()}>▶ ${t("load_recording")}</button>
        <span class="quiet">${t("is_audited")}</span>`;
    }
    return html`${this.shape.sides.map((side) => this.#side(side))}
      <audio
        controls
        preload="metadata"
        src=${ROOT + this.src}
        @timeupdate=${(event) => (this.at = event.target.currentTime)}
      ></audio>`;
  }

  #side({ side, levels, spoken }) {
    const total = this.shape.duration_s || 1;
    const spoke = spoken.reduce((sum, [from, to]) => sum + to - from, 0);
    const speaks = spoken.some(([from, to]) => from <= this.at && this.at < to && this.at > 0);
    const word = side === "caller" ? t("side_caller") : t("side_agent");
    return html`<div class="wave ${side}">
      <p class=${speaks ? "speaks" : ""}>${speaks ? "●" : "○"} ${word} <span class="quiet">${percent(spoke / total, language())}</span></p>
      <svg
        viewBox="0 0 ${levels.length || 1} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label=${t("spoke", { who: word, share: percent(spoke / total, language()) })}
        @click=${(event) => this.#seek(event)}
      >
        ${spoken.map(
          ([from, to]) =>
            svg`<rect class="spoken" x=${(from / total) * levels.length} y=${HEIGHT - 3} width=${((to - from) / total) * levels.length} height="3"></rect>`,
        )}
        ${svg`<path class="levels" d=${path(levels)}></path>`}
        ${this.at ? svg`<rect class="head" x=${(this.at / total) * levels.length} y="0" width="1.5" height=${HEIGHT}></rect>` : nothing}
      </svg>
    </div>`;
  }
}

/** A line along the loudness, and back below: a band around the middle. */
function path(levels) {
  const middle = (HEIGHT - 4) / 2;
  const edge = levels.map((level, at) => [at + 0.5, Math.max(level, 0.02) * middle]);
  const above = edge.map(([x, y]) => `${x} ${(middle - y).toFixed(1)}`);
  const below = edge.reverse().map(([x, y]) => `${x} ${(middle + y).toFixed(1)}`);
  return levels.length ? `M${[...above, ...below].join("L")}Z` : "";
}

customElements.define("hotline-player", Player);
