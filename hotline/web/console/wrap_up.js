// Wrap-up: what ends after-call work, a disposition where one is owed.

import { html } from "./vendor/lit.js";
import { t } from "./words.js";

/** After a campaign's talk its disposition ends the wrap-up, and nothing else. `act` orders a path of the agent. */
export function wrapUp({ campaign }, act) {
  if (campaign?.state !== "noting") {
    return html`<button class="main" @click=${() => act("/wrap-up-done")}>${t("wrap_up_done")}</button>`;
  }
  const said = (disposition) => disposition && act("/disposition", { disposition, attempt: campaign.attempt });
  return html`<label class="inline"
    >${t("came_of_it")}
    <select @change=${(event) => said(event.target.value)} required>
      <option value="">${t("choose")}</option>
      ${campaign.dispositions
        .filter((one) => one.meaning !== "callback")
        .map((one) => html`<option value=${one.name}>${one.title || one.name}</option>`)}
    </select></label
  >`;
}
