// Declining what rings, with a reason that whoever asked reads and the call log keeps.

import { html } from "./vendor/lit.js";
import { t } from "./words.js";

/** `act` orders a path of the agent. */
export function declineForm(act) {
  const declined = async (event) => {
    event.preventDefault();
    const form = event.target;
    const reason = new FormData(form).get("reason").trim();
    if (reason && (await act("/decline", { reason }))) form.reset();
  };
  return html`<form class="row decline" @submit=${declined}>
    <input name="reason" list="decline-reasons" aria-label=${t("decline_reason")} placeholder=${t("decline_reason")} maxlength="100"
      autocomplete="off" required />
    <datalist id="decline-reasons">
      ${[t("decline_busy"), t("decline_not_mine"), t("decline_later")].map((one) => html`<option value=${one}></option>`)}
    </datalist>
    <button>${t("decline")}</button>
  </form>`;
}
