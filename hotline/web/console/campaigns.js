// The campaign desk: campaigns with their progress and pace, orders about them, the governor as it decides, approvals.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { order } from "./orders.js";
import { Asked } from "./asked.js";
import { language, t } from "./words.js";
import { contactState } from "./contacts.js";
import "./pacing.js";
import "./governor.js";
import "./approvals.js";
import "./came_of.js";

const EVERY_MS = 5_000;
const DONE = ["reached", "refused", "spent", "denied"];
const STATES = ["in_hand", "due", "fresh", ...DONE];
/** What may be ordered of a campaign, by its state. */
const MAY = {
  ready: ["start", "stop"],
  running: ["pause", "drain", "stop"],
  paused: ["start", "drain", "stop"],
  draining: ["start", "pause", "stop"],
  stopped: ["start"],
  finished: ["start", "stop"],
};

/** Of whoever may `see_outgoing`. `named` is what stands behind the page's name in the address: a part, or a campaign. */
class Campaigns extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    named: { attribute: false },
    tick: { attribute: false },
    people: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.people = null;
    this.said = "";
    this.asked = new Asked(this, () => "/campaigns", EVERY_MS);
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("named")) this.people = null;
  }

  async #order(campaign, act, reason) {
    this.said = "";
    try {
      const done = await order(`/campaigns/${encodeURIComponent(campaign)}`, this.session.csrf, { act, reason });
      if (!done.changed) this.said = done.detail;
      await this.asked.again();
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    const { wire, session, tick } = this;
    const part = { "!governor": "governor", "!approvals": "approvals" }[this.named] ?? "campaigns";
    return html`<main class="desk campaigns">
      <p class="parts">
        ${this.#part("", t("campaigns"), part === "campaigns")} ${this.#part("!governor", t("governor"), part === "governor")}
        ${this.#part("!approvals", t("approvals"), part === "approvals")}
      </p>
      ${part === "governor"
        ? html`<hotline-governor .wire=${wire} .session=${session} .tick=${tick}></hotline-governor>`
        : part === "approvals"
          ? html`<hotline-approvals .wire=${wire} .session=${session} .tick=${tick}></hotline-approvals>`
          : this.#campaigns()}
    </main>`;
  }

  #part(name, word, is_shown) {
    return html`<button aria-pressed=${is_shown} @click=${() => (location.hash = name ? `#campaigns/${name}` : "#campaigns")}>${word}</button>`;
  }

  #campaigns() {
    const rows = this.asked.value ?? [];
    const chosen = rows.find((one) => one.campaign === this.named) ?? rows[0];
    return html`<section aria-label=${t("campaigns")} tabindex="0">
        <h2>${t("campaigns")}</h2>
        <p role="alert" class="bad">${this.asked.error}</p>
        ${this.asked.value && !rows.length ? html`<p class="quiet">${t("no_campaigns")}</p>` : nothing}
        ${rows.length ? this.#table(rows, chosen) : nothing}
      </section>
      <section aria-label=${t("campaign")} tabindex="0">${chosen ? this.#chosen(chosen) : nothing}</section>`;
  }

  #table(rows, chosen) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("campaign")}</th>
          <th scope="col">${t("does")}</th>
          <th scope="col">${t("progress")}</th>
          <th scope="col" class="number">${t("in_hand")}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((one) => {
          const done = DONE.reduce((sum, state) => sum + (one.by_state[state] ?? 0), 0);
          const told = t("done_of", { done, people: one.people });
          return html`<tr>
            <th scope="row">
              <button aria-pressed=${one === chosen} @click=${() => (location.hash = `#campaigns/${encodeURIComponent(one.campaign)}`)}>
                ${one.title || one.campaign.replaceAll("_", " ")}
              </button>
            </th>
            <td class="state ${one.state}">${stateOf(one.state)} <span class="quiet below">${modeOf(one.mode)}</span></td>
            <td><progress max=${Math.max(1, one.people)} .value=${done} aria-label=${told}></progress> <span class="quiet below">${told}</span></td>
            <td class="number">${one.by_state.in_hand ?? 0}</td>
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  #chosen(one) {
    return html`<h2>${one.title || one.campaign} <small>${one.campaign} · ${one.scene.replaceAll("_", " ")}</small></h2>
      <p class="now ${one.state}">
        <b>${stateOf(one.state)}</b>
        <span>${modeOf(one.mode)}</span>
        ${one.why ? html`<span class="watch">◆ ${whyOf(one.why)} ${one.until ? t("until", { at: this.#at(one.until) }) : ""}</span>` : nothing}
        ${one.author ? html`<span class="quiet">${one.author}${one.reason ? `: ${one.reason}` : ""}</span>` : nothing}
      </p>
      ${one.missing_lists.length ? html`<p class="watch">◆ ${t("missing_lists", { lists: one.missing_lists.join(", ") })}</p>` : nothing}
      ${this.session.acts.order_campaigns === "yes" ? this.#orders(one) : nothing}
      <p role="alert" class="bad">${this.said}</p>
      <p class="buttons" role="group" aria-label=${t("people")}>
        <span class="quiet">${t("untouched", { count: one.untouched })}</span>
        ${STATES.filter((state) => one.by_state[state]).map(
          (state) =>
            html`<button aria-pressed=${this.people === state} @click=${() => (this.people = this.people === state ? null : state)}>
              ${contactState(state)} ${one.by_state[state]}
            </button>`,
        )}
      </p>
      ${this.people
        ? html`<hotline-contacts
            .wire=${this.wire}
            .session=${this.session}
            .campaign=${one.campaign}
            .state=${this.people}
            .tick=${this.tick}
          ></hotline-contacts>`
        : nothing}
      <h3>${t("pacing")}</h3>
      <hotline-pacing .wire=${this.wire} .campaign=${one.campaign} .tick=${this.tick}></hotline-pacing>
      <h3>${t("came_of_campaign")}</h3>
      <hotline-came-of .campaign=${one.campaign} .tick=${this.tick}></hotline-came-of>`;
  }

  #orders(one) {
    const words = { start: t("start"), pause: t("pause_campaign"), drain: t("drain"), stop: t("stop") };
    const send = (event) => {
      event.preventDefault();
      const reason = event.target.elements.reason.value.trim();
      this.#order(one.campaign, event.submitter.value, reason);
      event.target.reset();
    };
    return html`<form class="search" @submit=${send}>
      <label>${t("reason")} <input name="reason" required maxlength="500" autocomplete="off" /></label>
      ${Object.entries(words).map(
        ([act, word]) =>
          html`<button value=${act} class=${act === "stop" ? "end" : act === "start" ? "answer" : ""} ?disabled=${!MAY[one.state].includes(act)}>
            ${word}
          </button>`,
      )}
    </form>`;
  }

  #at(utc) {
    const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }
}

function stateOf(state) {
  return (
    {
      ready: t("campaign_ready"),
      running: t("running"),
      paused: t("campaign_paused"),
      draining: t("draining"),
      stopped: t("stopped"),
      finished: t("finished"),
    }[state] ?? state
  );
}

function modeOf(mode) {
  return (
    {
      preview: t("mode_preview"),
      progressive: t("mode_progressive"),
      predictive: t("mode_predictive"),
      agentless: t("mode_agentless"),
    }[mode] ?? mode
  );
}

/** Why it dials as it does now, or does not. */
function whyOf(why) {
  return (
    {
      few_agents: t("why_few_agents"),
      no_history: t("why_no_history"),
      budget: t("why_budget"),
      shared_agents: t("why_shared_agents"),
      outside_hours: t("why_outside_hours"),
      out_of_service: t("why_out_of_service"),
    }[why] ?? why.replaceAll("_", " ")
  );
}

customElements.define("hotline-campaigns", Campaigns);
