// What came of a campaign so far: its report, asked for when somebody wants to see it, beside the ledger's own count.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { language, t } from "./words.js";

/** Of the campaign `campaign`. */
class CameOf extends LitElement {
  static properties = {
    campaign: { attribute: false },
    tick: { attribute: false },
    found: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.found = null;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (!changed.has("campaign")) return;
    this.found = null;
    this.said = "";
  }

  async #load() {
    const { campaign } = this;
    this.said = "";
    try {
      const found = await ask(`/campaigns/${encodeURIComponent(campaign)}/report`);
      if (campaign === this.campaign) this.found = found;
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    return html`<p class="buttons"><button @click=${() => this.#load()}>${t("report_now")}</button></p>
      <p role="alert" class="bad">${this.said}</p>
      ${this.found ? this.#report(this.found) : nothing}`;
  }

  #report(one) {
    const number = new Intl.NumberFormat(language());
    const figures = [
      [t("figure_asked"), one.asked],
      [t("denied"), one.denied],
      [t("figure_deferred"), one.deferred],
      [t("figure_dialled"), one.dialled],
      [t("answered_calls"), one.answered],
      [t("figure_connected"), one.connected],
      [t("figure_effective"), one.effective],
      [t("abandoned_calls"), one.abandoned],
    ];
    const agrees = one.agrees === null ? html`<span class="watch">◆ ${t("ledger_away")}</span>` : one.agrees
      ? html`<span class="good">● ${t("ledger_agrees")}</span>`
      : html`<span class="bad">▲ ${t("ledger_differs")}</span>`;
    return html`<dl class="figures-of">${figures.map(([name, value]) => html`<dt>${name}</dt><dd>${number.format(value)}</dd>`)}</dl>
      <p>${agrees}</p>
      ${this.#counts(t("came_of_calls"), one.results)} ${this.#counts(t("came_of_talks"), one.dispositions)} ${this.#counts(t("rules_that_refused"), one.by_rule)}`;
  }

  #counts(name, counts) {
    const rows = Object.entries(counts);
    if (!rows.length) return nothing;
    const most = Math.max(...rows.map(([, count]) => count));
    return html`<table class="counts">
      <caption>
        ${name}
      </caption>
      <tbody>
        ${rows.map(
          ([what, count]) => html`<tr>
            <th scope="row">${what.replaceAll("_", " ")}</th>
            <td><progress max=${most} .value=${count} aria-label=${`${what}: ${count}`}></progress></td>
            <td class="number">${count}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }
}

customElements.define("hotline-came-of", CameOf);
