// History: calls that are over, searched for; what was logged of one, why it went so, its recordings; exports, reports.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { addressOf, ask, askPage } from "./orders.js";
import { span } from "./figures.js";
import { language, t } from "./words.js";
import "./story.js";

const PAGE = 50;
const WORDS = ["number", "since", "until", "queue", "agent", "outcome", "direction", "said"];

/** Of whoever may `search_calls`. `named` is the call that the address names. */
class History extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    named: { attribute: false },
    tick: { attribute: false },
    rows: { state: true },
    next: { state: true },
    said: { state: true },
    reports: { state: true },
    whole: { state: true },
  };

  constructor() {
    super();
    this.rows = null;
    this.next = null;
    this.said = "";
    this.reports = [];
    this.whole = false;
    this.asked = "";
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    this.#search("");
    try {
      this.reports = await ask("/reports");
    } catch (error) {
      this.said = error.message;
    }
  }

  async #search(asked) {
    this.asked = asked;
    await this.#page(`/calls?${asked}${asked ? "&" : ""}most=${PAGE}`, false);
  }

  async #page(path, is_more) {
    const { asked } = this;
    this.said = "";
    try {
      const { rows, next } = await askPage(path);
      if (asked !== this.asked) return;
      this.rows = is_more ? [...this.rows, ...rows] : rows;
      this.next = next;
    } catch (error) {
      this.said = error.message;
    }
  }

  #submitted(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const given = WORDS.map((name) => [name, (form.get(name) ?? "").trim()]).filter(([, value]) => value);
    this.#search(new URLSearchParams(given).toString());
  }

  render() {
    return html`<main class="desk history">
      <section aria-label=${t("search")} tabindex="0">
        <h2>${t("calls_so_far")}</h2>
        ${this.#form()}
        <p role="alert" class="bad">${this.said}</p>
        ${this.rows === null ? nothing : this.rows.length ? this.#table() : html`<p class="quiet">${t("nothing_found")}</p>`}
        ${this.next ? html`<button @click=${() => this.#page(this.next, true)}>${t("more")}</button>` : nothing}
        ${this.rows?.length ? this.#exports() : nothing}
      </section>
      <section aria-label=${t("call")} tabindex="0">
        ${this.named
          ? html`<hotline-story .call=${this.named} .wire=${this.wire} .session=${this.session} .tick=${this.tick}></hotline-story>`
          : html`<p class="quiet">${t("choose_a_call")}</p>`}
        ${this.#reports()}
      </section>
    </main>`;
  }

  #form() {
    const may_look_up = this.session.acts.look_up_number === "yes";
    const options = (name, word, values) =>
      html`<label
        >${word}
        <select name=${name}>
          <option value="">${t("any")}</option>
          ${values.map(([value, text]) => html`<option value=${value}>${text}</option>`)}
        </select></label
      >`;
    const queues = [...this.wire.queues.keys()].sort().map((one) => [one, one.replaceAll("_", " ")]);
    return html`<form class="search" role="search" @submit=${(event) => this.#submitted(event)}>
      ${may_look_up
        ? html`<label>${t("number")} <input name="number" autocomplete="off" inputmode="tel" title=${t("looking_up")} /></label>`
        : nothing}
      <label>${t("since")} <input name="since" type="date" /></label>
      <label>${t("until_day")} <input name="until" type="date" /></label>
      ${options("queue", t("queue"), queues)}
      <label>${t("agent")} <input name="agent" autocomplete="off" /></label>
      ${options("outcome", t("outcome"), Object.entries(outcomes()))} ${options("direction", t("direction"), Object.entries(directions()))}
      ${this.session.acts.read_transcripts === "yes"
        ? html`<label>${t("said")} <input name="said" autocomplete="off" title=${t("searching_said")} /></label>`
        : nothing}
      <button class="main">${t("search")}</button>
    </form>`;
  }

  #table() {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("at")}</th>
          <th scope="col">${t("call_from")}</th>
          <th scope="col">${t("dialled")}</th>
          <th scope="col">${t("queue")}</th>
          <th scope="col">${t("agent")}</th>
          <th scope="col">${t("outcome")}</th>
          <th scope="col" class="number">${t("talk")}</th>
        </tr>
      </thead>
      <tbody>
        ${this.rows.map(
          (one) => html`<tr>
            <th scope="row">
              <button aria-pressed=${one.call === this.named} @click=${() => (location.hash = `#history/${encodeURIComponent(one.call)}`)}>
                ${this.#at(one.arrived_at)}
              </button>
            </th>
            <td>${one.caller || t("withheld")}</td>
            <td>${one.called}</td>
            <td>${one.queue.replaceAll("_", " ")}</td>
            <td>${one.agent ?? ""}</td>
            <td>${outcomes()[one.outcome] ?? one.outcome}</td>
            <td class="number">${one.talk_s === null ? "" : span(one.talk_s)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #exports() {
    const query = `${this.asked}${this.whole ? `${this.asked ? "&" : ""}numbers=true` : ""}`;
    return html`<p class="buttons">
      ${["csv", "xlsx"].map((form) => html`<a href=${addressOf(`/calls.${form}?${query}`)} download="calls.${form}">${t("export", { form })}</a>`)}
      ${this.session.acts.see_numbers === "yes"
        ? html`<label class="inline"
            ><input type="checkbox" .checked=${this.whole} @change=${(event) => (this.whole = event.target.checked)} />
            ${t("show_numbers")}</label
          >`
        : nothing}
    </p>`;
  }

  #reports() {
    const periods = { daily: t("daily"), weekly: t("weekly"), monthly: t("monthly") };
    return html`<h3>${t("reports")}</h3>
      ${this.reports.length ? nothing : html`<p class="quiet">${t("no_reports")}</p>`}
      <ul class="before">
        ${this.reports.slice(0, 60).map(
          (one) => html`<li>
            ${periods[one.period]} ${one.span}
            ${one.forms.map(
              (form) =>
                html` <a href=${addressOf(`/reports/${one.period}-${one.span}.${form}`)} target="_blank" rel="noopener">${form === "html" ? t("with_plots") : form}</a>`,
            )}
          </li>`,
        )}
      </ul>`;
  }

  #at(utc) {
    const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }
}

/** Outcomes of calls in words, by their names in the log. */
export function outcomes() {
  return {
    answered: t("outcome_answered"),
    abandoned: t("outcome_abandoned"),
    self_service: t("outcome_self_service"),
    left_in_menu: t("outcome_left_in_menu"),
    message: t("outcome_message"),
    transferred: t("outcome_transferred"),
    lost: t("outcome_lost"),
    refused: t("outcome_refused"),
    callback: t("outcome_callback"),
    unreached: t("outcome_unreached"),
    cut_off: t("outcome_cut_off"),
  };
}

function directions() {
  return { in: t("direction_in"), out: t("direction_out"), internal: t("direction_internal") };
}

customElements.define("hotline-history", History);
