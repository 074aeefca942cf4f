// The flow picture: each published flow drawn, with the calls that are in it now, the day's traffic and drop-outs on its
// ways, what lint says, what another version changes, and test cases played in it.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { changeWord, drawn, kindWord, placed, wordOf } from "./flow_drawing.js";
import { percent } from "./figures.js";
import { ask } from "./orders.js";
import { language, t } from "./words.js";
import "./flow_play.js";

const NOW_MS = 2000;
const DAY_MS = 60_000;
const UNITS = 13.4; // of the drawing, for the letters of the page to have the size of all others
const LEAST = 0.7;
const ROOT = "..";

/** Of whoever may `see_flows`. `item`: the flow that is open; empty: the first one. */
class Flows extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    item: {},
    tick: { attribute: false },
    list: { state: true },
    picture: { state: true },
    traffic: { state: true },
    now: { state: true },
    problems: { state: true },
    compared: { state: true },
    step: { state: true },
    moment: { state: true },
    said: { state: true },
    zoom: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.list = this.picture = this.traffic = this.now = this.problems = this.compared = this.moment = null;
    this.step = this.said = this.flow = this.version = "";
    this.zoom = 1;
    this.busy = false;
    this.before = "";
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.timers = [
      setInterval(() => !document.hidden && this.#count(), NOW_MS),
      setInterval(() => !document.hidden && this.#day(), DAY_MS),
    ];
    this.#begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.timers.forEach(clearInterval);
  }

  willUpdate(changed) {
    if (changed.has("item") && this.list) this.#open(this.item || this.flow);
    if (changed.has("picture")) this.begins = true;
    const spoken = language(); // words on the ways take room, too
    if (spoken !== this.spoken || ["picture", "traffic", "compared"].some((one) => changed.has(one))) {
      this.spoken = spoken;
      this.plan = this.picture && placed(this.picture, this.traffic, this.compared);
    }
  }

  /** As large as it fits, and no smaller than can be read; the first step is where one looks first. */
  #fit() {
    const box = this.querySelector(".picture");
    const whole = (box.clientWidth - 40) / (this.plan.width * (this.#scale() / this.zoom));
    this.zoom = Math.max(LEAST, Math.min(1, whole));
  }

  /** The drawing's own size: a rule of the page for its small signs would else have its way. */
  updated(changed) {
    const drawing = this.querySelector("svg.flow");
    if (!drawing) return;
    if (this.begins) this.#fit();
    drawing.style.width = `${this.plan.width * this.#scale()}px`;
    drawing.style.height = `${this.plan.height * this.#scale()}px`;
    if (this.begins) drawing.querySelector(".step.first")?.scrollIntoView({ block: "center", inline: "center" });
    this.begins = false;
    if (changed.has("moment") || changed.has("picture")) drawing.querySelector(".step.at")?.scrollIntoView({ block: "center", inline: "center" });
  }

  #scale() {
    return (this.zoom * parseFloat(getComputedStyle(document.documentElement).fontSize)) / UNITS;
  }

  async #try(does) {
    try {
      return await does();
    } catch (error) {
      if (!(error instanceof TypeError)) this.said = error.message; // that the house is away stands in the head
      return null;
    }
  }

  async #begin(version = "") {
    this.list = await this.#try(() => ask(`/flows?version=${encodeURIComponent(version)}`));
    if (!this.list) return;
    this.version = this.list.version;
    const known = this.list.flows.map((one) => one.flow);
    await this.#open(known.includes(this.item) ? this.item : known.includes(this.flow) ? this.flow : known[0], true);
  }

  /** Show a flow; `anew`: also where it is shown already, of another version. */
  async #open(flow, anew = false) {
    if (!flow || (flow === this.flow && !anew)) return;
    this.flow = flow;
    this.said = this.step = "";
    this.traffic = this.now = this.compared = null;
    const query = new URLSearchParams({ flow, version: this.version });
    const picture = await this.#try(() => ask(`/flows/picture?${query}`));
    if (flow !== this.flow) return; // another one was opened meanwhile
    this.picture = picture;
    await Promise.all([this.#count(), this.#day(), this.before ? this.#compare(this.before) : null]);
  }

  async #count() {
    const { flow } = this;
    if (!flow) return;
    const now = await this.#try(() => ask(`/flows/now?flow=${encodeURIComponent(flow)}`));
    if (now && flow === this.flow) this.now = now.steps;
  }

  async #day() {
    const { flow } = this;
    if (!flow) return;
    const traffic = await this.#try(() => ask(`/flows/traffic?flow=${encodeURIComponent(flow)}`));
    if (traffic && flow === this.flow) this.traffic = traffic;
  }

  async #compare(before) {
    this.before = before;
    this.compared = null;
    if (!before) return;
    const query = new URLSearchParams({ flow: this.flow, before, after: this.version });
    this.compared = await this.#try(() => ask(`/flows/compared?${query}`));
  }

  async #lint() {
    this.busy = true;
    this.problems = await this.#try(() => ask("/flows/problems"));
    this.busy = false;
  }

  /** A moment of a test case: the flow that it is in is shown. */
  #moment(moment) {
    this.moment = moment;
    const at = moment?.at ?? "";
    const flow = at.slice(0, at.lastIndexOf("/"));
    if (flow && flow !== this.flow) this.#open(flow);
  }

  #calls(step) {
    return Object.values(this.now ?? {}).reduce((sum, steps) => sum + (steps[step] ?? 0), 0);
  }

  #found(step) {
    return (this.problems ?? []).filter((one) => one.flow === this.flow && one.step === step);
  }

  /** What the drawing shows of a step beside itself. */
  #marks(step) {
    const named = `${this.flow}/${step}`;
    return {
      selected: step === this.step,
      now: this.#calls(step),
      problems: this.#found(step).length,
      change: this.compared?.steps[step],
      first: step === this.picture.start,
      walked: this.moment?.walked.includes(named),
      at: this.moment?.at === named,
    };
  }

  /** The ways of this flow that a played call went, as FROM→TO. */
  #walked() {
    const steps = [...(this.moment?.walked ?? []), this.moment?.at ?? ""];
    const own = steps.filter((one) => one.startsWith(`${this.flow}/`)).map((one) => one.slice(this.flow.length + 1));
    return new Set(own.slice(1).map((step, at) => `${own[at]}→${step}`));
  }

  render() {
    return html`<main class="flows">
      <section aria-label=${t("flows")} tabindex="0">
        <h2>${t("flows")}</h2>
        ${this.#list()}
      </section>
      <section class="picture" aria-label=${t("flow_picture")} tabindex="0">
        <div class="tools">${this.#tools()}</div>
        <p role="alert" class="bad">${this.said}</p>
        ${this.plan ? this.#drawing() : html`<p role="status">${t("connecting")}</p>`}
      </section>
      <div class="side">
        <section aria-label=${t("flow_step")} tabindex="0">${this.#step()}</section>
        <section aria-label=${t("test_cases")} tabindex="0">
          <h2>${t("test_cases")}</h2>
          <hotline-flow-play
            .version=${this.version}
            .flow=${this.flow}
            .tick=${this.tick}
            @moment=${(event) => this.#moment(event.detail)}
          ></hotline-flow-play>
        </section>
        ${this.compared ? this.#lines() : nothing} ${this.problems ? this.#said() : nothing}
      </div>
    </main>`;
  }

  #list() {
    if (!this.list) return html`<p role="status">${t("connecting")}</p>`;
    return html`<ul class="flow-list">
      ${this.list.flows.map(
        (one) =>
          html`<li>
            <a href="#flows/${encodeURIComponent(one.flow)}" aria-current=${one.flow === this.flow ? "page" : nothing}>${one.flow}</a>
            <span class="quiet">${one.numbers.join(", ")}</span>
            ${one.now ? html`<span class="now">● ${one.now}</span>` : nothing}
          </li>`,
      )}
    </ul>`;
  }

  #tools() {
    const versions = this.list?.versions ?? [];
    const name = (one) => `${one.version}${one.current ? ` · ${t("current_version")}` : ""}`;
    return html`<label class="inline"
        >${t("version")}
        <select class="version" @change=${(event) => this.#begin(event.target.value)}>
          ${versions.map((one) => html`<option value=${one.version} ?selected=${one.version === this.version}>${name(one)}</option>`)}
        </select></label
      >
      <label class="inline"
        >${t("compared_with")}
        <select class="before" @change=${(event) => this.#compare(event.target.value)}>
          <option value="">–</option>
          ${versions
            .filter((one) => one.version !== this.version)
            .map((one) => html`<option value=${one.version} ?selected=${one.version === this.before}>${name(one)}</option>`)}
        </select></label
      >
      <button ?disabled=${this.busy} @click=${() => this.#lint()}>${this.busy ? t("lint_runs") : t("lint")}</button>
      <button @click=${() => (this.zoom /= 1.25)} aria-label=${t("smaller")}>−</button>
      <button @click=${() => (this.zoom *= 1.25)} aria-label=${t("larger")}>+</button>
      ${this.traffic ? html`<span class="quiet">${this.#counted()}</span>` : nothing}`;
  }

  #counted() {
    const { calls, most } = this.traffic;
    return calls < most ? t("of_the_day", { calls }) : t("of_the_newest", { calls });
  }

  #drawing() {
    return drawn(this.plan, {
      traffic: this.traffic,
      marks: (step) => this.#marks(step),
      walked: this.#walked(),
      compared: this.compared,
      choose: (step) => (this.step = this.step === step ? "" : step),
    });
  }

  #step() {
    const gone = this.compared?.gone ?? [];
    const step = [...(this.picture?.steps ?? []), ...gone].find((one) => one.step === this.step);
    if (!step) return html`<p class="quiet">${t("choose_step")}</p>`;
    const counted = this.traffic?.steps[step.step];
    const change = this.compared?.steps[step.step];
    return html`<h2>${step.step} <small>${kindWord(step.kind)} ${change ? html`· ${changeWord(change)}` : nothing}</small></h2>
      ${step.flow ? html`<p>→ <a href="#flows/${encodeURIComponent(step.flow)}">${step.flow}</a></p>` : nothing}
      ${this.#found(step.step).map((one) => html`<p class=${one.warning ? "watch" : "bad"}>▲ ${one.line}:${one.column} ${one.message}</p>`)}
      <dl>
        ${line(t("calls_in_it"), this.#calls(step.step))} ${counted ? line(t("came_to_it"), counted.times) : nothing}
        ${counted ? line(t("hung_up_here"), `${counted.left} · ${percent(counted.left / counted.times, language())}`) : nothing}
        ${Object.entries(step.about).map(([name, value]) => line(name, value))}
      </dl>
      ${step.says.map((one) => this.#spoken(one))}
      <ul class="ways">
        ${step.ways.map((way) => html`<li>${way.words.map((word) => html`<kbd>${wordOf(word)}</kbd> `)} → ${way.to}</li>`)}
      </ul>`;
  }

  #spoken({ phrase, language: only, when }) {
    const texts = Object.entries(this.picture.texts[phrase] ?? {}).filter(([one]) => !only || one === only);
    const sounds = this.picture.sounds[phrase] ?? [];
    return html`<h3>${phrase} ${when ? html`<small>${wordOf(when)}</small>` : nothing}</h3>
      ${texts.map(
        ([one, text]) =>
          html`<p class="phrase" lang=${one}>
            <small class="quiet">${one}</small> ${text}
            ${sounds.includes(one) ? html`<button @click=${() => this.#hear(one, phrase)} aria-label=${t("hear_phrase", { phrase, language: one })}>▶</button>` : nothing}
          </p>`,
      )}`;
  }

  #hear(language_, phrase) {
    this.sound?.pause();
    const query = new URLSearchParams({ phrase, language: language_, version: this.version });
    this.sound = new Audio(`${ROOT}/flows/sound?${query}`);
    this.sound.play().catch(() => (this.said = t("no_sound")));
  }

  #lines() {
    const { lines } = this.compared;
    const kind = (text) => ({ "+": "added", "-": "removed" })[text[0]] ?? "";
    return html`<section aria-label=${t("flow_changes")} tabindex="0">
      <h2>${t("flow_changes")} <small>${this.compared.before} → ${this.compared.after}</small></h2>
      ${lines.length ? html`<pre class="diff" tabindex="0">${lines.map((text) => html`<span class=${kind(text)}>${text}\n</span>`)}</pre>` : html`<p class="quiet">${t("flow_same")}</p>`}
    </section>`;
  }

  /** What lint says of the folder as it stands: of this flow first. */
  #said() {
    const own = (one) => one.flow === this.flow;
    const sorted = [...this.problems].sort((a, b) => own(b) - own(a));
    return html`<section aria-label=${t("lint")} tabindex="0">
      <h2>${t("lint")} <small>${t("of_the_folder")}</small></h2>
      ${sorted.length ? nothing : html`<p class="good">${t("lint_clean")}</p>`}
      <ul class="before">
        ${sorted.map(
          (one) =>
            html`<li class=${one.warning ? "watch" : "bad"}>
              <span class="quiet">${one.file}:${one.line}:${one.column}</span>
              ${own(one) && one.step ? html`<button @click=${() => (this.step = one.step)}>${one.step}</button>` : nothing} ${one.message}
            </li>`,
        )}
      </ul>
    </section>`;
  }
}

function line(name, value) {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

customElements.define("hotline-flows", Flows);
