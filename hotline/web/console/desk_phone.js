// The phone's panel at the desk: whether this browser is the phone, its microphone, and how loud both sides are.

import { html } from "./vendor/lit.js";
import { t } from "./words.js";

/** `known` are the microphones that were found, `{id, name}`, or undefined; `look` finds them; `start` makes this browser
 * the phone of `account`, `giveBack` the one on the desk. */
export function phonePanel(phone, { account, known, look, start, giveBack }) {
  const words = {
    off: t("phone_off"),
    starting: t("phone_starting"),
    connecting: t("phone_connecting"),
    ready: t("phone_ready"),
    refused: t("phone_refused"),
  };
  const grade = { ready: "good", off: "", starting: "" }[phone.state] ?? "watch";
  return html`<h2>${t("phone")}</h2>
    <p class="phone ${grade}" role="status">${words[phone.state]} ${phone.state === "refused" ? phone.why : ""}</p>
    ${phone.state === "off"
      ? html`<button class="main" @click=${start}>${t("use_this_browser")}</button>
          <p class="quiet">${t("or_desk_phone", { account })}</p>`
      : html`<label
            >${t("microphone")}
            <select @focus=${look} @change=${(event) => phone.use(event.target.value)}>
              ${choices(phone.sound, known)}
            </select></label
          >
          <label class="inline">${t("spoken")} <meter class="spoken" min="0" max="1" value="0"></meter></label>
          <label class="inline">${t("heard")} <meter class="heard" min="0" max="1" value="0"></meter></label>
          <div class="buttons"><button @click=${giveBack}>${t("use_desk_phone")}</button></div>`}`;
}

function choices(sound, known) {
  const used = sound.used();
  const there = known ?? [{ id: used, name: sound.microphone?.getAudioTracks()[0]?.label || t("microphone") }];
  return there.map((one) => html`<option value=${one.id} ?selected=${one.id === used}>${one.name || one.id}</option>`);
}
