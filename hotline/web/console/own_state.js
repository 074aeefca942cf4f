// The agent's own state: what they do now and for how long, and the buttons that change it.

import { html, nothing } from "./vendor/lit.js";
import { span } from "./figures.js";
import { t } from "./words.js";

/** Of `desk` as GET /agents/{agent}/desk has it. `live` is the agent on the wire, `now` its clock; `act` orders a path
 * of the agent; `wrapUp` is what ends after-call work. */
export function ownState(desk, { live, now, act, wrapUp }) {
  const state = live?.state ?? desk.state ?? "offline";
  const words = {
    idle: t("idle"),
    offered: t("offered"),
    talking: t("talking"),
    wrap_up: t("wrap_up"),
    paused: t("paused"),
    offline: t("offline"),
  };
  const since = live ? now - live.since : null;
  return html`<h2>${desk.name || desk.agent} ${desk.name ? html`<small>${desk.agent}</small>` : nothing}</h2>
    <p class="state ${state} now">
      <b>${words[state] ?? state}</b> ${live?.reason ? html`<span>${live.reason.replaceAll("_", " ")}</span>` : nothing}
      ${since === null ? nothing : html`<span class="number">${span(since)}</span>`}
    </p>
    ${afterwards(desk, state)}
    <div class="buttons">${buttons(desk, state, act, wrapUp)}</div>`;
}

/** What comes after the work under way, where that is something else than being ready. */
function afterwards({ after }, state) {
  const words = { paused: t("paused"), signed_out: t("offline"), unreachable: t("unreachable") };
  const same = after === state || (after === "signed_out" && state === "offline");
  return words[after] && !same ? html`<p class="quiet">${t("afterwards")} ${words[after]}</p>` : nothing;
}

function buttons(desk, state, act, wrapUp) {
  const signedIn = state !== "offline" || desk.reason === "unreachable";
  if (!signedIn) return html`<button class="main" @click=${() => act("/sign-in")}>${t("to_queues")}</button>`;
  const reasons = desk.pause_reasons ?? ["break"];
  return html`${state === "wrap_up" ? wrapUp : nothing}
    ${state === "paused" || desk.after === "paused"
      ? html`<button class="main" @click=${() => act("/ready")}>${t("ready_again")}</button>`
      : html`<label class="inline"
          >${t("pause")}
          <select @change=${(event) => pause(event.target, act)}>
            <option value="">${t("choose")}</option>
            ${reasons.map((one) => html`<option value=${one}>${one.replaceAll("_", " ")}</option>`)}
          </select></label
        >`}
    <button @click=${() => act("/sign-out")}>${t("from_queues")}</button>`;
}

function pause(choice, act) {
  const reason = choice.value;
  choice.value = "";
  if (reason) act("/pause", { reason });
}
