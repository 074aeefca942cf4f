// A recording: heard in the page, with its waveform; each side in a lane of its own where the file has both.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { askBytes } from "./orders.js";
import { span } from "./figures.js";
import { t } from "./words.js";

const RATE = 8_000; // what a telephone hears; more would only cost memory

/** Of a row of `recordings`; nothing is fetched before somebody asks to hear it, for that is audited. */
class Recording extends LitElement {
  static properties = {
    recording: { attribute: false },
    may: { attribute: false },
    tick: { attribute: false },
    sound: { state: true },
    plays: { state: true },
    at: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.#forget();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.#draw());
    this.sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.#stop();
    this.context?.close();
    this.context = null;
  }

  willUpdate(changed) {
    if (changed.has("recording") && changed.get("recording")?.sound !== this.recording.sound) {
      this.#stop();
      this.#forget();
    }
  }

  #forget() {
    this.sound = null;
    this.plays = false;
    this.at = 0;
    this.said = "";
    this.source = null;
  }

  async #load() {
    const { sound } = this.recording;
    this.said = "";
    try {
      const bytes = await askBytes(sound);
      const heard = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
      if (sound !== this.recording.sound) return;
      this.sound = heard;
      this.#play();
    } catch (error) {
      this.said = error.message;
    }
  }

  #play(from = this.at) {
    this.#stop();
    this.context ??= new AudioContext();
    this.context.resume();
    this.source = this.context.createBufferSource();
    this.source.buffer = this.sound;
    this.source.connect(this.context.destination);
    this.begin = this.context.currentTime - from;
    this.source.onended = () => {
      this.#stop();
      if (this.at >= this.sound.duration - 0.05) this.at = 0;
    };
    this.source.start(0, from);
    this.plays = true;
    this.timer = setInterval(() => (this.at = Math.min(this.sound.duration, this.context.currentTime - this.begin)), 100);
  }

  #stop() {
    clearInterval(this.timer);
    if (this.source) {
      this.source.onended = null;
      this.source.stop();
      this.source = null;
      this.at = Math.min(this.sound.duration, this.context.currentTime - this.begin);
    }
    this.plays = false;
  }

  #seek(to) {
    this.at = Math.max(0, Math.min(this.sound.duration, to));
    if (this.plays) this.#play();
  }

  render() {
    const { recording, sound } = this;
    const length = sound?.duration ?? recording.duration_s;
    const kind = recording.kind === "message" ? t("message") : t("talk");
    return html`<div class="recording">
      <p class="buttons">
        ${!this.may
          ? html`<span class="quiet">${t("not_heard_here")}</span>`
          : sound === null
            ? html`<button class="main" @click=${() => this.#load()}>▶ ${t("hear")}</button>`
            : html`<button class="main" aria-pressed=${this.plays} @click=${() => (this.plays ? this.#stop() : this.#play())}>
                ${this.plays ? `❚❚ ${t("halt")}` : `▶ ${t("play")}`}
              </button>`}
        <span>${kind} ${recording.talk || ""}</span> <span class="number">${sound ? `${span(this.at)} / ` : ""}${span(length)}</span>
        ${sound === null && this.may ? html`<span class="quiet">${t("hearing_is_audited")}</span>` : nothing}
      </p>
      <p role="alert" class="bad">${this.said}</p>
      ${sound
        ? html`<canvas role="img" aria-label=${t("waveform")} @click=${(event) => this.#clicked(event)}></canvas>
            <input
              type="range"
              min="0"
              max=${length}
              step="0.1"
              .value=${String(this.at)}
              aria-label=${t("position")}
              aria-valuetext=${span(this.at)}
              @input=${(event) => this.#seek(Number(event.target.value))}
            />`
        : nothing}
    </div>`;
  }

  #clicked(event) {
    const box = event.target.getBoundingClientRect();
    this.#seek((this.sound.duration * (event.clientX - box.left)) / box.width);
  }

  updated() {
    this.#draw();
  }

  #draw() {
    const canvas = this.querySelector("canvas");
    if (!canvas || !this.sound) return;
    const ratio = devicePixelRatio || 1;
    const { width: wide, height: high } = canvas.getBoundingClientRect();
    const width = Math.max(1, Math.floor(wide * ratio));
    const height = Math.max(1, Math.floor(high * ratio));
    if (this.peaksOf !== this.sound || this.peaksWidth !== width) {
      this.peaks = peaks(this.sound, width);
      this.peaksOf = this.sound;
      this.peaksWidth = width;
    }
    canvas.width = width;
    canvas.height = height;
    const theme = getComputedStyle(document.documentElement);
    const colour = (name) => theme.getPropertyValue(`--${name}`).trim();
    const pen = canvas.getContext("2d");
    const heard = (this.at / this.sound.duration) * width;
    const lane = height / this.peaks.length;
    this.peaks.forEach((lows, channel) => {
      const middle = lane * (channel + 0.5);
      lows.forEach((peak, x) => {
        pen.fillStyle = x <= heard ? colour(channel ? "forecast" : "waiting") : colour("quiet");
        const half = Math.max(0.5, (peak * lane) / 2);
        pen.fillRect(x, middle - half, 1, 2 * half);
      });
    });
    pen.fillStyle = colour("text");
    pen.fillRect(heard, 0, Math.max(1, ratio), height);
  }
}

/** Of each channel the loudest sample in each of `count` pieces, as a share of the loudest of all. */
function peaks(sound, count) {
  const found = [];
  let loudest = 0.01;
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const samples = sound.getChannelData(channel);
    const lane = new Float32Array(count);
    for (let place = 0; place < samples.length; place += 1) {
      const piece = Math.floor((place * count) / samples.length);
      const level = Math.abs(samples[place]);
      if (level > lane[piece]) lane[piece] = level;
    }
    found.push(lane);
    loudest = Math.max(loudest, lane.reduce((a, b) => Math.max(a, b), 0));
  }
  return found.map((lane) => lane.map((level) => level / loudest));
}

customElements.define("hotline-recording", Recording);
