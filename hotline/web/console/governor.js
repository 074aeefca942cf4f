// The governor as it decides: the last questions with rule and clause, and one call tried now that nobody places.

import { LitElement, html, nothing, repeat } from "./vendor/lit.js";
import { ask, order } from "./orders.js";
import { Asked } from "./asked.js";
import { clock } from "./figures.js";
import { language, t } from "./words.js";

const EVERY_MS = 2_000;
const KEPT = 200;
/** All that the controller keeps: it tells the oldest of them first. */
const MOST = 1_000;
const MARKS = { allow: "●", defer: "◆", deny: "▲" };
const GRADES = { allow: "good", defer: "watch", deny: "bad" };

/** Of whoever may `see_outgoing`; a call is tried by whoever may `ask_gate`. */
class Governor extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    refused: { state: true },
    answer: { state: true },
    said: { state: true },
    scenes: { state: true },
  };

  constructor() {
    super();
    this.refused = false;
    this.answer = null;
    this.said = "";
    this.scenes = [];
    this.last = 0;
    this.feed = new Asked(this, () => `/govern/decisions?after=${this.last}&most=${MOST}`, EVERY_MS, (answer, before) => {
      if (answer.last < this.last) before = []; // another controller counts anew
      this.last = answer.decisions.at(-1)?.row ?? answer.last;
      return [...answer.decisions.toReversed(), ...(before ?? [])].slice(0, KEPT);
    });
  }

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      this.scenes = (await ask("/govern/scenes")).map((one) => one.scene);
    } catch (error) {
      this.said = error.message;
    }
  }

  async #test(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const given = Object.fromEntries([...form].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));
    this.said = "";
    this.answer = null;
    try {
      this.answer = await order("/govern/check", this.session.csrf, given);
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    return html`<section aria-label=${t("test_call")} tabindex="0">
        <h2>${t("test_call")}</h2>
        ${this.session.acts.ask_gate === "yes" ? this.#form() : html`<p class="quiet">${t("test_not_yours")}</p>`}
        <p role="alert" class="bad">${this.said}</p>
        <div role="status">${this.answer ? this.#answer(this.answer) : nothing}</div>
      </section>
      <section aria-label=${t("decisions")} tabindex="0">
        <h2>${t("decisions")}</h2>
        <label class="inline"
          ><input type="checkbox" .checked=${this.refused} @change=${(event) => (this.refused = event.target.checked)} />
          ${t("refused_only")}</label
        >
        <p role="alert" class="bad">${this.feed.error}</p>
        ${this.#feed()}
      </section>`;
  }

  #form() {
    return html`<form class="search" @submit=${(event) => this.#test(event)}>
      <label
        >${t("scene")}
        <select name="scene" required>
          ${this.scenes.map((one) => html`<option value=${one}>${one.replaceAll("_", " ")}</option>`)}
        </select></label
      >
      <label>${t("number")} <input name="number" required autocomplete="off" inputmode="tel" /></label>
      <label>${t("person_key")} <input name="person" autocomplete="off" /></label>
      <label>${t("account")} <input name="account" autocomplete="off" /></label>
      <label>${t("as_of")} <input name="at" type="datetime-local" /></label>
      <button class="main">${t("test_now")}</button>
      <p class="quiet">${t("test_about")}</p>
    </form>`;
  }

  #answer(found) {
    const obligations = Object.entries(found.obligations).filter(([, value]) => (Array.isArray(value) ? value.length : value));
    return html`<p class="verdict ${GRADES[found.verdict]}">${MARKS[found.verdict]} ${this.#verdict(found.verdict)}
        ${found.until_at ? html`<small>${t("not_before", { at: this.#at(found.until) })}</small>` : nothing}</p>
      ${found.reasons.length ? this.#reasons(found.reasons) : nothing}
      <dl>
        <dt>${t("number")}</dt>
        <dd>${found.callee.number} ${(found.callee.kinds ?? []).map(kind).join(", ")} ${(found.callee.zones ?? []).slice(0, 3).join(", ")}</dd>
        ${found.callee.lists?.length ? html`<dt>${t("on_lists")}</dt><dd>${found.callee.lists.join(", ")}</dd>` : nothing}
        ${obligations.map(([name, value]) => html`<dt>${obligation(name)}</dt><dd>${Array.isArray(value) ? value.join(", ") : this.#value(value)}</dd>`)}
        ${found.passed_by.length ? html`<dt>${t("passed_by")}</dt><dd>${found.passed_by.join(", ")}</dd>` : nothing}
        ${found.past_calls
          ? html`<dt>${t("past_calls")}</dt><dd>${Object.entries(found.past_calls).map(([state, count]) => `${count} ${state}`).join(", ") || t("none")}</dd>`
          : nothing}
        <dt>${t("scene")}</dt>
        <dd>${found.scene} ${found.version}</dd>
        <dt>${t("policy")}</dt>
        <dd>${found.policy}</dd>
      </dl>`;
  }

  #reasons(reasons) {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("rule")}</th>
          <th scope="col">${t("because")}</th>
          <th scope="col">${t("clause")}</th>
        </tr>
      </thead>
      <tbody>
        ${reasons.map(
          (one) => html`<tr>
            <th scope="row" class=${GRADES[one.verdict]}>${MARKS[one.verdict]} ${one.rule}</th>
            <td class="wrap">${one.detail}${one.limit === null ? nothing : html` (${one.counted ?? "–"} / ${one.limit})`}</td>
            <td class="wrap">${one.clause}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #feed() {
    const rows = (this.feed.value ?? []).filter((one) => !this.refused || one.verdict !== "allow");
    if (!rows.length) return html`<p class="quiet">${t("no_decisions")}</p>`;
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("at")}</th>
          <th scope="col">${t("verdict")}</th>
          <th scope="col">${t("number")}</th>
          <th scope="col">${t("scene")}</th>
          <th scope="col">${t("rule")}</th>
          <th scope="col">${t("clause")}</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          (one) => one.row,
          (one) => html`<tr>
            <td>${clock(one.at, this.wire.house.zone, language())}</td>
            <td class=${GRADES[one.verdict]}>${MARKS[one.verdict]} ${this.#verdict(one.verdict)}</td>
            <td>${one.number}</td>
            <td>${one.scene.replaceAll("_", " ")} <span class="quiet">${one.campaign || one.source || one.agent || one.origin}</span></td>
            <td class="wrap">
              ${one.rules[0] ?? ""} <span class="quiet">${one.detail}</span>
              ${one.until ? html`<span class="quiet">${t("not_before", { at: this.#at(one.until) })}</span>` : nothing}
            </td>
            <td class="wrap">${one.clause}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #value(value) {
    const words = { always: t("record_always"), never: t("record_never"), true: t("must_yes") };
    return words[value] ?? String(value);
  }

  #verdict(verdict) {
    return { allow: t("allow"), defer: t("defer"), deny: t("deny") }[verdict];
  }

  #at(utc) {
    const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }
}

/** What an allowed call must keep to. */
function obligation(name) {
  const words = {
    caller_ids: t("must_caller_ids"),
    notice: t("must_notice"),
    record: t("must_record"),
    human_only: t("must_human_only"),
    longest_ring_s: t("must_longest_ring_s"),
    least_ring_s: t("must_least_ring_s"),
    caller_id_rests_s: t("must_caller_id_rests_s"),
    caller_id_rests_after: t("must_caller_id_rests_after"),
  };
  return words[name] ?? name.replaceAll("_", " ");
}

/** What a number is. */
function kind(name) {
  return { mobile: t("kind_mobile"), fixed: t("kind_fixed") }[name] ?? name.replaceAll("_", " ");
}

customElements.define("hotline-governor", Governor);
