// The trend of the last half hour: how many wait, the longest wait, and the forecast of the wait with its band.

import { LitElement, html } from "./vendor/lit.js";
import uPlot from "./vendor/uplot.js";
import { span } from "./figures.js";
import { language, t } from "./words.js";

const EVERY_S = 5;
const KEPT = 360;

class Trend extends LitElement {
  static properties = { wire: { attribute: false }, tick: { attribute: false } };

  constructor() {
    super();
    this.at = [];
    this.series = { waiting: [], longest: [], low: [], median: [], high: [] };
    this.plot = null;
    this.drawnAs = "";
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.plot?.setSize(this.#size()));
    this.sizes.observe(this);
    this.#past();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.drawnAs = "";
  }

  render() {
    return html`<div class="plot" role="img" aria-label=${t("trend")}></div>`;
  }

  updated() {
    this.#sample();
    const theme = getComputedStyle(document.documentElement);
    const looks = `${language()} ${document.documentElement.dataset.theme} ${theme.getPropertyValue("--text")}`;
    if (looks === this.drawnAs) return;
    this.drawnAs = looks;
    this.plot?.destroy();
    this.plot = new uPlot(this.#options(theme), this.#data(), this.querySelector(".plot"));
  }

  /** What the house remembers of the time before this page was opened. */
  async #past() {
    try {
      const answer = await fetch("../live/trend");
      if (!answer.ok) return;
      const points = await answer.json();
      const first = this.at[0] ?? Infinity;
      const before = points.filter((point) => point.at < first);
      this.at.unshift(...before.map((point) => point.at));
      this.series.waiting.unshift(...before.map((point) => point.waiting));
      this.series.longest.unshift(...before.map((point) => point.longest_s));
      this.series.low.unshift(...before.map((point) => point.low_s));
      this.series.median.unshift(...before.map((point) => point.median_s));
      this.series.high.unshift(...before.map((point) => point.high_s));
      this.plot?.setData(this.#data());
    } catch {
      // the house is away: the trend begins now
    }
  }

  #sample() {
    const now = this.wire.now();
    const last = this.at.at(-1);
    if (this.wire.cutSince !== null || (last !== undefined && now - last < EVERY_S)) return;
    const queues = [...this.wire.queues.values()];
    const since = queues.map((queue) => queue.longest_since).filter((at) => at !== null);
    const told = [...this.wire.forecasts.values()].filter((one) => one.median_s !== null);
    const longest = told.length ? told.reduce((a, b) => (b.median_s > a.median_s ? b : a)) : null;
    this.at.push(now);
    this.series.waiting.push(queues.reduce((sum, queue) => sum + queue.waiting, 0));
    this.series.longest.push(since.length ? Math.max(0, now - Math.min(...since)) : 0);
    for (const name of ["low", "median", "high"]) this.series[name].push(longest?.[`${name}_s`] ?? null);
    while (this.at.length > KEPT) {
      this.at.shift();
      for (const values of Object.values(this.series)) values.shift();
    }
    this.plot?.setData(this.#data());
  }

  #data() {
    const { waiting, longest, low, median, high } = this.series;
    return [this.at, waiting, longest, low, high, median];
  }

  #size() {
    const box = this.getBoundingClientRect();
    return { width: Math.max(200, Math.floor(box.width)), height: Math.max(120, Math.floor(box.height)) };
  }

  #options(theme) {
    const colour = (name) => theme.getPropertyValue(`--${name}`).trim();
    const size = parseFloat(theme.fontSize);
    const axis = {
      stroke: colour("quiet"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { stroke: colour("line"), width: 1 },
      font: `${Math.round(size * 0.75)}px system-ui, sans-serif`,
    };
    const zone = this.wire.house.zone;
    const width = Math.max(2, size / 9);
    return {
      ...this.#size(),
      tzDate: (utc) => uPlot.tzDate(new Date(utc * 1000), zone),
      cursor: { show: false },
      legend: { show: false },
      scales: {
        waiting: { range: (_, low, high) => [0, Math.max(4, (high ?? 0) * 1.1)] },
        seconds: { range: (_, low, high) => [0, Math.max(60, (high ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, size: size * 1.8, space: size * 4, incrs: [60, 120, 300, 600], values: (_, at) => at.map((utc) => this.#time(utc, zone)) },
        { ...axis, scale: "waiting", size: size * 3, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
        {
          ...axis,
          scale: "seconds",
          side: 1,
          size: size * 4,
          grid: { show: false },
          incrs: [15, 30, 60, 120, 300, 600, 1800],
          values: (_, seconds) => seconds.map(span),
        },
      ],
      series: [
        {},
        { scale: "waiting", stroke: colour("waiting"), width, fill: colour("waiting-fill"), paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
        { scale: "seconds", stroke: colour("watch"), width, points: { show: false } },
        { scale: "seconds", stroke: "transparent", points: { show: false } },
        { scale: "seconds", stroke: "transparent", points: { show: false } },
        { scale: "seconds", stroke: colour("forecast"), width, dash: [size / 2, size / 3], points: { show: false } },
      ],
      bands: [{ series: [4, 3], fill: colour("forecast-fill") }],
    };
  }

  #time(utc, zone) {
    const parts = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone };
    return new Intl.DateTimeFormat(language(), parts).format(new Date(utc * 1000));
  }
}

customElements.define("hotline-trend", Trend);
