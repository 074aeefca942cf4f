// The screen pop: who calls, why, how long they have waited, which way they came, and what was before.

import { html, nothing } from "./vendor/lit.js";
import { clock, span } from "./figures.js";
import "./transcript.js";
import { language, t } from "./words.js";

/** The pop of a call, as GET /agents/{agent}/desk has it; `whole`: its numbers, where somebody was shown them; `mayRead`
 * says of an earlier call whether its transcript may be read. */
export function pop(call, { now, zone, whole, mayLook, look, mayRead }) {
  const inwards = call.direction === "in";
  const shown = whole ?? call;
  const who = inwards || call.caller.startsWith("+") ? shown.caller : shown.called;
  const waited = call.queued_at === null ? null : (call.answered_at ?? now) - call.queued_at;
  return html`<p class="who">
      ${who || t("withheld")}
      ${mayLook && !whole ? html`<button @click=${look}>${t("show_number")}</button>` : nothing}
    </p>
    <dl>
      ${line(t("dialled"), inwards ? shown.called : "")} ${line(t("queue"), named(call.queue))}
      ${line(t("why"), call.reason)} ${line(t("caller_waited"), waited === null ? "" : span(waited))}
      ${line(t("speaks"), call.language)}
      ${Object.entries(call.fields).map(([name, value]) => line(named(name), value))}
    </dl>
    ${call.ladder?.turns.length
      ? html`<h3>${t("robot_heard")}</h3>
          <ul class="before">
            ${call.ladder.turns.map((turn) => html`<li>${quoted(turn.said)} · ${named(turn.intent || turn.came_of)} ${sure(turn)}</li>`)}
          </ul>
          <dl>${Object.entries(call.ladder.slots).map(([name, value]) => line(named(name), value))}</dl>`
      : nothing}
    ${call.trail.length
      ? html`<h3>${t("way_here")}</h3>
          <ol class="trail">
            ${call.trail.map((step) => html`<li>${named(step.step)}${step.keys ? html` <kbd>${step.keys}</kbd>` : nothing}</li>`)}
          </ol>`
      : nothing}
    ${call.cases.length
      ? html`<h3>${t("open_cases")}</h3>
          <ul class="before">
            ${call.cases.map((one) => html`<li><b>${one.number}</b> ${named(one.category)} · ${named(one.state)}</li>`)}
          </ul>`
      : nothing}
    ${call.earlier.length
      ? html`<h3>${t("earlier_calls")}</h3>
          <ul class="before">
            ${call.earlier.map(
              (one) =>
                html`<li>
                  ${day(one.arrived_at, zone)} ${named(one.queue)} · ${named(one.outcome)} ${one.agent ?? ""}
                  ${one.transcript && mayRead(one) ? html`<hotline-transcript .call=${one.call} .language=${language()}></hotline-transcript>` : nothing}
                </li>`,
            )}
          </ul>`
      : nothing}`;
}

/** The contact that a campaign shows, or has called. */
export function contact(work) {
  return html`<p class="who">${work.name || work.number}</p>
    <dl>
      ${line(t("campaign"), work.title || work.campaign)} ${line(t("number"), work.number)}
      ${Object.entries(work.attributes ?? {}).map(([name, value]) => line(named(name), value))}
    </dl>`;
}

function line(name, value) {
  return value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing;
}

function named(word) {
  return String(word ?? "").replaceAll("_", " ");
}

function quoted(said) {
  return language().startsWith("zh") ? `“${said}”` : `"${said}"`;
}

/** How sure the robot was, where it took the words for something. */
function sure({ intent, score }) {
  return intent ? new Intl.NumberFormat(language(), { style: "percent" }).format(score) : "";
}

function day(utc, zone) {
  const date = new Intl.DateTimeFormat(language(), { month: "short", day: "numeric", timeZone: zone });
  return `${date.format(new Date(utc * 1000))} ${clock(utc, zone, language(), false)}`;
}
