// Handing a caller on, and consulting somebody first.

import { html, nothing } from "./vendor/lit.js";
import { t } from "./words.js";

/** The form that hands the caller on, or asks somebody first. `desk` has colleagues and queues; `act` orders a path of
 * the call. */
export function handOn(desk, act) {
  const handedOn = (event) => {
    event.preventDefault();
    const to = new FormData(event.target).get("to").trim();
    const how = event.submitter?.value ?? "consultation";
    const briefing = new FormData(event.target).get("briefing").trim();
    if (to) act(`/${how}`, { to, briefing });
  };
  return html`<form class="row hand-on" @submit=${handedOn}>
    <input name="to" list="targets" aria-label=${t("whom")} placeholder=${t("whom")} autocomplete="off" required />
    <datalist id="targets">
      ${desk.colleagues.map((one) => html`<option value=${one.agent}>${one.name}</option>`)}
      ${desk.queues.map((one) => html`<option value=${`queue:${one}`}>${one.replaceAll("_", " ")}</option>`)}
    </datalist>
    <input name="briefing" aria-label=${t("briefing")} placeholder=${t("briefing")} maxlength="500" autocomplete="off" />
    <button name="how" value="consultation">${t("consult")}</button>
    <button name="how" value="transfer">${t("hand_on")}</button>
  </form>`;
}

/** Who asks this agent about a caller, and what they are to know first. */
export function asked(one) {
  const by = one.by_name || one.by;
  return html`<p class="asked" role="status">
      <b>${one.state === "ringing" ? t("asked_by", { by }) : t("asked_talking", { by })}</b>
    </p>
    ${one.briefing ? html`<p class="briefing">${one.briefing}</p>` : nothing}`;
}

/** Who has handed this caller on, and what they have written; `agent` is the one who reads it: a caller whom nobody else
 * took comes back to whoever let them go. */
export function handedOn(one, agent) {
  if (!one) return nothing;
  const by = one.by_name || one.by;
  const back = one.by === agent;
  return html`<p class="asked" role="status"><b>${back ? t("came_back") : t("handed_on_by", { by })}</b></p>
    ${one.briefing && !back ? html`<p class="briefing">${one.briefing}</p>` : nothing}`;
}

/** The one who is consulted, and what may be done with them. */
export function consulting(one, act) {
  const words = {
    checking: t("consult_checking"),
    ringing: t("consult_ringing"),
    talking: t("consult_talking"),
    swapped: t("consult_swapped"),
    conference: t("consult_conference"),
  };
  const there = !["checking", "ringing"].includes(one.state);
  const does = (name) => () => act(`/consultation/${name}`);
  return html`<p role="status"><b>${one.with}</b> ${words[one.state] ?? one.state}</p>
    <div class="buttons">
      ${there
        ? html`<button class="main" @click=${does("connect")}>${t("connect")}</button>
            ${one.state === "conference" ? nothing : html`<button @click=${does("swap")}>${t("swap")}</button>`}
            ${one.state === "conference" ? nothing : html`<button @click=${does("conference")}>${t("conference")}</button>`}`
        : nothing}
      <button @click=${does("give-back")}>${t("give_back")}</button>
    </div>`;
}
