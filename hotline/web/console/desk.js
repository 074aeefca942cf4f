// The agent's desk: their state, the phone, the call with its screen pop, and what may be done with it.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { span } from "./figures.js";
import { ask, order, socketAddress } from "./orders.js";
import { Phone } from "./phone.js";
import { contact, pop } from "./pop.js";
import { t } from "./words.js";

/** One for the window, whatever page it shows: a talk goes on while somebody looks at the wallboard. */
const phone = new Phone();
phone.addEventListener("change", () => {
  if (phone.call?.state === "ringing" && !location.hash.startsWith("#desk")) location.hash = "#desk";
});
addEventListener("signed-out", () => phone.stop());

const KEPT = "hotline-desk-phone";
const LOOK_MS = 2000; // while somebody is consulted, of which the wire does not tell
const METER_MS = 100;
const KEYS = [..."123456789*0#"];

/** Of the agent `agent`. Whoever is signed in may `work` as they. */
class Desk extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    agent: {},
    tick: { attribute: false },
    desk: { state: true },
    said: { state: true },
    opened: { state: true },
    whole: { state: true },
    turn: { state: true },
  };

  constructor() {
    super();
    this.desk = null;
    this.said = "";
    this.opened = ""; // the form that is open: case, keys
    this.whole = null;
    this.phone = phone;
    this.onChange = () => {
      this.turn += 1;
      if (phone.call && !this.desk?.call) this.#look(); // the phone is sooner than the wire
    };
    this.onReady = () => this.#takeAlong();
    this.turn = 0;
    this.seen = "";
    this.asked = this.shown = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onKey = (event) => this.#key(event);
    addEventListener("keydown", this.onKey);
    phone.addEventListener("change", this.onChange);
    phone.addEventListener("ready", this.onReady);
    this.meter = setInterval(() => this.#measure(), METER_MS);
    this.looking = setInterval(() => this.desk?.call?.consultation && this.#look(), LOOK_MS);
  }

  /** The agent is known, or another one: the phone that the window had is theirs, or goes. */
  updated(changed) {
    if (!changed.has("agent")) return;
    if (phone.agent !== this.agent) phone.stop();
    phone.agent = this.agent;
    if (phone.state === "off" && localStorage.getItem(KEPT) === this.agent) this.#start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("keydown", this.onKey);
    clearInterval(this.meter);
    clearInterval(this.looking);
    phone.removeEventListener("change", this.onChange);
    phone.removeEventListener("ready", this.onReady);
  }

  willUpdate() {
    // The wire says that something has changed; what it is, the controller is asked once.
    const state = this.wire.agents.get(this.agent);
    const call = this.#live();
    const seen = [state?.state, state?.reason, state?.since, call?.call, call?.place, call?.agent, this.wire.cutSince].join();
    if (seen !== this.seen) {
      this.seen = seen;
      this.#look();
    }
  }

  /** The call as the wire has it: of the agent, or of their phone. */
  #live() {
    const mine = (call) => call.agent === this.agent || (call.direction !== "in" && call.caller === this.desk?.account);
    const order = { talking: 0, offered: 1 };
    return [...this.wire.calls.values()].filter(mine).sort((a, b) => (order[a.place] ?? 2) - (order[b.place] ?? 2))[0];
  }

  async #look() {
    const turn = (this.asked += 1);
    try {
      const before = this.desk?.call?.call;
      const desk = await ask(`/agents/${encodeURIComponent(this.agent)}/desk`);
      if (turn < this.shown) return; // what was asked later is here already
      this.shown = turn;
      this.desk = desk;
      if (desk.call?.call !== before) {
        this.whole = null;
        this.opened = "";
      }
    } catch (error) {
      if (!(error instanceof TypeError)) this.said = error.message; // that the house is away stands in the head
    }
  }

  /** Order something, say what stood in the way, and look at what holds then. */
  async #do(path, body, method) {
    this.said = "";
    try {
      return await order(path, this.session.csrf, body, method);
    } catch (error) {
      this.said = error.message;
      return null;
    } finally {
      this.#look();
    }
  }

  /** The house's own words, or words of ours in the language that is spoken now. */
  #saying() {
    return typeof this.said === "function" ? this.said() : this.said;
  }

  #of(path) {
    return `/agents/${encodeURIComponent(this.agent)}${path}`;
  }

  #ofCall(path) {
    return `/calls/${encodeURIComponent(this.desk.call.call)}${path}`;
  }

  // the phone

  async #start() {
    const lend = () => order(this.#of("/phone"), this.session.csrf);
    this.said = "";
    try {
      await this.phone.start(lend, socketAddress(this.#of("/phone/sip")));
      localStorage.setItem(KEPT, this.agent);
    } catch (error) {
      const none = error.name === "NotAllowedError" || error.name === "NotFoundError";
      this.said = none ? () => t("no_microphone") : error.message;
    }
  }

  async #giveBack() {
    localStorage.removeItem(KEPT);
    this.phone.stop();
    await this.#do(this.#of("/phone"), undefined, "DELETE");
  }

  /** Loaded anew in the middle of a talk: it is called to this page, which answers by itself. */
  async #takeAlong() {
    await this.#look();
    if (this.phone.call || this.desk?.state !== "talking" || this.desk.call?.place !== "talking") return;
    await this.#do(this.#of("/talk/move"));
  }

  #measure() {
    for (const side of ["spoken", "heard"]) {
      const meter = this.querySelector(`meter.${side}`);
      if (meter) meter.value = this.phone.sound.level(side);
    }
  }

  #key(event) {
    const writes = event.target.closest?.("input, textarea, select");
    if (writes || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const { call } = this.phone;
    const key = event.key.toLowerCase();
    const does = {
      a: () => this.phone.answer(),
      x: () => this.phone.hangUp(),
      m: () => this.phone.mute(!call?.muted),
      h: () => this.phone.hold(!call?.held),
    };
    if (does[key]) does[key]();
    else if (call?.state === "talking" && KEYS.includes(event.key)) this.phone.key(event.key);
  }

  // what is shown

  render() {
    const { desk } = this;
    if (desk === null) return html`<main class="alone"><p role="status">${this.#saying() || t("connecting")}</p></main>`;
    return html`<main class="desk">
      <div class="side">
        <section aria-label=${t("own_state")}>${this.#state()}</section>
        <section aria-label=${t("phone")}>${this.#phone()}</section>
        <section aria-label=${t("dial")}>${this.#dial()}</section>
      </div>
      <section class="call" aria-label=${t("call")} tabindex="0">
        <p role="alert" class="bad">${this.#saying()}</p>
        ${this.#call()}
      </section>
    </main>`;
  }

  #state() {
    const { desk } = this;
    const live = this.wire.agents.get(this.agent);
    const state = live?.state ?? desk.state ?? "offline";
    const words = {
      idle: t("idle"),
      offered: t("offered"),
      talking: t("talking"),
      wrap_up: t("wrap_up"),
      paused: t("paused"),
      offline: t("offline"),
    };
    const since = live ? this.wire.now() - live.since : null;
    return html`<h2>${desk.name || desk.agent} ${desk.name ? html`<small>${desk.agent}</small>` : nothing}</h2>
      <p class="state ${state} now">
        <b>${words[state] ?? state}</b> ${live?.reason ? html`<span>${live.reason.replaceAll("_", " ")}</span>` : nothing}
        ${since === null ? nothing : html`<span class="number">${span(since)}</span>`}
      </p>
      ${this.#after(state)}
      <div class="buttons">${this.#stateButtons(state)}</div>`;
  }

  /** What comes after the work under way, where that is something else than being ready. */
  #after(state) {
    const words = { paused: t("paused"), signed_out: t("offline"), unreachable: t("unreachable") };
    const { after } = this.desk;
    const same = after === state || (after === "signed_out" && state === "offline");
    return words[after] && !same ? html`<p class="quiet">${t("afterwards")} ${words[after]}</p>` : nothing;
  }

  #stateButtons(state) {
    const { desk } = this;
    const signedIn = state !== "offline" || desk.reason === "unreachable";
    if (!signedIn) return html`<button class="main" @click=${() => this.#do(this.#of("/sign-in"))}>${t("to_queues")}</button>`;
    const reasons = desk.pause_reasons ?? ["break"];
    return html`${state === "wrap_up" ? this.#wrapUp() : nothing}
      ${state === "paused" || desk.after === "paused"
        ? html`<button class="main" @click=${() => this.#do(this.#of("/ready"))}>${t("ready_again")}</button>`
        : html`<label class="inline"
            >${t("pause")}
            <select @change=${(event) => this.#pause(event.target)}>
              <option value="">${t("choose")}</option>
              ${reasons.map((one) => html`<option value=${one}>${one.replaceAll("_", " ")}</option>`)}
            </select></label
          >`}
      <button @click=${() => this.#do(this.#of("/sign-out"))}>${t("from_queues")}</button>`;
  }

  #pause(choice) {
    const reason = choice.value;
    choice.value = "";
    if (reason) this.#do(this.#of("/pause"), { reason });
  }

  /** After a campaign's talk its disposition ends the wrap-up, and nothing else. */
  #wrapUp() {
    const { campaign } = this.desk;
    if (campaign?.state !== "noting") {
      return html`<button class="main" @click=${() => this.#do(this.#of("/wrap-up-done"))}>${t("wrap_up_done")}</button>`;
    }
    return html`<label class="inline"
      >${t("came_of_it")}
      <select @change=${(event) => this.#disposition(event.target.value)} required>
        <option value="">${t("choose")}</option>
        ${campaign.dispositions
          .filter((one) => one.meaning !== "callback")
          .map((one) => html`<option value=${one.name}>${one.title || one.name}</option>`)}
      </select></label
    >`;
  }

  #disposition(disposition) {
    if (disposition) this.#do(this.#of("/disposition"), { disposition, attempt: this.desk.campaign.attempt });
  }

  #phone() {
    const { phone } = this;
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
        ? html`<button class="main" @click=${() => this.#start()}>${t("use_this_browser")}</button>
            <p class="quiet">${t("or_desk_phone", { account: this.desk.account })}</p>`
        : html`<label
              >${t("microphone")}
              <select @focus=${(event) => this.#microphones(event.target)} @change=${(event) => phone.use(event.target.value)}>
                ${this.#choices()}
              </select></label
            >
            <label class="inline">${t("spoken")} <meter class="spoken" min="0" max="1" value="0"></meter></label>
            <label class="inline">${t("heard")} <meter class="heard" min="0" max="1" value="0"></meter></label>
            <div class="buttons"><button @click=${() => this.#giveBack()}>${t("use_desk_phone")}</button></div>`}`;
  }

  #choices() {
    const used = this.phone.sound.used();
    const known = this.known ?? [{ id: used, name: this.phone.sound.microphone?.getAudioTracks()[0]?.label || t("microphone") }];
    return known.map((one) => html`<option value=${one.id} ?selected=${one.id === used}>${one.name || one.id}</option>`);
  }

  async #microphones() {
    this.known = await this.phone.sound.microphones();
    this.turn += 1;
  }

  #dial() {
    const free = !this.phone.call && !this.#live();
    return html`<h2>${t("dial")}</h2>
      <form class="row" @submit=${(event) => this.#dialled(event)}>
        <input name="number" aria-label=${t("number")} inputmode="tel" autocomplete="off" required />
        <button ?disabled=${!free}>${t("dial_now")}</button>
      </form>`;
  }

  async #dialled(event) {
    event.preventDefault();
    const form = event.target;
    const number = new FormData(form).get("number").replaceAll(/[\s()-]/g, "");
    if (await this.#do(this.#of("/dial"), { number })) form.reset();
  }

  #call() {
    const { desk, phone } = this;
    const { call } = desk;
    if (!call && !phone.call) {
      const work = desk.campaign;
      if (work?.state === "shown") return this.#preview(work);
      if (work?.state === "noting") return contact(work);
      return html`<p class="quiet nobody">${t("no_call")}</p>`;
    }
    const live = call && this.wire.calls.get(call.call);
    const place = live?.place ?? call?.place ?? "";
    const talking = place === "talking";
    const now = this.wire.now();
    return html`<h2>
        ${talking ? t("talking") : t("offered")}
        ${live?.held_since ? html`<span class="watch">◆ ${t("on_hold")} ${span(now - live.held_since)}</span>` : nothing}
      </h2>
      ${this.#phoneButtons()}
      ${call
        ? pop(call, {
            now,
            zone: this.wire.house.zone,
            whole: this.whole,
            mayLook: this.session.acts.see_numbers === "yes",
            look: () => this.#numbers(),
          })
        : nothing}
      ${desk.campaign && call ? contact(desk.campaign) : nothing}
      ${talking && call.direction === "in" ? this.#onward(call) : nothing} ${this.opened === "case" ? this.#case() : nothing}`;
  }

  #phoneButtons() {
    const { call } = this.phone;
    if (!call) return html`<p class="quiet">${t("at_desk_phone")}</p>`;
    if (call.state === "ringing") {
      return html`<div class="buttons">
        <button class="main answer" @click=${() => this.phone.answer()}>${t("answer")} <kbd>A</kbd></button>
        <button class="end" @click=${() => this.phone.hangUp()}>${t("refuse")} <kbd>X</kbd></button>
      </div>`;
    }
    return html`<div class="buttons">
        <button class="end" @click=${() => this.phone.hangUp()}>${t("hang_up")} <kbd>X</kbd></button>
        <button aria-pressed=${String(call.muted)} @click=${() => this.phone.mute(!call.muted)}>
          ${call.muted ? t("unmute") : t("mute")} <kbd>M</kbd>
        </button>
        <button aria-pressed=${String(call.held)} @click=${() => this.phone.hold(!call.held)}>
          ${call.held ? t("resume") : t("hold")} <kbd>H</kbd>
        </button>
        <button aria-expanded=${String(this.opened === "keys")} @click=${() => this.#open("keys")}>${t("keypad")}</button>
      </div>
      ${this.opened === "keys"
        ? html`<div class="keys">${KEYS.map((one) => html`<button @click=${() => this.phone.key(one)}>${one}</button>`)}</div>`
        : nothing}`;
  }

  #onward(call) {
    const one = call.consultation;
    return html`${one ? this.#consulting(one) : this.#handOn()}
      <div class="buttons">
        <button aria-expanded=${String(this.opened === "case")} @click=${() => this.#open("case")}>${t("case_form")}</button>
      </div>`;
  }

  #handOn() {
    return html`<form class="row hand-on" @submit=${(event) => this.#handedOn(event)}>
      <input name="to" list="targets" aria-label=${t("whom")} placeholder=${t("whom")} autocomplete="off" required />
      <datalist id="targets">
        ${this.desk.colleagues.map((one) => html`<option value=${one.agent}>${one.name}</option>`)}
        ${this.desk.queues.map((one) => html`<option value=${`queue:${one}`}>${one.replaceAll("_", " ")}</option>`)}
      </datalist>
      <button name="how" value="consultation">${t("consult")}</button>
      <button name="how" value="transfer">${t("hand_on")}</button>
    </form>`;
  }

  #handedOn(event) {
    event.preventDefault();
    const to = new FormData(event.target).get("to").trim();
    const how = event.submitter?.value ?? "consultation";
    if (to) this.#do(this.#ofCall(`/${how}`), { to });
  }

  #consulting(one) {
    const words = {
      checking: t("consult_checking"),
      ringing: t("consult_ringing"),
      talking: t("consult_talking"),
      swapped: t("consult_swapped"),
      conference: t("consult_conference"),
    };
    const there = !["checking", "ringing"].includes(one.state);
    const act = (name) => () => this.#do(this.#ofCall(`/consultation/${name}`));
    return html`<p role="status"><b>${one.with}</b> ${words[one.state] ?? one.state}</p>
      <div class="buttons">
        ${there
          ? html`<button class="main" @click=${act("connect")}>${t("connect")}</button>
              ${one.state === "conference" ? nothing : html`<button @click=${act("swap")}>${t("swap")}</button>`}
              ${one.state === "conference" ? nothing : html`<button @click=${act("conference")}>${t("conference")}</button>`}`
          : nothing}
        <button @click=${act("give-back")}>${t("give_back")}</button>
      </div>`;
  }

  #preview(work) {
    const answer = (taken) => () => this.#do(this.#of("/preview"), { taken });
    return html`<h2>${t("preview")}</h2>
      ${contact(work)}
      <div class="buttons">
        <button class="main" @click=${answer(true)}>${t("call_them")}</button>
        <button @click=${answer(false)}>${t("not_them")}</button>
      </div>`;
  }

  #case() {
    return html`<form class="case" @submit=${(event) => this.#filed(event)}>
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

  async #filed(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const filed = await this.#do(this.#ofCall("/form"), given);
    if (filed) {
      this.opened = "";
      this.said = () => t("case_filed", { number: filed.case });
    }
  }

  async #numbers() {
    try {
      this.whole = await ask(this.#ofCall("/numbers"));
    } catch (error) {
      this.said = error.message;
    }
  }

  #open(form) {
    this.opened = this.opened === form ? "" : form;
  }
}

customElements.define("hotline-desk", Desk);

/** Whose desk it is to be: for whoever is no agent themselves. Event `chosen`: the agent. */
class DeskChoice extends LitElement {
  static properties = { wire: { attribute: false }, tick: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const choose = (agent) => () => this.dispatchEvent(new CustomEvent("chosen", { detail: agent }));
    return html`<main class="alone">
      <h2>${t("whose_desk")}</h2>
      <div class="buttons">
        ${[...this.wire.agents.keys()].sort().map((one) => html`<button @click=${choose(one)}>${one}</button>`)}
      </div>
    </main>`;
  }
}

customElements.define("hotline-desk-choice", DeskChoice);
