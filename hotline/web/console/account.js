// A person's account: the form that signs in, and the one that sets their own password.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { directory, setPassword, signIn, toDirectory } from "./session.js";
import { t } from "./words.js";

/** Signs in by the house's directory, where there is one, or by name and password, and asks for a one-time code where there is one. Event `signed-in`: the session. */
class SignIn extends LitElement {
  static properties = {
    tick: {},
    said: { state: true },
    code: { state: true },
    busy: { state: true },
    directory: { state: true },
  };

  createRenderRoot() {
    return this;
  }

  async connectedCallback() {
    super.connectedCallback();
    this.directory = await directory().catch(() => "");
  }

  async #send(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    this.busy = true;
    try {
      const found = await signIn(given.get("person"), given.get("password"), given.get("code") ?? "");
      if (found.session) this.dispatchEvent(new CustomEvent("signed-in", { detail: found.session }));
      else this.#refused(found);
    } catch {
      this.said = () => t("cannot_reach");
    }
    this.busy = false;
  }

  #refused({ refused, codeNeeded, waitS }) {
    const asked = this.code;
    if (refused === 429) this.said = () => t("too_soon", { seconds: waitS });
    else if (refused === 403) this.said = () => t("not_private");
    else if (codeNeeded && !asked) this.said = () => t("code_needed");
    else if (codeNeeded) this.said = () => t("code_refused");
    else if (refused === 401) this.said = () => t("sign_in_refused");
    else this.said = () => t("cannot_reach");
    this.code = codeNeeded || asked;
  }

  updated(changed) {
    if (changed.has("code") && this.code) this.querySelector("[name=code]").focus();
  }

  render() {
    return html`<form @submit=${(event) => this.#send(event)}>
      <label>${t("person")}<input name="person" autocomplete="username" autocapitalize="none" required /></label>
      <label>
        ${t("password")}<input name="password" type="password" autocomplete="current-password" required />
      </label>
      ${this.code
        ? html`<label>
            ${t("code")}<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="8" required />
          </label>`
        : nothing}
      <p role="alert">${this.said ? this.said() : nothing}</p>
      <button ?disabled=${this.busy}>${t("sign_in")}</button>
      ${this.directory
        ? html`<button type="button" @click=${() => toDirectory()}>
            ${t("sign_in_by", { directory: this.directory })}
          </button>`
        : nothing}
    </form>`;
  }
}

/** Sets the password of whoever is signed in. Events `signed-in`: the session that follows; `left`: not now. */
class NewPassword extends LitElement {
  static properties = { tick: {}, session: {}, said: { state: true }, busy: { state: true } };

  createRenderRoot() {
    return this;
  }

  async #send(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    if (given.get("password") !== given.get("again")) {
      this.said = () => t("not_the_same");
      return;
    }
    this.busy = true;
    try {
      const found = await setPassword(given.get("old") ?? "", given.get("password"), this.session.csrf);
      if (found.session) this.dispatchEvent(new CustomEvent("signed-in", { detail: found.session }));
      else this.said = () => found.refused;
    } catch {
      this.said = () => t("cannot_reach");
    }
    this.busy = false;
  }

  render() {
    return html`<form @submit=${(event) => this.#send(event)}>
      <h2>${t("new_password_of", { person: this.session.title || this.session.person })}</h2>
      <input class="unseen" name="username" autocomplete="username" .value=${this.session.person} aria-hidden="true" tabindex="-1" readonly />
      ${this.session.needs_password
        ? nothing
        : html`<label>
            ${t("old_password")}<input name="old" type="password" autocomplete="current-password" />
          </label>`}
      <label>
        ${t("new_password")}<input name="password" type="password" autocomplete="new-password" minlength="12" required />
      </label>
      <label>${t("again")}<input name="again" type="password" autocomplete="new-password" required /></label>
      <p role="alert">${this.said ? this.said() : nothing}</p>
      <button ?disabled=${this.busy}>${t("keep")}</button>
      <button type="button" @click=${() => this.dispatchEvent(new Event("left"))}>${t("not_now")}</button>
    </form>`;
  }
}

customElements.define("hotline-sign-in", SignIn);
customElements.define("hotline-new-password", NewPassword);
