// The people whom a campaign was handed, page after page; numbers and names masked, and whole ones audited.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { language, t } from "./words.js";

const PAGE = 50;

/** Of the campaign `campaign`, those in `state`; an empty one is all. */
class Contacts extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    campaign: { attribute: false },
    state: { attribute: false },
    tick: { attribute: false },
    rows: { state: true },
    more: { state: true },
    whole: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.rows = [];
    this.more = false;
    this.whole = false;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (!changed.has("campaign") && !changed.has("state")) return;
    this.rows = [];
    this.whole = false;
    this.#load("");
  }

  async #load(after) {
    const { campaign, state } = this;
    const asked = new URLSearchParams({ most: PAGE });
    if (state) asked.set("state", state);
    if (after) asked.set("after", after);
    if (this.whole) asked.set("numbers", "true");
    this.said = "";
    try {
      const rows = await ask(`/campaigns/${encodeURIComponent(campaign)}/contacts?${asked}`);
      if (campaign !== this.campaign || state !== this.state) return;
      this.rows = after ? [...this.rows, ...rows] : rows;
      this.more = rows.length === PAGE;
    } catch (error) {
      this.said = error.message;
    }
  }

  #reveal() {
    this.whole = !this.whole;
    this.#load("");
  }

  render() {
    return html`<p class="buttons">
        ${this.session.acts.see_numbers === "yes"
          ? html`<button aria-pressed=${this.whole} @click=${() => this.#reveal()}>${t("show_numbers")}</button>`
          : nothing}
      </p>
      <p role="alert" class="bad">${this.said}</p>
      ${this.rows.length ? this.#table() : html`<p class="quiet">${t("nobody_here")}</p>`}
      ${this.more
        ? html`<button @click=${() => this.#load(this.rows.at(-1).cursor)}>${t("more")}</button>`
        : nothing}`;
  }

  #table() {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("person_key")}</th>
          <th scope="col">${t("person")}</th>
          <th scope="col">${t("number")}</th>
          <th scope="col">${t("does")}</th>
          <th scope="col" class="number">${t("tries")}</th>
          <th scope="col">${t("last_result")}</th>
          <th scope="col">${t("due_at")}</th>
        </tr>
      </thead>
      <tbody>
        ${this.rows.map(
          (one) => html`<tr>
            <th scope="row">${one.person}</th>
            <td>${one.name}</td>
            <td>${one.numbers.join(", ")}</td>
            <td>${contactState(one.state)}</td>
            <td class="number">${one.tries}</td>
            <td class="wrap">${one.last_result.replaceAll("_", " ")} <span class="quiet">${one.detail}</span></td>
            <td>${one.due_at === null ? "" : this.#at(one.due_at)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #at(utc) {
    const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }
}

/** A contact's state in words. */
export function contactState(state) {
  return (
    {
      in_hand: t("in_hand"),
      fresh: t("fresh"),
      due: t("due"),
      reached: t("reached"),
      refused: t("refused"),
      spent: t("spent"),
      denied: t("denied"),
    }[state] ?? state
  );
}

customElements.define("hotline-contacts", Contacts);
