// The form of a case about the call that an agent has.

import { html } from "./vendor/lit.js";
import { t } from "./words.js";

/** `filed` takes what was written: what, wanted, amount, category. */
export function caseForm(filed) {
  const given = (event) => {
    event.preventDefault();
    filed(Object.fromEntries(new FormData(event.target)));
  };
  return html`<form class="case" @submit=${given}>
    <label>${t("case_what")}<textarea name="what" rows="3" maxlength="5000" required></textarea></label>
    <label>${t("case_wanted")}<textarea name="wanted" rows="2" maxlength="5000" required></textarea></label>
    <label>${t("case_amount")}<input name="amount" autocomplete="off" /></label>
    <label
      >${t("case_category")}
      <select name="category">
        <option value="complaint">${t("complaint")}</option>
        <option value="problem">${t("problem")}</option>
        <option value="question">${t("question")}</option>
      </select></label
    >
    <button class="main">${t("case_file")}</button>
  </form>`;
}
