// The agent's desk: their state, the phone, the call with its screen pop, and what may be done with it.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { caseForm } from "./case_form.js";
import { asked, consulting, handedOn, handOn } from "./consultation.js";
import { declineForm } from "./declining.js";
import "./desk_choice.js";
import { phonePanel } from "./desk_phone.js";
import { EchoTest } from "./echo_test.js";
import { span } from "./figures.js";
import { ask, order, socketAddress } from "./orders.js";
import { ownState } from "./own_state.js";
import { Phone } from "./phone.js";
import { contact, pop } from "./pop.js";
import { maskOrder, recordingMask } from "./recording_mask.js";
import { takeKey, talkControls } from "./talk_controls.js";
import { t } from "./words.js";
import { wrapUp } from "./wrap_up.js";

/** One for the window, whatever page it shows: a talk goes on while somebody looks at the wallboard. */
const phone = new Phone();
phone.addEventListener("change", () => {
  if (phone.call?.state === "ringing" && !location.hash.startsWith("#desk")) location.hash = "#desk";
});
addEventListener("signed-out", () => phone.stop());

const KEPT = "hotline-desk-phone";
const LOOK_MS = 1000; // while somebody is consulted, or a headset is tried
const METER_MS = 100;

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
    this.echo = new EchoTest();
    this.seen = "";
    this.asked = this.shown = 0;
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.onKey = (event) => takeKey(event, phone, () => this.#mask());
    addEventListener("keydown", this.onKey);
    phone.addEventListener("change", this.onChange);
    phone.addEventListener("ready", this.onReady);
    this.meter = setInterval(() => this.#measure(), METER_MS);
    this.looking = setInterval(() => this.#changesUnseen() && this.#look(), LOOK_MS);
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

  /** What the wire does not tell of goes on. */
  #changesUnseen() {
    const { desk } = this;
    const handed = ["transferring", "transferred"].includes(desk?.call?.place);
    return desk?.call?.consultation || desk?.asked || desk?.echo_test || handed;
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
      await this.#devices();
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
    this.echo.look(this.desk, this.phone.sound);
  }

  // what is shown

  render() {
    const { desk } = this;
    if (desk === null) return html`<main class="alone"><p role="status">${this.#saying() || t("connecting")}</p></main>`;
    const live = this.wire.agents.get(this.agent);
    const act = (path, body) => this.#do(this.#of(path), body);
    return html`<main class="desk">
      <div class="side">
        <section aria-label=${t("own_state")}>
          ${ownState(desk, { live, now: this.wire.now(), act, wrapUp: wrapUp(desk, act) })}
        </section>
        <section aria-label=${t("phone")}>
          ${phonePanel(this.phone, {
            account: desk.account,
            known: this.known,
            look: () => this.#devices(),
            verdict: this.echo.shown(desk.echo_test),
            tryIt: this.phone.call || desk.echo_test ? null : () => act("/echo-test"),
            start: () => this.#start(),
            giveBack: () => this.#giveBack(),
          })}
        </section>
        <section aria-label=${t("dial")}>${this.#dial()}</section>
      </div>
      <section class="call" aria-label=${t("call")} tabindex="0">
        <p role="alert" class="bad">${this.#saying()}</p>
        ${this.#call()}
      </section>
    </main>`;
  }

  async #devices() {
    this.known = await this.phone.sound.devices();
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
    const talking = place === "talking" && !desk.asked;
    const ringing = desk.asked ? desk.asked.state === "ringing" : place === "offered";
    const now = this.wire.now();
    const act = (path, body) => this.#do(this.#of(path), body);
    return html`<h2>
        ${talking || place === "transferred" || (desk.asked && !ringing) ? t("talking") : t("offered")}
        ${live?.held_since ? html`<span class="watch">◆ ${t("on_hold")} ${span(now - live.held_since)}</span>` : nothing}
      </h2>
      ${talkControls(phone, { keypad: this.opened === "keys", toggle: () => this.#open("keys") })}
      ${ringing ? declineForm(act) : nothing} ${desk.asked ? asked(desk.asked) : handedOn(call?.handed_on, this.agent)}
      ${talking ? recordingMask(call, (path) => this.#do(this.#ofCall(path))) : nothing}
      ${call
        ? pop(call, {
            now,
            zone: this.wire.house.zone,
            whole: this.whole,
            mayLook: this.session.acts.see_numbers === "yes",
            look: () => this.#numbers(),
            mayRead: (one) => this.session.acts.read_transcripts === "yes" || one.agent === this.agent,
          })
        : nothing}
      ${desk.campaign && call ? contact(desk.campaign) : nothing}
      ${talking && call.direction === "in" ? this.#onward(call) : nothing}
      ${this.opened === "case" ? caseForm((given) => this.#filed(given)) : nothing}`;
  }

  #onward(call) {
    const act = (path, body) => this.#do(this.#ofCall(path), body);
    const { declined } = call;
    return html`${declined
        ? html`<p class="watch" role="status">◆ ${t("declined_by", declined)}</p>`
        : nothing}
      ${call.consultation ? consulting(call.consultation, act) : handOn(this.desk, act)}
      <div class="buttons">
        <button aria-expanded=${String(this.opened === "case")} @click=${() => this.#open("case")}>${t("case_form")}</button>
      </div>`;
  }

  #mask() {
    const order = this.desk?.asked ? null : maskOrder(this.desk?.call);
    if (order) this.#do(this.#ofCall(order));
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

  async #filed(given) {
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
