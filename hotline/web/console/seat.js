// A silent seat: what the robot would say to callers where it is in doubt, for somebody who approves, edits or declines it
// before the deadline. Whoever has this page open and has taken the seat is there; nobody waits for one who is not.

import { LitElement, html, nothing, repeat } from "./vendor/lit.js";
import { Asked } from "./asked.js";
import { span } from "./figures.js";
import { order } from "./orders.js";
import { language, t } from "./words.js";

const STAY_MS = 20_000; // the house forgets a seat a minute after it was taken last
const EVERY_MS = 1_000; // not by the wire, which everybody reads who may watch
const HURRY_S = 5;
const HIDDEN = "•"; // stands for figures that are shown to nobody, and that nobody can say

/** Of whoever may `review_answers`. */
class Seat extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    said: { state: true },
    seated: { state: true },
  };

  constructor() {
    super();
    this.said = "";
    this.seated = false;
    this.chosen = new Map(); // the intent by call
    this.edited = new Map(); // the words by call
    this.asked = new Asked(this, () => "/proposals", EVERY_MS);
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.staying = setInterval(() => this.seated && this.#sit(), STAY_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.staying);
    if (this.seated) this.#do("/seat", undefined, "DELETE");
    this.seated = false;
  }

  willUpdate() {
    for (const kept of [this.chosen, this.edited]) {
      for (const call of kept.keys()) if (!this.#proposals().some((one) => one.call === call)) kept.delete(call);
    }
  }

  /** Those that wait, the oldest first. */
  #proposals() {
    return this.asked.value ?? [];
  }

  async #do(path, body, method) {
    this.said = "";
    try {
      await order(path, this.session.csrf, body, method);
      return true;
    } catch (error) {
      this.said = error.message;
      return false;
    } finally {
      if (this.isConnected) this.asked.again();
    }
  }

  async #sit() {
    this.seated = await this.#do("/seat", {});
  }

  async #leave() {
    if (await this.#do("/seat", undefined, "DELETE")) this.seated = false;
  }

  render() {
    const proposals = this.#proposals();
    return html`<main class="desk">
      <section aria-label=${t("my_seat")}>
        <h2>${t("my_seat")}</h2>
        <p role="status">${this.seated ? html`<span class="good">● ${t("seated")}</span>` : t("not_seated")}</p>
        <p class="buttons">
          ${this.seated
            ? html`<button @click=${() => this.#leave()}>${t("leave_seat")}</button>`
            : html`<button class="main" @click=${() => this.#sit()}>${t("take_seat")}</button>`}
        </p>
        <p role="alert" class="bad">${this.said || this.asked.error}</p>
      </section>
      <section aria-label=${t("proposals")} tabindex="0">
        <h2>${t("proposals")}</h2>
        ${proposals.length
          ? repeat(
              proposals,
              (one) => one.call,
              (one) => this.#proposal(one),
            )
          : html`<p class="quiet nobody">${t("no_proposals")}</p>`}
      </section>
    </main>`;
  }

  #proposal(one) {
    const left = Math.max(0, one.due_at - this.wire.now());
    const path = `/calls/${encodeURIComponent(one.call)}/proposal`;
    const theirs = one.seat && one.seat !== this.session.person;
    const intent = this.chosen.get(one.call) ?? one.candidates[0]?.intent ?? "";
    const words = one.candidates.find((candidate) => candidate.intent === intent)?.text ?? "";
    const text = this.edited.get(one.call) ?? words;
    const approve = () => this.#do(`${path}/approve`, { intent, text: text === words ? "" : text });
    return html`<article class="proposal" aria-label=${t("caller_said", { said: one.said })}>
      <p class="said" lang=${one.language}>${language().startsWith("zh") ? `“${one.said}”` : `"${one.said}"`}</p>
      <p>${one.decision === "asked" ? t("between_two") : t("sure_of_one")} · ${percent(one.score)}</p>
      <p class=${left < HURRY_S ? "bad" : ""}>
        <progress max=${one.due_at - one.opened_at} value=${left} aria-label=${t("time_left")}></progress>
        ${left < HURRY_S ? "▲ " : ""}${t("then_usual_way", { time: span(left) })}
      </p>
      ${theirs ? html`<p class="watch" role="status">◆ ${t("seat_of", { seat: one.seat })}</p>` : nothing}
      <fieldset ?disabled=${theirs}>
        <legend>${t("go_on_with")}</legend>
        ${one.candidates.map(
          (candidate) => html`<label class="inline">
            <input
              type="radio"
              name=${`intent-${one.call}`}
              .checked=${candidate.intent === intent}
              @change=${() => this.#choose(one.call, candidate.intent)}
            />
            ${candidate.name || candidate.intent.replaceAll("_", " ")}
          </label>`,
        )}
        <label
          >${words ? t("robot_says") : t("put_through")}
          <textarea
            rows="3"
            maxlength="300"
            lang=${one.language}
            .value=${text}
            @focus=${() => one.seat || this.#do(`${path}/take`, {})}
            @input=${(event) => this.#edit(one.call, event.target.value)}
          ></textarea>
        </label>
        ${text.includes(HIDDEN) && text !== words ? html`<p class="watch">◆ ${t("hidden_figures")}</p>` : nothing}
        <div class="buttons">
          <button class="main" @click=${approve}>${text === words ? t("approve_answer") : t("say_mine")}</button>
          <button @click=${() => this.#do(`${path}/decline`, {})}>${t("not_right")}</button>
          ${one.seat ? nothing : html`<button @click=${() => this.#do(`${path}/take`, {})}>${t("take_it")}</button>`}
        </div>
      </fieldset>
    </article>`;
  }

  #choose(call, intent) {
    this.chosen.set(call, intent);
    this.edited.delete(call);
    this.requestUpdate();
  }

  #edit(call, text) {
    this.edited.set(call, text);
    this.requestUpdate();
  }
}

function percent(share) {
  return new Intl.NumberFormat(language(), { style: "percent" }).format(share);
}

customElements.define("hotline-seat", Seat);
