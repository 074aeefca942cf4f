// Approvals by a second person: the policy that waits and the scenes, each with what it changes, line by line.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { ask, order } from "./orders.js";
import { Asked } from "./asked.js";
import { language, t } from "./words.js";

const EVERY_MS = 5_000;
const POLICY = Symbol("policy");

/** Of whoever may `see_outgoing`; the word is of who may `approve_scenes` and `approve_policies`. */
class Approvals extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    shown: { state: true },
    diff: { state: true },
    said: { state: true },
  };

  constructor() {
    super();
    this.shown = null;
    this.diff = null;
    this.said = "";
    this.scenes = new Asked(this, () => "/govern/scenes", EVERY_MS);
    this.policy = new Asked(this, () => "/govern/policy", EVERY_MS);
  }

  createRenderRoot() {
    return this;
  }

  async #show(what) {
    this.shown = what;
    this.diff = null;
    this.said = "";
    if (what === POLICY) return;
    try {
      const diff = await ask(`/govern/scenes/${encodeURIComponent(what)}/diff`);
      if (this.shown === what) this.diff = diff;
    } catch (error) {
      this.said = error.message;
    }
  }

  async #do(path, body) {
    this.said = "";
    try {
      await order(path, this.session.csrf, body);
      this.policy.again();
      await this.scenes.again();
      this.said = "";
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    return html`<section aria-label=${t("approvals")} tabindex="0">
        <h2>${t("policy")}</h2>
        ${this.policy.value ? this.#policy(this.policy.value) : html`<p class="bad" role="alert">${this.policy.error}</p>`}
        <h2>${t("scenes")}</h2>
        <p role="alert" class="bad">${this.scenes.error}</p>
        ${this.#scenes()}
      </section>
      <section aria-label=${t("changes")} tabindex="0">
        <p role="alert" class="bad">${this.said}</p>
        ${this.shown === null ? html`<p class="quiet">${t("choose_to_approve")}</p>` : this.shown === POLICY ? this.#policyDiff() : this.#sceneDiff()}
      </section>`;
  }

  #policy(now) {
    return html`<dl>
        <dt>${t("rules_now")}</dt>
        <dd>${now.rules ?? "–"} ${now.since ? html`<span class="quiet">${this.#at(now.since)} ${now.approvers.join(", ")}</span>` : nothing}</dd>
        <dt>${t("published")}</dt>
        <dd class=${now.waits ? "watch" : "good"}>${now.waits ? "◆" : "●"} ${now.published} ${now.waits ? t("waits_for_approval") : t("rules_word")}</dd>
        ${now.waits && now.published_refused ? html`<dt>${t("because")}</dt><dd>${now.published_refused}</dd>` : nothing}
        ${now.trouble ? html`<dt>${t("trouble")}</dt><dd class="bad">▲ ${now.trouble}</dd>` : nothing}
      </dl>
      <button aria-pressed=${this.shown === POLICY} @click=${() => this.#show(POLICY)}>${t("see_policy")}</button>`;
  }

  #scenes() {
    const scenes = this.scenes.value ?? [];
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("scene")}</th>
          <th scope="col">${t("approved")}</th>
          <th scope="col">${t("approvers")}</th>
        </tr>
      </thead>
      <tbody>
        ${scenes.map(
          (one) => html`<tr>
            <th scope="row">
              <button aria-pressed=${this.shown === one.scene} @click=${() => this.#show(one.scene)}>${one.scene.replaceAll("_", " ")}</button>
              <span class="quiet">${one.settings.category} ${one.settings.channel}</span>
            </th>
            <td class="wrap ${one.may_call ? "good" : "watch"}">${one.may_call ? html`● ${t("may_call")}` : html`◆ ${one.refused}`}</td>
            <td>${one.approvers.join(", ")} <span class="quiet">${one.approvers.length} / ${one.approvals_needed}</span></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #policyDiff() {
    const now = this.policy.value;
    if (!now) return nothing;
    const { added, removed, changed, lines } = now.diff;
    const may = this.session.acts.approve_policies === "yes";
    return html`<h2>${t("policy")} <small>${now.rules ?? "–"} → ${now.published}</small></h2>
      ${this.#named(t("added"), added)} ${this.#named(t("removed"), removed)} ${this.#named(t("changed"), changed)}
      ${this.#lines(lines)}
      ${may && now.waits
        ? this.#form(t("approve"), "/govern/policy/approve", (given) => ({ policy: now.published, ...given }), ["effective_from"])
        : nothing}
      ${may && now.rules ? this.#form(t("roll_back"), "/govern/policy/rollback", (given) => ({ policy: now.rules, ...given })) : nothing}
      ${may ? nothing : html`<p class="quiet">${t("approve_not_yours")}</p>`}`;
  }

  #sceneDiff() {
    const scene = this.scenes.value?.find((one) => one.scene === this.shown);
    const found = this.diff;
    if (!scene) return nothing;
    const may = this.session.acts.approve_scenes === "yes";
    return html`<h2>${scene.scene.replaceAll("_", " ")} <small>${scene.version}</small></h2>
      <dl>
        <dt>${t("owner")}</dt>
        <dd>${scene.settings.owner || "–"}</dd>
        <dt>${t("written_by")}</dt>
        <dd>${scene.settings.author || scene.published_by || "–"}</dd>
      </dl>
      ${found
        ? html`<p>
              ${found.approved
                ? t("approved_before", { version: found.approved.version, by: found.approved.approver, at: this.#at(found.approved.at) })
                : t("never_approved")}
            </p>
            ${found.trouble ? html`<p class="watch">◆ ${found.trouble}</p>` : nothing}
            ${this.#named(t("changed"), found.changed)}
            ${found.approved && found.policy[0] && found.policy[0] !== found.policy[1]
              ? html`<p>${t("policy_changed", { before: found.policy[0], after: found.policy[1] })}</p>`
              : nothing}
            ${this.#lines(found.lines)}`
        : nothing}
      ${may
        ? this.#form(t("approve"), "/govern/scenes/approve", (given) => ({ scenes: [scene.scene], ...given }), ["effective_from", "effective_until"])
        : html`<p class="quiet">${t("approve_not_yours")}</p>`}
      ${may && scene.approvers.length
        ? this.#form(t("withdraw"), "/govern/scenes/withdraw", (given) => ({ scenes: [scene.scene], ...given }))
        : nothing}`;
  }

  #form(name, path, body, days = []) {
    const send = async (event) => {
      event.preventDefault();
      const given = Object.fromEntries([...new FormData(event.target)].filter(([, value]) => value.trim()));
      event.target.reset();
      await this.#do(path, body(given));
    };
    const words = { effective_from: t("from_day"), effective_until: t("until_day") };
    return html`<form class="search" @submit=${send}>
      <label>${t("reason")} <input name="reason" required maxlength="255" autocomplete="off" /></label>
      ${days.map((one) => html`<label>${words[one]} <input name=${one} type="date" /></label>`)}
      <button class="main">${name}</button>
    </form>`;
  }

  #named(word, names) {
    return names.length ? html`<p>${word}: ${names.map((one) => html`<code>${one}</code> `)}</p>` : nothing;
  }

  #lines(lines) {
    if (!lines.length) return html`<p class="quiet">${t("no_changes")}</p>`;
    const of = (line) => (/^(\+\+\+|---|@@)/.test(line) ? "quiet" : { "+": "good", "-": "bad" }[line[0]] ?? "");
    return html`<pre class="diff" tabindex="0" aria-label=${t("changes")}>${lines.map((line) => html`<span class=${of(line)}>${line}\n</span>`)}</pre>`;
  }

  #at(utc) {
    const parts = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false };
    return new Intl.DateTimeFormat(language(), { ...parts, timeZone: this.wire.house.zone }).format(utc * 1000);
  }
}

customElements.define("hotline-approvals", Approvals);
