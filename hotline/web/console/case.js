// One case: what the customer said, the calls with their recordings, the stages, the clocks, what may be done, the log.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { categoryWord, clockWord, entryWord, fieldWord, gradeOfDue, left, moment, named, stageWord } from "./case_words.js";
import { span } from "./figures.js";
import { ask, order } from "./orders.js";
import { language, t } from "./words.js";
import "./case_acts.js";
import "./player.js";

const LOOK_MS = 5_000;
const WAY = [
  ...["received", "accepted", "graded", "dispatched", "answered", "investigated"],
  ...["decided", "notified", "explained", "closed"],
];
const BESIDE = { approved: "decided", in_review: "notified", refunding: "notified", refunded: "notified" };
const OPEN_CLOCKS = ["running", "paused", "overdue"];

/** The case `number`. Whoever is signed in may `see_cases`. */
class Case extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    number: {},
    tick: { attribute: false },
    told: { state: true },
    calls: { state: true },
    whole: { state: true },
    said: { state: true },
    link: { state: true },
  };

  constructor() {
    super();
    this.#forget();
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.looking = setInterval(() => !document.hidden && this.#look(), LOOK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  willUpdate(changed) {
    if (!changed.has("number")) return;
    this.#forget();
    this.#look();
  }

  #forget() {
    this.told = this.whole = null;
    this.calls = new Map();
    this.said = this.link = "";
  }

  get #path() {
    return `/cases/${encodeURIComponent(this.number)}`;
  }

  async #look() {
    const { number } = this;
    try {
      const told = await ask(`${this.#path}/desk`);
      if (number !== this.number) return; // another case was opened meanwhile
      this.told = told;
      const named = [...told.calls, ...told.origin.map((one) => one.call)];
      for (const call of new Set(named.filter(Boolean))) if (!this.calls.has(call)) this.#find(call);
    } catch (error) {
      if (!(error instanceof TypeError)) this.said = error.message; // that the house is away stands in the head
    }
  }

  /** A call of the log; one that still goes on, or is another system's, is not in it. */
  async #find(call) {
    this.calls.set(call, null);
    try {
      this.calls = new Map(this.calls).set(call, await ask(`/calls/${encodeURIComponent(call)}`));
    } catch {
      this.calls.delete(call);
    }
  }

  async #do(path, body) {
    this.said = "";
    try {
      return await order(path, this.session.csrf, body);
    } catch (error) {
      this.said = error.message;
      return null;
    } finally {
      this.#look();
    }
  }

  async #numbers() {
    try {
      this.whole = await ask(`${this.#path}/whole`);
    } catch (error) {
      this.said = error.message;
    }
  }

  async #customersLink() {
    const made = await this.#do(`${this.#path}/token`);
    if (made) this.link = new URL(`state.html#${made.token}`, location.href).href;
  }

  render() {
    const { told } = this;
    const back = html`<a href="#cases">← ${t("cases")}</a>`;
    if (told === null) {
      return html`<main class="cases"><section><p>${back}</p><p role="status">${this.said || t("connecting")}</p></section></main>`;
    }
    const zone = this.wire.house.zone;
    return html`<main class="cases one-case">
      <section class="case-head" aria-label=${t("case_number")}>${this.#headline(back)} ${this.#way()}</section>
      <section class="story" aria-label=${t("case_story")} tabindex="0">
        <h2>${t("customer_said")}</h2>
        ${this.#contacts(zone)}
        <h2>${t("calls_of_it")}</h2>
        ${this.#callsOfIt(zone)}
        <h2>${t("case_log")}</h2>
        ${this.#log(zone)}
      </section>
      <div class="side">
        <section aria-label=${t("what_may_be_done")}>
          <h2>${t("what_may_be_done")}</h2>
          <hotline-case-acts .told=${told} .session=${this.session} .tick=${this.tick} @done=${() => this.#look()}></hotline-case-acts>
        </section>
        <section aria-label=${t("case_clocks")}>
          <h2>${t("case_clocks")}</h2>
          ${this.#clocks(zone)}
        </section>
        ${this.#proposals(zone)} ${this.#told(zone)} ${this.#customer()}
      </div>
    </main>`;
  }

  #headline(back) {
    const { told, whole } = this;
    const { state, choices } = told;
    const mayLook = this.session.acts.see_numbers === "yes";
    const shown = whole ?? told;
    return html`<p>${back}</p>
      <h2>${told.case} <small>${[choices.grade[state.grade] ?? named(state.grade), categoryWord(told.category)].filter(Boolean).join(" · ")}</small></h2>
      <p role="alert" class="bad">${this.said}</p>
      <dl>
        ${line(t("case_customer"), html`${shown.caller || t("withheld")} ${shown.account ?? ""}
        ${mayLook && !whole ? html`<button @click=${() => this.#numbers()}>${t("show_number")}</button>` : nothing}`)}
        ${line(fieldWord("department"), choices.department[state.department] ?? named(state.department))}
        ${line(t("case_handler"), state.handler || t("case_nobody"))}
        ${state.decision ? line(fieldWord("decision"), named(state.decision)) : nothing}
        ${state.awarded ? line(t("case_refund"), `${state.refunded} / ${state.awarded}`) : nothing}
        ${state.waits_for ? line(fieldWord("for"), named(state.waits_for)) : nothing}
      </dl>`;
  }

  /** The stages along the way that a case goes, and where this one is. */
  #way() {
    const { stage, link, into } = this.told.state;
    if (link === "merged") return html`<p>${entryWord("merged")} → <a href="#cases/${into}">${into}</a></p>`;
    const at = WAY.indexOf(BESIDE[stage] ?? stage);
    const gone = new Set(this.told.stages.map((one) => BESIDE[one.stage] ?? one.stage));
    return html`<ol class="way">
      ${WAY.map(
        (one, place) =>
          html`<li class=${at >= 0 ? (place < at ? "gone" : "") : gone.has(one) ? "gone" : ""} aria-current=${place === at ? "step" : nothing}>
            ${stageWord(place === at ? stage : one)}
          </li>`,
      )}
      ${at < 0 ? html`<li aria-current="step">${stageWord(stage)}</li>` : nothing}
    </ol>`;
  }

  #contacts(zone) {
    const { contacts } = this.whole ?? this.told;
    if (!contacts.length) return html`<p class="quiet">${t("nothing_said")}</p>`;
    return html`<ol class="contacts">
      ${contacts.map(
        (one) =>
          html`<li>
            <p class="quiet">${moment(one.at, zone)} · ${named(one.channel)} · ${one.caller || one.name || t("withheld")} ${one.account}</p>
            ${one.subject ? html`<p><b>${one.subject}</b></p>` : nothing}
            <p class="text">${one.text}</p>
          </li>`,
      )}
    </ol>`;
  }

  #callsOfIt(zone) {
    const { told, calls } = this;
    const shown = [...calls.values()].filter(Boolean);
    if (!shown.length) return html`<p class="quiet">${told.calls.length ? t("call_not_in_log") : t("no_call_of_it")}</p>`;
    return shown.map((call) => this.#call(call, zone));
  }

  #call(call, zone) {
    const hears = this.session.acts.hear_recordings === "yes";
    const waited = call.queued_at ? (call.answered_at ?? call.ended_at) - call.queued_at : null;
    const steps = call.steps.filter((step) => !step.step.includes("."));
    return html`<article>
      <p>
        <b>${moment(call.arrived_at, zone)}</b> ${call.caller} → ${call.called} · ${named(call.queue)} ${call.agent ?? ""} ·
        ${named(call.outcome)} ${waited === null ? nothing : html`· ${t("caller_waited")} ${span(waited)}`}
      </p>
      ${steps.length
        ? html`<ol class="trail">
            ${steps.map((step) => html`<li>${named(step.step)}${step.keys ? html` <kbd>${step.keys}</kbd>` : nothing}</li>`)}
          </ol>`
        : nothing}
      ${call.recordings.length ? nothing : html`<p class="quiet">${t("not_recorded")}</p>`}
      ${hears
        ? call.recordings.map((one) => html`<hotline-player .src=${one.sound} .tick=${this.tick}></hotline-player>`)
        : nothing}
    </article>`;
  }

  #log(zone) {
    const whole = new Map((this.whole?.entries ?? []).map((one) => [one.number, one]));
    const entries = this.told.entries.map((one) => whole.get(one.number) ?? one).reverse();
    return html`<ol class="log">
      ${entries.map(
        (entry) =>
          html`<li>
            <p>
              <span class="quiet">${entry.number} · ${moment(entry.at, zone)}</span> <b>${entryWord(entry.kind)}</b> ${entry.author}
              ${entry.replaces ? html`<span class="quiet">${t("in_place_of", { number: entry.replaces })}</span>` : nothing}
            </p>
            ${Object.keys(entry.fields).length ? html`<p class="quiet">${this.#fields(entry.fields)}</p>` : nothing}
          </li>`,
      )}
    </ol>`;
  }

  /** What an entry says, in words. */
  #fields(fields) {
    const { grade, department } = this.told.choices;
    const words = { grade: (one) => grade[one] ?? named(one), department: (one) => department[one] ?? named(one), category: categoryWord };
    const lines = Object.entries(fields).map(([name, value]) => `${fieldWord(name)}: ${words[name]?.(value) ?? said(value)}`);
    return lines.join(" · ");
  }

  #clocks(zone) {
    const { clocks } = this.told;
    if (!clocks.length) return html`<p class="quiet">${t("no_clock")}</p>`;
    const now = this.wire.now();
    return html`<ul class="clocks">
      ${clocks.map((one) => {
        const open = OPEN_CLOCKS.includes(one.state);
        const grade = !open ? "" : one.state === "overdue" ? "bad" : one.state === "paused" ? "watch" : gradeOfDue(one.due_at, now);
        return html`<li class=${grade}>
          <details>
            <summary>
              <b>${named(one.clock)}</b>
              <span class=${grade}>${open && one.due_at !== null ? left(one.due_at, now) : clockWord(one.state)}</span>
              <span class="quiet">${one.due_at === null ? "" : moment(one.due_at, zone)}</span>
            </summary>
            <ul class="quiet">${one.lines.map((text) => html`<li>${text}</li>`)}</ul>
          </details>
        </li>`;
      })}
    </ul>`;
  }

  /** Matches and origins that wait for an answer, and those that have one. */
  #proposals(zone) {
    const { matches, origin, merged } = this.told;
    if (!matches.length && !origin.length && !merged.length) return nothing;
    const handles = this.session.acts.handle_cases === "yes";
    return html`<section aria-label=${t("belongs_together")}>
      <h2>${t("belongs_together")}</h2>
      ${merged.map((one) => html`<p>${entryWord("merged")}: <a href="#cases/${one}">${one}</a></p>`)}
      ${matches.map((one) => {
        const other = one.case === this.told.case ? one.other : one.case;
        return html`<div class="proposal">
          <p><a href="#cases/${other}">${other}</a> <span class="quiet">${one.reasons.join(" · ")}</span></p>
          ${one.state === "asked" && handles
            ? html`<div class="buttons">
                <button class="main" @click=${() => this.#merge(one)}>${t("same_matter")}</button>
                <button @click=${() => this.#do(`/cases/${one.case}/apart`, { other: one.other })}>${t("two_matters")}</button>
              </div>`
            : html`<p class="quiet">${{ apart: t("two_matters"), merged: t("same_matter") }[one.state] ?? t("not_answered")}</p>`}
        </div>`;
      })}
      ${origin.map(
        (one) =>
          html`<div class="proposal">
            <p>
              ${t("placed_call")} ${moment(one.call_at, zone)} · ${named(one.scene)} ${one.agent}
              <span class="quiet">${one.reasons.join(" · ")}</span>
            </p>
            <p class="quiet">
              ${Object.entries(one.facts)
                .filter(([, value]) => value !== null && typeof value !== "object")
                .map(([name, value]) => `${named(name)} ${value}`)
                .join(" · ")}
            </p>
            ${one.state === "asked" && handles
              ? html`<div class="buttons">
                  <button class="main" @click=${() => this.#origin(one, true)}>${t("is_about_it")}</button>
                  <button @click=${() => this.#origin(one, false)}>${t("is_not_about_it")}</button>
                </div>`
              : html`<p class="quiet">${{ linked: t("is_about_it"), apart: t("is_not_about_it") }[one.state] ?? t("not_answered")}</p>`}
          </div>`,
      )}
    </section>`;
  }

  #merge(match) {
    this.#do(`/cases/${match.case}/acts`, { kind: "merged", fields: { into: match.other } });
  }

  #origin(one, isOrigin) {
    this.#do(`${this.#path}/origin`, { attempt: one.attempt, is_origin: isOrigin });
  }

  #told(zone) {
    const { notices, followups } = this.told;
    return html`${notices.length
      ? html`<section aria-label=${t("case_notices")}>
          <h2>${t("case_notices")}</h2>
          <ul class="before">
            ${notices.map(
              (one) =>
                html`<li>
                  <span class="quiet">${moment(one.told_at, zone)}</span>
                  ${one.clock ? html`<b>${named(one.clock)}</b> ${one.kind === "breach" ? clockWord("overdue") : t("due_soon")}` : html`${one.text} ${one.tell?.join(", ")}`}
                </li>`,
            )}
          </ul>
        </section>`
      : nothing}
    ${followups.length
      ? html`<section aria-label=${t("case_follow_ups")}>
          <h2>${t("case_follow_ups")}</h2>
          <ul class="before">
            ${followups.map(
              (one) => html`<li><b>${one.number}</b> ${named(one.rule)} · ${named(one.state)} · ${moment(one.since, zone)} – ${moment(one.until, zone)}</li>`,
            )}
          </ul>
        </section>`
      : nothing}`;
  }

  #customer() {
    if (this.session.acts.handle_cases !== "yes") return nothing;
    return html`<section aria-label=${t("customers_page")}>
      <h2>${t("customers_page")}</h2>
      ${this.link
        ? html`<p><a class="customers-link" href=${this.link} target="_blank" rel="noopener">${this.link}</a></p>`
        : html`<button @click=${() => this.#customersLink()}>${t("make_link")}</button>`}
      <p class="quiet">${t("customers_page_about")}</p>
    </section>`;
  }
}

function line(name, value) {
  return html`<dt>${name}</dt><dd>${value || "–"}</dd>`;
}

/** A field's value in words. */
function said(value) {
  if (Array.isArray(value)) return value.map(said).join(", ");
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${named(name)} ${said(one)}`)
      .join(", ");
  }
  return typeof value === "number" ? new Intl.NumberFormat(language(), { useGrouping: false }).format(value) : String(value);
}

customElements.define("hotline-case", Case);
