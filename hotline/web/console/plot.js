// A plot of uPlot that keeps to the theme, the language and the size of its place.

import { LitElement, html } from "./vendor/lit.js";
import uPlot from "./vendor/uplot.js";
import { language } from "./words.js";

/** `data` is uPlot's, `options` makes its options of `Looks`, `name` says what is seen. */
class Plot extends LitElement {
  static properties = {
    data: { attribute: false },
    options: { attribute: false },
    shape: { attribute: false },
    name: { attribute: false },
    tick: { attribute: false },
  };

  constructor() {
    super();
    this.plot = null;
    this.drawnAs = "";
    this.drawn = null;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.plot?.setSize(this.#size()));
    this.sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.drawnAs = "";
  }

  render() {
    return html`<div class="plot" role="img" aria-label=${this.name}></div>`;
  }

  updated() {
    const theme = getComputedStyle(document.documentElement);
    const looks = [language(), document.documentElement.dataset.theme, theme.getPropertyValue("--text"), this.shape].join();
    if (looks !== this.drawnAs) {
      this.drawnAs = looks;
      this.plot?.destroy();
      const options = { ...this.#size(), cursor: { show: false }, legend: { show: false }, ...this.options(of(theme)) };
      this.plot = new uPlot(options, this.data, this.querySelector(".plot"));
    } else if (this.drawn !== this.data) {
      this.plot.setData(this.data);
    }
    this.drawn = this.data;
  }

  #size() {
    const box = this.getBoundingClientRect();
    return { width: Math.max(200, Math.floor(box.width)), height: Math.max(120, Math.floor(box.height)) };
  }
}

/** Looks of the theme: its colours by name, the size of its text, and an axis drawn by them. */
function of(theme) {
  const colour = (name) => theme.getPropertyValue(`--${name}`).trim();
  const size = parseFloat(theme.fontSize);
  const axis = {
    stroke: colour("quiet"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: `${Math.round(size * 0.8)}px system-ui, sans-serif`,
  };
  return { colour, size, axis, width: Math.max(2, size / 9) };
}

customElements.define("hotline-plot", Plot);
