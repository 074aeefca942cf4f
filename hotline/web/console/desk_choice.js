// Whose desk it is to be: for whoever is no agent themselves.

import { LitElement, html } from "./vendor/lit.js";
import { t } from "./words.js";

/** Event `chosen`: the agent. */
class DeskChoice extends LitElement {
  static properties = { wire: { attribute: false }, tick: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const choose = (agent) => () => this.dispatchEvent(new CustomEvent("chosen", { detail: agent }));
    return html`<main class="alone">
      <h2>${t("whose_desk")}</h2>
      <div class="buttons">
        ${[...this.wire.agents.keys()].sort().map((one) => html`<button @click=${choose(one)}>${one}</button>`)}
      </div>
    </main>`;
  }
}

customElements.define("hotline-desk-choice", DeskChoice);
