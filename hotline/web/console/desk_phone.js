// The phone's panel at the desk: whether this browser is the phone, its headset, how loud both sides are, and the test of it.

import { html, nothing } from "./vendor/lit.js";
import { t } from "./words.js";

/** `known` are the devices that were found, `{microphones, speakers}`, or undefined; `look` finds them; `start` makes this
 * browser the phone of `account`, `giveBack` the one on the desk; `tryIt` begins an echo test, or is null, and `verdict` are
 * the words about one. */
export function phonePanel(phone, { account, known, look, start, giveBack, tryIt, verdict }) {
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
              ${microphones(phone.sound, known)}
            </select></label
          >
          ${speakers(phone.sound, known)}
          <label class="inline">${t("spoken")} <meter class="spoken" min="0" max="1" value="0"></meter></label>
          <label class="inline">${t("heard")} <meter class="heard" min="0" max="1" value="0"></meter></label>
          <p class="quiet" role="status">${verdict}</p>
          <div class="buttons">
            <button ?disabled=${!tryIt} @click=${tryIt}>${t("echo_test")}</button>
            <button @click=${giveBack}>${t("use_desk_phone")}</button>
          </div>`}`;
}

function microphones(sound, known) {
  const used = sound.used();
  const there = known?.microphones ?? [{ id: used, name: sound.microphone?.getAudioTracks()[0]?.label || t("microphone") }];
  return there.map((one) => html`<option value=${one.id} ?selected=${one.id === used}>${one.name || one.id}</option>`);
}

function speakers(sound, known) {
  if (!known?.speakers.length) return nothing;
  const used = sound.heardBy();
  return html`<label
    >${t("speaker")}
    <select @change=${(event) => sound.hearBy(event.target.value)}>
      ${known.speakers.map(
        (one) => html`<option value=${one.id} ?selected=${one.id === used}>${one.name || t("usual")}</option>`,
      )}
    </select></label
  >`;
}
