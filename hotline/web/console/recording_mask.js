// The recording's mask: silence in it while the caller speaks a card number, and the sign that it is silent.

import { html, nothing } from "./vendor/lit.js";
import { t } from "./words.js";

/** Of the call, where its talk is recorded. `act` orders a path of the call. */
export function recordingMask({ recording }, act) {
  if (!recording || recording === "off") return nothing;
  const masked = recording === "masked";
  return html`<p class="recording ${masked ? "watch" : ""}" role="status">${masked ? t("masked_now") : t("recorded_now")}</p>
    <div class="buttons">
      <button aria-pressed=${String(masked)} @click=${() => act(`/recording/${masked ? "resume" : "pause"}`)}>
        ${masked ? t("unmask") : t("mask")} <kbd>R</kbd>
      </button>
    </div>`;
}

/** The order that the key for it stands for, or null. */
export function maskOrder(call) {
  const orders = { on: "/recording/pause", masked: "/recording/resume" };
  return orders[call?.recording] ?? null;
}
