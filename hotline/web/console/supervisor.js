// The supervisor's page: who does what, whom callers wait for, and what may be done about it. What it orders, it orders of
// the controller; a talk is listened to at the supervisor's own phone, which rings for it.

import { LitElement, html, nothing, repeat } from "./vendor/lit.js";
import { gradeOfWait, span } from "./figures.js";
import { order } from "./orders.js";
import { t } from "./words.js";

const KEPT = "hotline-supervisor-phone";
const FIRST = { talking: 0, offered: 1, wrap_up: 2, idle: 3, paused: 4, offline: 5 };

/** Of whoever may `supervise` and `direct`. */
class Supervisor extends LitElement {
  static properties = {
    wire: { attribute: false },
    session: { attribute: false },
    tick: { attribute: false },
    said: { state: true },
  };

  constructor() {
    super();
    this.said = "";
  }

  createRenderRoot() {
    return this;
  }

  async #do(path, body) {
    this.said = "";
    try {
      await order(path, this.session.csrf, body);
    } catch (error) {
      this.said = error.message;
    }
  }

  render() {
    const now = this.wire.now();
    return html`<main class="desk supervisor">
      <section aria-label=${t("agents")} tabindex="0">
        <h2>${t("agents")}</h2>
        <label class="inline phone-of"
          >${t("my_phone")}
          <input
            autocomplete="off"
            .value=${localStorage.getItem(KEPT) ?? this.session.agent}
            @change=${(event) => localStorage.setItem(KEPT, event.target.value.trim())}
        /></label>
        <p role="alert" class="bad">${this.said}</p>
        ${this.#agents(now)}
      </section>
      <section aria-label=${t("calls")} tabindex="0">
        <h2>${t("waiting")}</h2>
        ${this.#waiting(now)}
      </section>
    </main>`;
  }

  #agents(now) {
    const rows = [...this.wire.agents.values()].sort(
      (a, b) => FIRST[a.state] - FIRST[b.state] || a.agent.localeCompare(b.agent),
    );
    const calls = new Map([...this.wire.calls.values()].filter((call) => call.agent).map((call) => [call.agent, call]));
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("agent")}</th>
          <th scope="col">${t("does")}</th>
          <th scope="col" class="number">${t("for")}</th>
          <th scope="col">${t("queue")}</th>
          <th scope="col">${t("orders")}</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          (row) => row.agent,
          (row) => this.#agent(row, calls.get(row.agent), now),
        )}
      </tbody>
    </table>`;
  }

  #agent(row, call, now) {
    const words = {
      idle: t("idle"),
      offered: t("offered"),
      talking: t("talking"),
      wrap_up: t("wrap_up"),
      paused: t("paused"),
      offline: t("offline"),
    };
    const of = `/agents/${encodeURIComponent(row.agent)}`;
    const talks = call?.place === "talking";
    return html`<tr>
      <th scope="row">${row.agent}</th>
      <td class="state ${row.state}">
        ${talks && call.held_since ? t("on_hold") : (words[row.state] ?? row.state)}
        ${row.reason ? html`<span class="quiet">${row.reason.replaceAll("_", " ")}</span>` : nothing}
      </td>
      <td class="number">${row.state === "offline" ? "" : span(now - row.since)}</td>
      <td>${call ? call.queue.replaceAll("_", " ") : ""}</td>
      <td class="orders">
        ${talks ? this.#listen(call) : nothing}
        ${row.state === "paused"
          ? html`<button @click=${() => this.#do(`${of}/ready`)}>${t("ready_again")}</button>`
          : nothing}
        ${row.state === "offline" ? nothing : this.#move(t("serve_alone"), (queue) => this.#do(`${of}/queues`, { queues: [queue] }))}
      </td>
    </tr>`;
  }

  #listen(call) {
    const join = (mode) => () => {
      const account = (localStorage.getItem(KEPT) ?? this.session.agent ?? "").trim();
      if (account) this.#do(`/calls/${encodeURIComponent(call.call)}/supervise`, { account, mode });
      else this.said = t("my_phone_missing");
    };
    return html`<button @click=${join("listen")}>${t("listen")}</button>
      <button @click=${join("whisper")}>${t("whisper")}</button>
      <button @click=${join("barge")}>${t("join")}</button>`;
  }

  #move(name, does) {
    return html`<select
      aria-label=${name}
      @change=${(event) => {
        const queue = event.target.value;
        event.target.value = "";
        if (queue) does(queue);
      }}
    >
      <option value="">${name}</option>
      ${[...this.wire.queues.keys()].sort().map((one) => html`<option value=${one}>${one.replaceAll("_", " ")}</option>`)}
    </select>`;
  }

  #waiting(now) {
    const waits = [...this.wire.calls.values()].filter((call) => call.place === "waiting" || call.place === "offered");
    if (!waits.length) return html`<p class="quiet">${t("nobody_is_waiting")}</p>`;
    waits.sort((a, b) => (a.queued_at ?? now) - (b.queued_at ?? now));
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("call_from")}</th>
          <th scope="col">${t("queue")}</th>
          <th scope="col" class="number">${t("for")}</th>
          <th scope="col">${t("orders")}</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          waits,
          (call) => call.call,
          (call) => {
            const waited = now - (call.queued_at ?? now);
            return html`<tr>
              <td>${call.caller}</td>
              <td>${call.queue.replaceAll("_", " ")}</td>
              <td class="number ${gradeOfWait(waited, this.wire.house.within_s)}">${span(waited)}</td>
              <td class="orders">
                ${call.place === "waiting"
                  ? this.#move(t("move_to"), (queue) => this.#do(`/calls/${encodeURIComponent(call.call)}/queue`, { queue }))
                  : t("offered")}
              </td>
            </tr>`;
          },
        )}
      </tbody>
    </table>`;
  }
}

customElements.define("hotline-supervisor", Supervisor);
