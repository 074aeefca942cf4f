// Talk controls: answer, refuse, hang up, mute, hold, keys; by buttons and by the keyboard.

import { html, nothing } from "./vendor/lit.js";
import { t } from "./words.js";

const KEYS = [..."123456789*0#"];

/** Of the phone in the page; `keypad` says whether its keys are shown, `toggle` shows them or not. */
export function talkControls(phone, { keypad, toggle }) {
  const { call } = phone;
  if (!call) return html`<p class="quiet">${t("at_desk_phone")}</p>`;
  if (call.state === "ringing") {
    return html`<div class="buttons">
      <button class="main answer" @click=${() => phone.answer()}>${t("answer")} <kbd>A</kbd></button>
      <button class="end" @click=${() => phone.hangUp()}>${t("refuse")} <kbd>X</kbd></button>
    </div>`;
  }
  return html`<div class="buttons">
      <button class="end" @click=${() => phone.hangUp()}>${t("hang_up")} <kbd>X</kbd></button>
      <button aria-pressed=${String(call.muted)} @click=${() => phone.mute(!call.muted)}>
        ${call.muted ? t("unmute") : t("mute")} <kbd>M</kbd>
      </button>
      <button aria-pressed=${String(call.held)} @click=${() => phone.hold(!call.held)}>
        ${call.held ? t("resume") : t("hold")} <kbd>H</kbd>
      </button>
      <button aria-expanded=${String(keypad)} @click=${toggle}>${t("keypad")}</button>
    </div>
    ${keypad
      ? html`<div class="keys">${KEYS.map((one) => html`<button @click=${() => phone.key(one)}>${one}</button>`)}</div>`
      : nothing}`;
}

/** Do what a key of the keyboard stands for, `mask` that of the recording's; nothing while somebody writes. */
export function takeKey(event, phone, mask) {
  const writes = event.target.closest?.("input, textarea, select");
  if (writes || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const { call } = phone;
  const does = {
    a: () => phone.answer(),
    x: () => phone.hangUp(),
    m: () => phone.mute(!call?.muted),
    h: () => phone.hold(!call?.held),
    r: mask,
  };
  const key = event.key.toLowerCase();
  if (does[key]) does[key]();
  else if (call?.state === "talking" && KEYS.includes(event.key)) phone.key(event.key);
}
