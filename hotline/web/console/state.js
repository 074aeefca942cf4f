// How a case stands, for the customer whose case it is: by the token behind # in the address, and nothing else. The page
// names nobody, and asks for one thing.

import { LitElement, html } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { choose, language, loadWords, nameOf, nextLanguage, t } from "./words.js";

const AGAIN_MS = 60_000;

class CaseState extends LitElement {
  static properties = { told: { state: true }, said: { state: true }, turn: { state: true } };

  constructor() {
    super();
    this.told = null;
    this.said = () => "…";
    this.turn = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("hashchange", () => this.#look());
    setInterval(() => !document.hidden && this.#look(), AGAIN_MS);
    this.#begin();
  }

  async #begin() {
    await loadWords();
    this.#look();
  }

  async #look() {
    const token = location.hash.slice(1);
    try {
      this.told = await ask(`/case-state/${encodeURIComponent(decodeURIComponent(token))}`);
      this.number = token.split(".")[0];
    } catch (error) {
      if (this.told === null || !(error instanceof TypeError)) this.told = null;
      this.said = () => (error instanceof TypeError ? t("cannot_reach") : t("state_unknown"));
    }
    document.title = t("state_title");
  }

  #word(state) {
    const words = {
      received: t("state_received"),
      in_work: t("state_in_work"),
      decided: t("state_decided"),
      refunding: t("state_refunding"),
      closed: t("state_closed"),
      withdrawn: t("state_withdrawn"),
      transferred: t("state_transferred"),
    };
    return words[state] ?? state;
  }

  /** The day and the minute, by the clock of whoever looks. */
  #when(utc) {
    return new Intl.DateTimeFormat(language(), { dateStyle: "long", timeStyle: "short" }).format(new Date(utc * 1000));
  }

  #speak() {
    choose(nextLanguage(), true);
    document.title = t("state_title");
    this.turn += 1;
  }

  render() {
    const { told } = this;
    return html`<main class="alone state-page">
      <h1>${told ? t("state_title") : ""}</h1>
      ${told === null
        ? html`<p role="status">${this.said()}</p>`
        : html`<p class="quiet">${t("case_number")} ${this.number}</p>
            <p class="now"><b>${this.#word(told.state)}</b> <span class="quiet">${t("state_since", { at: this.#when(told.since) })}</span></p>
            <ol>
              ${told.timeline.map((step) => html`<li><b>${this.#word(step.state)}</b> <span class="quiet">${this.#when(step.at)}</span></li>`)}
            </ol>`}
      ${told ? html`<button @click=${() => this.#speak()} lang=${nextLanguage()}>${nameOf(nextLanguage())}</button>` : ""}
    </main>`;
  }
}

customElements.define("hotline-case-state", CaseState);
