// The inbox of cases by due time, with filters that the address keeps: #cases, #cases?handler=li; one case: #cases/NUMBER.

import { LitElement, html, nothing, repeat } from "./vendor/lit.js";
import { categoryWord, clockWord, gradeOfDue, left, moment, named, stageWord } from "./case_words.js";
import { ask } from "./orders.js";
import { t } from "./words.js";
import "./case.js";

const LOOK_MS = 10_000;
const KEPT = "hotline-cases";
const MARKS = { bad: "▲", watch: "◆", good: "" };

/** Of whoever may `see_cases`. `item`: the case that is open; empty: the inbox. */
class Cases extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    item: {},
    tick: { attribute: false },
    page: { state: true },
    said: { state: true },
    filters: { state: true },
  };

  constructor() {
    super();
    this.page = null;
    this.said = "";
    this.filters = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
    this.more = this.asked = [];
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.looking = setInterval(() => !this.item && !document.hidden && this.#look(), LOOK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.looking);
  }

  willUpdate(changed) {
    if (changed.has("item") && !this.item) this.#look();
  }

  #query(after = "") {
    const { whose, due, ...plain } = this.filters;
    const query = new URLSearchParams(Object.entries(plain).filter(([, value]) => value));
    if (whose === "mine") query.set("handler", this.session.person);
    if (whose === "free") query.set("free", "true");
    if (due === "overdue") query.set("overdue", "true");
    if (due === "day") query.set("due_in_days", "1");
    if (plain.open === "all") query.set("open", "false");
    else query.delete("open");
    if (after) query.set("after", after);
    return `/cases/inbox?${query}`;
  }

  async #look() {
    try {
      this.page = await ask(this.#query());
      this.asked = [...(await ask("/cases/matches")), ...(await ask("/cases/origins"))];
      this.more = [];
      this.said = "";
    } catch (error) {
      if (!(error instanceof TypeError)) this.said = error.message; // that the house is away stands in the head
    }
  }

  async #next() {
    try {
      const page = await ask(this.#query(this.page.next));
      this.more = [...this.more, ...page.cases];
      this.page = { ...this.page, next: page.next };
    } catch (error) {
      this.said = error.message;
    }
  }

  #filter(name, value) {
    this.filters = { ...this.filters, [name]: value };
    sessionStorage.setItem(KEPT, JSON.stringify(this.filters));
    this.#look();
  }

  #open(event) {
    event.preventDefault();
    const number = new FormData(event.target).get("case").trim();
    if (number) location.hash = `#cases/${encodeURIComponent(number)}`;
  }

  render() {
    if (this.item) {
      return html`<hotline-case
        .wire=${this.wire}
        .session=${this.session}
        .number=${this.item}
        .tick=${this.tick}
      ></hotline-case>`;
    }
    const zone = this.wire.house.zone;
    return html`<main class="cases">
      <section class="filters" aria-label=${t("case_filters")}>${this.#filters()}</section>
      <section aria-label=${t("inbox")} tabindex="0">
        <p role="alert" class="bad">${this.said}</p>
        ${this.page === null ? html`<p role="status">${t("connecting")}</p>` : this.#table(zone)}
      </section>
    </main>`;
  }

  #filters() {
    const choices = this.page?.choices ?? { department: {}, grade: {}, stage: [] };
    return html`<form class="row" @submit=${(event) => this.#open(event)}>
        <label class="inline">${t("case_number")} <input name="case" inputmode="numeric" size="14" autocomplete="off" /></label>
        <button>${t("show_case")}</button>
      </form>
      ${this.#choice("whose", t("case_whose"), { mine: t("case_mine"), free: t("nobodys") })}
      ${this.#choice("due", t("case_due"), { overdue: t("clock_overdue"), day: t("within_a_day") })}
      ${this.#choice("department", t("field_department"), choices.department)}
      ${this.#choice("grade", t("field_grade"), choices.grade)}
      ${this.#choice("stage", t("case_stage"), Object.fromEntries(choices.stage.map((one) => [one, stageWord(one)])))}
      ${this.#choice("open", t("case_which"), { all: t("closed_too") })}`;
  }

  #choice(name, label, values) {
    const chosen = this.filters[name] ?? "";
    return html`<label class="inline"
      >${label}
      <select @change=${(event) => this.#filter(name, event.target.value)}>
        <option value="" ?selected=${chosen === ""}>${name === "open" ? t("only_open") : t("case_all")}</option>
        ${Object.entries(values).map(([value, word]) => html`<option value=${value} ?selected=${value === chosen}>${word}</option>`)}
      </select></label
    >`;
  }

  #table(zone) {
    const rows = [...this.page.cases, ...this.more];
    if (!rows.length) return html`<p class="quiet">${t("no_cases")}</p>`;
    return html`${this.#asked()}
      <table>
        <thead>
          <tr>
            <th scope="col">${t("case_due")}</th>
            <th scope="col">${t("case_number")}</th>
            <th scope="col">${t("field_grade")}</th>
            <th scope="col">${t("case_stage")}</th>
            <th scope="col">${t("field_department")}</th>
            <th scope="col">${t("case_handler")}</th>
            <th scope="col">${t("case_customer")}</th>
            <th scope="col">${t("came_in")}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row) => row.case,
            (row) => this.#row(row, zone),
          )}
        </tbody>
      </table>
      ${this.page.next ? html`<button @click=${() => this.#next()}>${t("case_more")}</button>` : nothing}`;
  }

  /** Proposals that wait for an answer: cases that may be one matter, or about a call that was placed. */
  #asked() {
    if (!this.asked.length) return nothing;
    return html`<details class="asked">
      <summary>◆ ${t("proposals_wait", { count: this.asked.length })}</summary>
      <ul>
        ${this.asked.map(
          (one) =>
            html`<li>
              <a href="#cases/${one.case}">${one.case}</a> ${one.other ? html`· <a href="#cases/${one.other}">${one.other}</a>` : html`· ${named(one.scene)}`}
              <span class="quiet">${one.reasons.join(" · ")}</span>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  #row(row, zone) {
    const now = this.wire.now();
    const grade = gradeOfDue(row.due_at, now);
    const { department, grade: grades } = this.page.choices;
    return html`<tr>
      <td class="due">
        ${row.due_at === null
          ? html`<span class="quiet">${row.clocks.length ? clockWord("paused") : t("no_clock")}</span>`
          : html`<b class=${grade}>${MARKS[grade]} ${left(row.due_at, now)}</b>
              <span class="quiet">${named(row.clocks[0]?.clock)} · ${moment(row.due_at, zone)}</span>`}
      </td>
      <th scope="row"><a href="#cases/${row.case}">${row.case}</a></th>
      <td>
        ${grades[row.grade] ?? named(row.grade)} ${row.is_unsure ? html`<span class="watch">◆ ${t("case_unsure")}</span>` : nothing}
        <span class="quiet">${categoryWord(row.category)}</span>
      </td>
      <td>${stageWord(row.stage)} ${row.link === "merged" ? html`<span class="quiet">→ ${row.into}</span>` : nothing}</td>
      <td>${department[row.department] ?? named(row.department)}</td>
      <td>${row.handler || html`<span class="quiet">${t("case_nobody")}</span>`}</td>
      <td>${row.caller || row.account} <span class="quiet">${named(row.product)}</span></td>
      <td>${moment(row.opened_at, zone)}</td>
    </tr>`;
  }
}

customElements.define("hotline-cases", Cases);
