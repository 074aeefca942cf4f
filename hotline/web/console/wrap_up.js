// Wrap-up: what ends after-call work. A disposition does, of a campaign's talk or of a queue's; where one is owed,
// nothing else.

import { html, nothing } from "./vendor/lit.js";
import { t } from "./words.js";

/** What ends the wrap-up that goes on. `act` orders a path of the agent. */
export function wrapUp({ campaign, disposition }, act) {
  if (campaign?.state === "noting") return choice(campaign, act);
  const asked = disposition?.state === "noting" ? disposition : null;
  return html`${asked ? choice(asked, act) : nothing}
    ${asked?.owed ? nothing : html`<button class="main" @click=${() => act("/wrap-up-done")}>${t("wrap_up_done")}</button>`}`;
}

function choice({ attempt, dispositions }, act) {
  const said = (event) => {
    event.preventDefault();
    act("/disposition", { ...Object.fromEntries(new FormData(event.target)), attempt });
  };
  return html`<form class="came-of-it" @submit=${said}>
    <label
      >${t("came_of_it")}
      <select name="disposition" required>
        <option value="">${t("choose")}</option>
        ${dispositions
          .filter((one) => one.meaning !== "callback")
          .map((one) => html`<option value=${one.name}>${one.title || one.name.replaceAll("_", " ")}</option>`)}
      </select></label
    >
    <label>${t("note")}<input name="note" maxlength="500" autocomplete="off" /></label>
    <button class="main">${t("say_it")}</button>
  </form>`;
}
