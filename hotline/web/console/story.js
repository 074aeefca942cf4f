// One call that is over: what was logged of it, in order; why it went to this agent and to no other; its recordings.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask } from "./orders.js";
import { span } from "./figures.js";
import { language, t } from "./words.js";
import "./player.js";
import "./transcript.js";

/** Of the call `call`. */
class Story extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    call: { attribute: false },
    tick: { attribute: false },
    row: { state: true },
    why: { state: true },
    asking: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.row = null;
    this.why = null;
    this.asking = false;
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has("call")) this.#load();
  }

  async #load() {
    const { call } = this;
    this.row = this.why = null;
    this.said = "";
    this.asking = false;
    try {
      const row = await ask(`/calls/${encodeURIComponent(call)}`);
      if (call === this.call) this.row = row;
    } catch (error) {
      if (call === this.call) this.said = error.message;
    }
  }

  async #explain() {
    const { call } = this;
    this.asking = true;
    this.said = "";
    try {
      const why = await ask(`/calls/${encodeURIComponent(call)}/why`);
      if (call === this.call) this.why = why;
    } catch (error) {
      if (call === this.call) this.said = error.message;
    }
    this.asking = false;
  }

  render() {
    const { row } = this;
    if (!row) return html`<p role="alert" class="bad">${this.said}</p>`;
    const lines = [...this.#lines(row), ...this.#decided()].sort((a, b) => a.at - b.at);
    return html`<h2>${row.caller || t("withheld")} → ${row.called} <small>${row.call}</small></h2>
      <p role="alert" class="bad">${this.said}</p>
      ${row.recordings.map(
        (one) => html`<div class="recording">
          <p>${one.kind === "message" ? t("message") : t("talk")} ${one.talk || ""} <span class="number">${span(one.duration_s)}</span></p>
          ${this.session.acts.hear_recordings === "yes"
            ? html`<hotline-player .src=${one.sound} .tick=${this.tick}></hotline-player>`
            : html`<p class="quiet">${t("not_heard_here")}</p>`}
        </div>`,
      )}
      ${this.session.acts.read_transcripts === "yes" && row.recordings.length
        ? html`<hotline-transcript .call=${row.call} .language=${language()}></hotline-transcript>`
        : nothing}
      <p class="buttons">
        <button class="main" ?disabled=${this.asking || this.why !== null} @click=${() => this.#explain()}>${t("why_so")}</button>
        <span role="status" class="quiet">${this.asking ? t("replaying") : (this.why?.unexplained ?? "")}</span>
      </p>
      <ol class="story">
        ${lines.map(
          (line) => html`<li class=${line.kind ?? ""}>
            <time>${span(line.at - row.arrived_at)}</time>
            <div>
              ${line.what}
              ${line.more?.length ? html`<ul>${line.more.map((one) => html`<li class=${one.kind ?? "quiet"}>${one.what}</li>`)}</ul>` : nothing}
            </div>
          </li>`,
        )}
      </ol>
      ${row.cases.length
        ? html`<h3>${t("cases_of_call")}</h3>
            <ul class="before">
              ${row.cases.map((one) => html`<li>${one.number} ${one.category} ${one.state}</li>`)}
            </ul>`
        : nothing}
      <p class="quiet">${this.#when(row.arrived_at)} · ${row.version}</p>`;
  }

  /** What was logged: each with its instant. */
  #lines(row) {
    const lines = [{ at: row.arrived_at, what: row.direction === "in" ? t("story_arrived") : t("story_began") }];
    for (const step of row.steps) {
      const keys = step.keys ? ` · ${step.keys}` : "";
      lines.push({ at: step.began_at, what: `${step.flow} / ${step.step}: ${step.outcome.replaceAll("_", " ")}${keys}` });
    }
    if (row.queued_at) lines.push({ at: row.queued_at, what: t("story_waits", { queue: row.queue.replaceAll("_", " ") }) });
    for (const leg of row.legs.filter((one) => one.role !== "caller")) {
      lines.push({ at: leg.began_at, what: t("story_rings", { role: leg.role, party: leg.party }) });
      if (leg.answered_at) lines.push({ at: leg.answered_at, what: t("story_answers", { party: leg.party }) });
    }
    for (const talk of row.talks) {
      const whom = talk.agent ?? talk.party;
      lines.push({ at: talk.began_at, kind: "good", what: t("story_talks", { whom }) });
      const held = talk.holds ? ` · ${t("story_held", { times: talk.holds, held: span(talk.held_s) })}` : "";
      const masked = talk.masks ? ` · ${t("story_masked", { masked: span(talk.masked_s) })}` : "";
      const over = t("story_talk_over", { whom, talk: span(talk.ended_at - talk.began_at) });
      lines.push({ at: talk.ended_at, what: `${over}${held}${masked}` });
    }
    for (const one of row.declines) {
      const asked = { agent: one.agent, by: one.asked_by, reason: one.reason };
      lines.push({ at: one.at, what: one.kind === "offer" ? t("story_declines", asked) : t("story_declines_to_be_asked", asked) });
    }
    for (const one of row.dispositions) {
      const said = { agent: one.agent, said: [one.disposition.replaceAll("_", " "), one.note].filter(Boolean).join(" · ") };
      lines.push({ at: one.at, what: one.disposition ? t("story_said", said) : t("story_unsaid", said) });
    }
    for (const one of row.transfers) {
      const whom = `${one.kind === "none" ? "" : one.kind} ${one.target}`.trim();
      const asked = one.consulted ? t("story_consults", { agent: one.agent, whom }) : t("story_hands_on", { agent: one.agent, whom });
      lines.push({ at: one.began_at, what: `${asked}: ${one.outcome.replaceAll("_", " ")}` });
    }
    lines.push({ at: row.ended_at, what: t("story_ended", { cause: row.cause.replaceAll("_", " ") }) });
    return lines;
  }

  /** What a replay of the journal tells: matches with the agents in question, and the gate's answers. */
  #decided() {
    if (this.why === null) return [];
    const words = {
      chosen: t("verdict_chosen"),
      ranked_lower: t("verdict_ranked_lower"),
      held_back: t("verdict_held_back"),
      busy: t("verdict_busy"),
      paused: t("paused"),
      offline: t("offline"),
      unpublished: t("verdict_unpublished"),
      lacks_skill: t("verdict_lacks_skill"),
      not_in_queue: t("verdict_not_in_queue"),
      not_asked_for: t("verdict_not_asked_for"),
    };
    const order = Object.keys(words);
    const number = new Intl.NumberFormat(language(), { maximumFractionDigits: 2 });
    const matches = this.why.decisions.map(({ utc, decision }) => {
      const queue = decision.queue.replaceAll("_", " ");
      const what = decision.agent === null
        ? t("story_no_match", { queue, place: decision.position })
        : t("story_match", { queue, agent: decision.agent });
      const standings = decision.standings.toSorted(
        (a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict) || (a.score ?? 0) - (b.score ?? 0),
      );
      const more = standings.map((one) => ({
        kind: one.verdict === "chosen" ? "good" : "quiet",
        what: `${one.agent}: ${words[one.verdict] ?? one.verdict}${one.detail ? ` (${one.detail})` : ""}${one.score === null ? "" : ` · ${number.format(one.score)}`}`,
      }));
      more.push(...decision.rivals.map((one) => ({ what: t("story_rival", { call: one.call, score: number.format(one.score) }) })));
      const asked = decision.wish ?? decision.expression;
      return { at: utc, kind: "match", what: `${what}${asked ? ` · ${asked}` : ""} · ${decision.policy}`, more };
    });
    const gate = this.why.gate.map(({ utc, answer }) => ({
      at: utc,
      kind: answer.verdict === "allow" ? "good" : "bad",
      what: `${t("governor")}: ${answer.verdict}`,
      more: answer.rule ? [{ what: `${answer.rule}: ${answer.reason}${answer.clause ? ` [${answer.clause}]` : ""}` }] : [],
    }));
    return [...matches, ...gate];
  }

  #when(utc) {
    const zone = this.wire.house.zone;
    return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "medium", timeZone: zone }).format(utc * 1000);
  }
}

customElements.define("hotline-story", Story);
