// What if: a real day lived again with something changed; how far it is, and what came of it, with the curves of its waits.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { Asked } from "./asked.js";
import { span } from "./figures.js";
import { ask, order } from "./orders.js";
import { language, t } from "./words.js";
import "./plot.js";

const EVERY_MS = 2_000;
const DAY_MS = 86_400_000;
const SHADES = ["text", "waiting", "forecast"];

/** Of whoever may `try_days`. */
class WhatIf extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    said: { state: true },
    kind: { state: true },
    versions: { state: true },
  };

  constructor() {
    super();
    this.said = "";
    this.kind = "draft";
    this.versions = [];
    this.asked = new Asked(this, () => "/whatif", EVERY_MS, drawn);
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.versions = (await ask("/flows")).versions;
    } catch (error) {
      this.said = error.message; // the folder and a policy can be tried all the same
    }
  }

  async #order(body, method) {
    this.said = "";
    try {
      await order("/whatif", this.session.csrf, body, method);
    } catch (error) {
      this.said = error.message;
    }
    this.asked.anew();
  }

  #begun(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    const what = { draft: { draft: true }, policy: { policy: given.get("policy") } }[this.kind] ?? { version: this.kind };
    const figures = { seeds: Number(given.get("seeds")), within_s: Number(given.get("within_s")) };
    this.#order({ date: given.get("date"), ...what, ...figures });
  }

  render() {
    const trial = this.asked.value;
    const running = trial?.state === "running";
    return html`<main class="desk whatif">
      <section aria-label=${t("live_again")} tabindex="0">
        <h2>${t("live_again")}</h2>
        ${this.#form(running)}
        <p role="alert" class="bad">${this.said || this.asked.error}</p>
      </section>
      <section aria-label=${t("answered_within")} tabindex="0">${trial ? this.#trial(trial, running) : nothing}</section>
    </main>`;
  }

  #form(running) {
    const yesterday = new Date(this.wire.now() * 1000 - DAY_MS);
    const day = new Intl.DateTimeFormat("sv-SE", { timeZone: this.wire.house.zone }).format(yesterday);
    return html`<form class="search" @submit=${(event) => this.#begun(event)}>
      <label>${t("day")} <input name="date" type="date" value=${day} required /></label>
      <label
        >${t("try_what")}
        <select @change=${(event) => (this.kind = event.target.value)}>
          <option value="draft">${t("try_draft")}</option>
          <option value="policy">${t("try_policy")}</option>
          ${this.versions.map((one) => html`<option value=${one.version}>${t("try_version", one)}</option>`)}
        </select></label
      >
      ${this.kind === "policy"
        ? html`<label>${t("policy_text")}<textarea name="policy" rows="8" maxlength="20000" required></textarea></label>`
        : nothing}
      <label>${t("within_seconds")} <input name="within_s" type="number" min="1" max="3600" value="20" required /></label>
      <label>${t("draws")} <input name="seeds" type="number" min="1" max="64" value="8" required /></label>
      <button class="main" ?disabled=${running}>${t("try_it")}</button>
    </form>`;
  }

  #trial(trial, running) {
    const head = html`<h2>${t("run_by", { day: trial.wanted.date, by: trial.by })}</h2>`;
    if (running) {
      const { step, percent } = trial;
      return html`${head}
        <p role="status">${step ? t("running_now", { step, percent }) : t("connecting")}</p>
        <progress max="100" value=${percent} aria-label=${step || t("connecting")}></progress>
        <p class="buttons"><button @click=${() => this.#order(undefined, "DELETE")}>${t("stop_it")}</button></p>`;
    }
    if (trial.state === "stopped") return html`${head}<p class="quiet" role="status">${t("was_stopped")}</p>`;
    if (!trial.result) return html`${head}<p class="bad" role="status">▲ ${trial.error}</p>`;
    return html`${head} ${this.#result(trial)}`;
  }

  #result({ result, wanted, data }) {
    const names = Object.keys(result.curves);
    const shown = (name) => (name === "what happened" ? t("as_it_was") : name);
    const percent = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });
    return html`<table>
        <thead>
          <tr>
            <td></td>
            <th scope="col" class="number">${t("in_time_share")} (${wanted.within_s} s)</th>
            <th scope="col" class="number">${t("mean_wait")}</th>
            <th scope="col" class="number">${t("gave_up")}</th>
          </tr>
        </thead>
        <tbody>
          ${result.table.map(
            (row) => html`<tr>
              <th scope="row">${shown(row.name)}</th>
              <td class="number">${percent.format(row.within_goal)} %</td>
              <td class="number">${span(row.wait_mean_s)}</td>
              <td class="number">${percent.format(row.abandoned)} %</td>
            </tr>`,
          )}
        </tbody>
      </table>
      <p>${result.run}</p>
      <h3>
        ${t("answered_within")}
        <span class="legend">
          ${names.map((name, place) => html`<span class=${SHADES[place % SHADES.length]}><i></i>${shown(name)}</span>`)}
        </span>
      </h3>
      <hotline-plot
        .data=${data}
        .shape=${names.join()}
        .options=${(looks) => curves(looks, names.length)}
        .name=${t("answered_within")}
        .tick=${this.tick}
      ></hotline-plot>
      <p class="quiet">${t("seconds_waited")}</p>
      <h3>${t("assumed")}</h3>
      <ul class="before">
        ${result.assumptions.map((one) => html`<li>${one}</li>`)}
      </ul>`;
  }
}

/** The answer with its curves as uPlot takes them: the seconds are spread by their logarithm, a second apart at first. */
function drawn(trial, before) {
  if (!trial?.result) return trial;
  if (before?.result && before.began_at === trial.began_at) return before; // nothing is drawn anew for it
  const { edges_s: edges, curves: found } = trial.result;
  return { ...trial, data: [edges.map((at) => Math.log10(1 + at)), ...Object.values(found)] };
}

function curves({ colour, axis, width }, count) {
  const seconds = (_, at) => at.map((one) => String(Math.round(10 ** one - 1)));
  return {
    scales: { x: { time: false }, y: { range: [0, 100] } },
    series: [{}, ...Array.from({ length: count }, (_, place) => ({ stroke: colour(SHADES[place % SHADES.length]), width }))],
    axes: [
      { ...axis, values: seconds },
      { ...axis, values: (_, at) => at.map((one) => `${one} %`) },
    ],
  };
}

customElements.define("hotline-whatif", WhatIf);
