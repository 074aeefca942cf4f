// The pacing of a campaign: answers and abandoned calls of today, and the budget that each window of the law has left.

import { LitElement, html, nothing } from "./vendor/lit.js";
import uPlot from "./vendor/uplot.js";
import { Asked } from "./asked.js";
import { clock } from "./figures.js";
import { language, t } from "./words.js";
import "./plot.js";

const EVERY_MS = 10_000;
const STEP_S = 300;
/** A try is counted where it began, once it is over: so far back steps are asked for again. */
const AGAIN_S = 3_600;
const SHADES = ["forecast", "waiting", "watch"];

/** Of the campaign `campaign`; `wire` has the house's clock. */
class Pacing extends LitElement {
  static properties = { wire: { attribute: false }, campaign: { attribute: false }, tick: { attribute: false } };

  constructor() {
    super();
    this.asked = new Asked(this, () => this.#path(), EVERY_MS, (answer, before) => this.#joined(answer, before));
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("campaign") && changed.get("campaign") !== undefined) this.asked.anew();
  }

  #path() {
    const of = `/campaigns/${encodeURIComponent(this.campaign)}/pacing?step_s=${STEP_S}`;
    const known = this.asked.value;
    if (!known || this.#day(known.now) !== this.#day(this.wire.now())) return of;
    const since = new Date((known.now - AGAIN_S) * 1000).toISOString().slice(0, 19);
    return `${of}&since=${encodeURIComponent(`${since}Z`)}`;
  }

  #day(utc) {
    return new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone: this.wire.house.zone }).format(utc * 1000);
  }

  /** The steps of today: those that were known, and in their place those that came again. */
  #joined(answer, before) {
    const first = answer.now - AGAIN_S - STEP_S;
    const is_all = !before || !answer.windows.length || this.#day(before.now) !== this.#day(answer.now);
    const from = answer.steps[0]?.at ?? first;
    const kept = is_all ? [] : before.steps.filter((step) => step.at < Math.min(from, first));
    const steps = [...kept, ...answer.steps];
    const windows = answer.windows.map((window) => {
      const old = before?.windows.find((one) => one.window === window.window);
      const rooms = old ? old.rooms.slice(0, kept.length) : kept.map(() => null);
      return { ...window, rooms: [...rooms, ...window.rooms] };
    });
    return { ...answer, steps, windows, ...drawn(steps, windows, answer) };
  }

  render() {
    const found = this.asked.value;
    if (this.asked.error) return html`<p class="bad" role="alert">${this.asked.error}</p>`;
    if (!found) return nothing;
    return html`<p>${t("calls_now", { count: found.live })}</p>
      ${this.#windows(found)}
      <h3>${t("today")} ${found.steps.length ? this.#legend() : nothing}</h3>
      ${found.steps.length
        ? html`<hotline-plot .data=${found.today} .options=${(looks) => this.#today(looks)} .name=${t("today")} .tick=${this.tick}></hotline-plot>
            <h3>
              ${t("room_left")}
              <span class="legend">
                ${found.windows.map((one, place) => html`<span class=${SHADES[place % SHADES.length]}><i></i>${windowName(one.window)}</span>`)}
              </span>
            </h3>
            <hotline-plot
              .data=${found.budgets}
              .shape=${found.windows.map((one) => one.window).join()}
              .options=${(looks) => this.#budgets(looks, found.windows.length)}
              .name=${t("room_left")}
              .tick=${this.tick}
            ></hotline-plot>`
        : html`<p class="quiet">${t("nobody_dialled")}</p>`}`;
  }

  #legend() {
    return html`<span class="legend">
      <span class="waiting"><i></i>${t("answers")}</span>
      <span class="bad"><i></i>${t("abandoned_calls")}</span>
      <span class="forecast"><i></i>${t("share_so_far")}</span>
    </span>`;
  }

  #windows(found) {
    const percent = new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 2 });
    const number = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });
    const of = { live: t("of_live"), answered: t("of_answered"), dialled: t("of_dialled") }[found.denominator];
    return html`<table class="windows">
      <thead>
        <tr>
          <th scope="col">${t("window")}</th>
          <th scope="col">${t("abandoned_calls")}</th>
          <th scope="col" class="number">${of}</th>
          <th scope="col" class="number">${t("share_limit")}</th>
          <th scope="col" class="number">${t("room")}</th>
          ${found.windows.some((one) => one.ends_at) ? html`<th scope="col">${t("ends")}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${found.windows.map((one) => {
          const budget = one.limit * one.of;
          const grade = one.of === 0 ? "" : one.room < 0 ? "bad" : one.room < 1 ? "watch" : "good";
          const mark = { bad: "▲", watch: "◆", good: "●" }[grade] ?? "";
          return html`<tr>
            <th scope="row">${windowName(one.window)}${one.steers ? nothing : html` <span class="quiet below">${t("counted_only")}</span>`}</th>
            <td>
              <meter min="0" max=${Math.max(budget, one.abandoned, 1)} high=${budget} optimum="0" .value=${one.abandoned}
                aria-label=${t("abandoned_of_budget", { abandoned: number.format(one.abandoned), budget: number.format(budget) })}></meter>
              ${t("abandoned_of_budget", { abandoned: number.format(one.abandoned), budget: number.format(budget) })}
            </td>
            <td class="number">${number.format(one.of)}</td>
            <td class="number">${one.share === null ? "–" : percent.format(one.share)} / ${percent.format(one.limit)}</td>
            <td class="number ${grade}">${mark} ${number.format(one.room)}</td>
            ${one.ends_at === null ? nothing : html`<td>${this.#end(one.ends_at)}</td>`}
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  #end(utc) {
    const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }

  #today({ colour, size, axis, width }) {
    const { zone } = this.wire.house;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const line = { points: { show: false }, width };
    return {
      tzDate: (utc) => uPlot.tzDate(new Date(utc * 1000), zone),
      scales: {
        calls: { range: (_, low, high) => [0, Math.max(4, (high ?? 0) * 1.1)] },
        share: { range: (_, low, high) => [0, Math.max(4, (high ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, size: size * 1.8, space: size * 5, values: (_, at) => at.map((utc) => clock(utc, zone, language(), false)) },
        { ...axis, scale: "calls", size: size * 3, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
        { ...axis, scale: "share", side: 1, size: size * 3.8, grid: { show: false }, values: (_, all) => all.map((one) => `${one} %`) },
      ],
      series: [
        {},
        { ...line, scale: "calls", stroke: colour("waiting"), fill: colour("waiting-fill"), paths: stepped },
        { ...line, scale: "calls", stroke: colour("bad"), paths: stepped },
        { ...line, scale: "share", stroke: colour("forecast") },
        { ...line, scale: "share", stroke: colour("quiet"), dash: [size / 2, size / 3], width: 1 },
      ],
    };
  }

  #budgets({ colour, size, axis, width }, count) {
    const { zone } = this.wire.house;
    const shades = Array.from({ length: count }, (_, place) => colour(SHADES[place % SHADES.length]));
    return {
      tzDate: (utc) => uPlot.tzDate(new Date(utc * 1000), zone),
      scales: { room: { range: (_, low, high) => [Math.min(0, (low ?? 0) * 1.1), Math.max(2, (high ?? 0) * 1.1)] } },
      axes: [
        { ...axis, size: size * 1.8, space: size * 5, values: (_, at) => at.map((utc) => clock(utc, zone, language(), false)) },
        { ...axis, scale: "room", size: size * 3 },
      ],
      series: [{}, ...shades.map((stroke) => ({ scale: "room", stroke, width, points: { show: false } }))],
    };
  }
}

/** The name of a window of the law, in words. */
function windowName(name) {
  return { "24 h": t("window_day"), "campaign, 30 days": t("window_30_days"), month: t("window_month") }[name] ?? name;
}

/** What both plots draw: a step in which nothing was dialled is nothing, and not left out. */
function drawn(steps, windows, { now, step_s }) {
  const at = [];
  const places = [];
  for (let time = steps[0]?.at ?? now; time <= now; time += step_s) at.push(time);
  const by_time = new Map(steps.map((step, place) => [Math.round((step.at - (steps[0]?.at ?? 0)) / step_s), place]));
  for (let place = 0; place < at.length; place += 1) places.push(by_time.get(place));
  let of = 0;
  let abandoned = 0;
  const shares = places.map((place) => {
    of += steps[place]?.of ?? 0;
    abandoned += steps[place]?.abandoned ?? 0;
    return of ? (100 * abandoned) / of : null;
  });
  const limit = Math.min(...windows.map((window) => 100 * window.limit));
  const rooms = windows.map((window) => {
    let last = null;
    return places.map((place) => (last = place === undefined ? last : window.rooms[place]));
  });
  return {
    today: [at, places.map((place) => steps[place]?.answered ?? 0), places.map((place) => steps[place]?.abandoned ?? 0), shares, at.map(() => limit)],
    budgets: [at, ...rooms],
  };
}

customElements.define("hotline-pacing", Pacing);
