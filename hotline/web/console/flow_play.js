// A test case of `hotline try`, played step by step: what the caller hears and does, and where in the flows that is.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { t } from "./words.js";

const PACE_MS = 1200;

/** Of the version `version`. Event `moment`: `{walked, at}` so far, steps as FLOW/STEP; null when nothing is played. */
class FlowPlay extends LitElement {
  static properties = {
    version: {},
    flow: {},
    tick: { attribute: false },
    cases: { state: true },
    told: { state: true },
    place: { state: true },
    said: { state: true },
    runs: { state: true },
  };

  constructor() {
    super();
    this.cases = [];
    this.told = null;
    this.place = -1;
    this.said = "";
    this.runs = false;
  }

  createRenderRoot() {
    return this;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  willUpdate(changed) {
    if (changed.has("version") && this.version) this.#list();
  }

  async #list() {
    this.#close();
    try {
      this.cases = await ask(`/flows/tests?version=${encodeURIComponent(this.version)}`);
    } catch (error) {
      this.said = error.message;
    }
  }

  async #begin(name) {
    this.#close();
    if (!name) return;
    try {
      const query = new URLSearchParams({ case: name, version: this.version });
      this.told = await ask(`/flows/played?${query}`);
      this.#go(0);
    } catch (error) {
      this.said = error.message;
    }
  }

  #close() {
    this.#run(false);
    this.told = null;
    this.place = -1;
    this.said = "";
    this.dispatchEvent(new CustomEvent("moment", { detail: null }));
  }

  #go(place) {
    const { course } = this.told;
    this.place = Math.max(0, Math.min(course.length - 1, place));
    if (place >= course.length - 1) this.#run(false);
    const before = course.slice(0, this.place + 1);
    const walked = before.flatMap((moment) => moment.walked);
    const last = before.findLast((moment) => moment.at || moment.walked.length);
    const at = course[this.place]?.at || last?.at || walked.at(-1) || "";
    this.dispatchEvent(new CustomEvent("moment", { detail: { walked, at } }));
  }

  #run(runs) {
    clearInterval(this.timer);
    this.runs = runs;
    if (runs) this.timer = setInterval(() => this.#go(this.place + 1), PACE_MS);
  }

  updated() {
    this.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }

  render() {
    if (!this.cases.length) return html`<p class="quiet">${this.said || t("no_test_cases")}</p>`;
    const own = this.cases.filter((one) => one.flow === this.flow);
    const others = this.cases.filter((one) => one.flow !== this.flow);
    const option = (one) => html`<option value=${one.case} ?selected=${one.case === this.told?.case}>${one.case}</option>`;
    return html`<label class="inline"
        >${t("test_case")}
        <select class="test-case" @change=${(event) => this.#begin(event.target.value)}>
          <option value="">${t("choose")}</option>
          ${own.map(option)}
          ${others.length ? html`<optgroup label=${t("other_flows")}>${others.map(option)}</optgroup>` : nothing}
        </select></label
      >
      <p role="alert" class="bad">${this.said}</p>
      ${this.told ? this.#course() : nothing}`;
  }

  #course() {
    const { course, ok, differences, place } = this.told;
    const marks = { heard: "♪", does: "→", sees: "✓", differs: "✗" };
    return html`<p class=${ok ? "good" : "bad"}>${ok ? t("as_expected") : t("another_way")} <span class="quiet">${place}</span></p>
      ${differences.map((one) => html`<p class="bad">${one}</p>`)}
      <div class="buttons">
        <button @click=${() => this.#go(0)} aria-label=${t("to_begin")}>|◀</button>
        <button @click=${() => this.#go(this.place - 1)} ?disabled=${this.place <= 0}>◀ ${t("step_back")}</button>
        <button class="main" @click=${() => this.#go(this.place + 1)} ?disabled=${this.place >= course.length - 1}>${t("step_on")} ▶</button>
        <button aria-pressed=${String(this.runs)} @click=${() => this.#run(!this.runs)}>${this.runs ? t("pause_play") : t("play_case")}</button>
        <button @click=${() => this.#close()}>${t("end_play")}</button>
      </div>
      <ol class="course" tabindex="0" aria-label=${t("test_case")}>
        ${course.map(
          (moment, at) =>
            html`<li class="${moment.kind} ${at > this.place ? "later" : ""}" aria-current=${at === this.place ? "true" : nothing}>
              ${marks[moment.kind]} ${moment.text} ${moment.at ? html`<small class="quiet">${moment.at}</small>` : nothing}
            </li>`,
        )}
      </ol>`;
  }
}

customElements.define("hotline-flow-play", FlowPlay);
