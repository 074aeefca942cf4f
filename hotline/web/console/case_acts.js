// What may be done with a case now: a button for each act that the tables allow, and the form of the one that is chosen.
// What stands in the way of an act is told in its place; what only a lead does, the house offers to nobody else.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { actWord, fieldWord } from "./case_words.js";
import { order } from "./orders.js";
import { t } from "./words.js";

const LONG = ["text", "reason", "cause", "decision"];
const AWAITED = ["customer", "department", "regulator"];
const MOVES_NOTHING = ["contact", "noted", "followed_up", "recused", "waiting", "resumed", "extended", "merged"];

/** Of the case `told`, as GET /cases/{case}/desk has it. Event `done` when an act was. */
class CaseActs extends LitElement {
  static properties = {
    told: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    chosen: { state: true },
    said: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    this.chosen = "";
    this.said = "";
    this.busy = false;
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("told") && !this.told.acts.some((one) => one.kind === this.chosen)) this.chosen = "";
  }

  updated(changed) {
    if (changed.has("chosen") && this.chosen) this.querySelector("form [name]")?.focus();
  }

  async #do(kind, given) {
    const { author, ...fields } = given;
    const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
    if ("amount" in filled) filled.amount = Number(filled.amount);
    this.said = "";
    this.busy = true;
    try {
      const path = `/cases/${encodeURIComponent(this.told.case)}/acts`;
      await order(path, this.session.csrf, { kind, fields: filled, ...(author ? { author } : {}) });
      this.chosen = "";
      this.dispatchEvent(new Event("done"));
    } catch (error) {
      this.said = error.message;
    }
    this.busy = false;
  }

  #sent(event, act) {
    event.preventDefault();
    this.#do(act.kind, Object.fromEntries(new FormData(event.target)));
  }

  #choose(act) {
    this.said = "";
    if (this.#fields(act).length) this.chosen = this.chosen === act.kind ? "" : act.kind;
    else this.#do(act.kind, {});
  }

  /** More time is approved by whoever is signed in, and asked for by a colleague. */
  #fields(act) {
    const fields = act.needs.map((name) => ({ name, needed: true }));
    if (act.kind === "extended") {
      fields.splice(fields.findIndex((one) => one.name === "approver"), 1);
      fields.push({ name: "author", needed: true });
    }
    return [...fields, ...act.also.map((name) => ({ name, needed: false }))];
  }

  render() {
    const { acts } = this.told;
    if (!acts.length) return html`<p class="quiet">${t("acts_not_yours")}</p>`;
    const moves = acts.filter((act) => !MOVES_NOTHING.includes(act.kind));
    const others = acts.filter((act) => MOVES_NOTHING.includes(act.kind));
    const open = acts.find((act) => act.kind === this.chosen);
    return html`<div class="buttons">${moves.map((act) => this.#button(act, "main"))}</div>
      <div class="buttons">${others.map((act) => this.#button(act, ""))}</div>
      <p role="alert" class="bad">${this.said}</p>
      ${open ? this.#form(open) : nothing}
      ${acts.some((act) => act.why_not)
        ? html`<ul class="why-not">
            ${acts.filter((act) => act.why_not).map((act) => html`<li><b>${actWord(act.kind)}</b> ${act.why_not}</li>`)}
          </ul>`
        : nothing}`;
  }

  #button(act, kind) {
    return html`<button
      class=${kind}
      ?disabled=${this.busy || act.why_not !== ""}
      aria-expanded=${String(act.kind === this.chosen)}
      @click=${() => this.#choose(act)}
    >
      ${actWord(act.kind)}
    </button>`;
  }

  #form(act) {
    return html`<form @submit=${(event) => this.#sent(event, act)}>
      <h3>${actWord(act.kind)}</h3>
      ${this.#fields(act).map((field) => this.#field(field))}
      <div class="buttons">
        <button class="main" ?disabled=${this.busy}>${actWord(act.kind)}</button>
        <button type="button" @click=${() => (this.chosen = "")}>${t("not_now")}</button>
      </div>
    </form>`;
  }

  #field({ name, needed }) {
    const mark = needed ? "" : t("may_be_left_out");
    return html`<label>${fieldWord(name)} <small>${mark}</small>${this.#input(name, needed)}</label>`;
  }

  #input(name, needed) {
    const { choices } = this.told;
    const known = name === "for" ? Object.fromEntries(AWAITED.map((one) => [one, this.#awaited(one)])) : choices[name];
    if (known && Object.keys(known).length) {
      return html`<select name=${name} ?required=${needed}>
        <option value="">${t("choose")}</option>
        ${Object.entries(known).map(([value, word]) => html`<option value=${value}>${word}</option>`)}
      </select>`;
    }
    if (LONG.includes(name)) return html`<textarea name=${name} rows="2" maxlength="5000" ?required=${needed}></textarea>`;
    if (name === "amount") return html`<input name="amount" type="number" min="0" step="0.01" ?required=${needed} />`;
    if (name === "into") {
      return html`<input name="into" list="likely" autocomplete="off" ?required=${needed} />
        <datalist id="likely">${this.#likely().map((one) => html`<option value=${one}></option>`)}</datalist>`;
    }
    return html`<input
      name=${name}
      autocomplete="off"
      .value=${name === "person" && this.chosen === "recused" ? this.session.person : ""}
      ?required=${needed}
    />`;
  }

  #awaited(one) {
    return { customer: t("waits_customer"), department: t("waits_department"), regulator: t("waits_regulator") }[one];
  }

  #likely() {
    const { matches, case: own } = this.told;
    return [...new Set(matches.flatMap((match) => [match.case, match.other]).filter((one) => one !== own))];
  }
}

customElements.define("hotline-case-acts", CaseActs);
