// The wallboard: what waits, how long, how the day goes, who is there. Drawn anew from the wire at each change.

import { LitElement, html, nothing, repeat } from "./vendor/lit.js";
import { clock, gradeOfLevel, gradeOfWait, percent, span, wholeDay } from "./figures.js";
import { language, t } from "./words.js";
import "./trend.js";

const STATES = ["idle", "offered", "talking", "wrap_up", "paused"];
const PLACES = ["waiting", "offered", "menu", "talking", "booked", "transferring", "transferred", "dialling"];
const MARKS = { good: "●", watch: "◆", bad: "▲" };
const CALLS_SHOWN = 12;
const ALERT_S = 600;

class Wallboard extends LitElement {
  static properties = { wire: { attribute: false }, tick: { attribute: false } };

  createRenderRoot() {
    return this;
  }

  render() {
    const { wire } = this;
    const now = wire.now();
    return html`<main>
      ${this.#alerts(now)} ${this.#figures(now)}
      <section class="queues" tabindex="0" aria-label=${t("queues")}>
        <h2>${t("queues")}</h2>
        ${this.#queues(now)}
      </section>
      <section class="agents" tabindex="0" aria-label=${t("agents")}>
        <h2>${t("agents")}</h2>
        ${this.#agents(now)}
      </section>
      <section class="trend">
        <h2>${t("trend")} ${this.#legend()}</h2>
        <hotline-trend .wire=${wire} .tick=${this.tick}></hotline-trend>
      </section>
      <section class="calls" tabindex="0" aria-label=${t("calls")}>
        <h2>${t("calls")}</h2>
        ${this.#calls(now)}
      </section>
    </main>`;
  }

  #legend() {
    return html`<span class="legend">
      <span class="waiting"><i></i>${t("trend_waiting")}</span>
      <span class="longest"><i></i>${t("trend_longest")}</span>
      <span class="forecast"><i></i>${t("trend_forecast")}</span>
    </span>`;
  }

  #alerts(now) {
    const { wire } = this;
    const zone = wire.house.zone;
    const lines = [];
    for (const one of wire.switches.values())
      if (!one.up) lines.push({ grade: "bad", text: t("switch_away", { switch: one.switch }) });
    for (const one of wire.overrides.values()) {
      const what = one.kind === "closed" ? t("override_closed", one) : t("override_other", one);
      const at = one.ends_at === null ? t("until_lifted") : t("until", { at: clock(one.ends_at, zone, language(), false) });
      lines.push({ grade: "watch", text: `${what} ${at} – ${one.reason}` });
    }
    const alike = new Map();
    for (const { alert } of [...wire.alerts.values()].reverse()) {
      if (now - alert.at >= ALERT_S) continue;
      const { newest, times } = alike.get(alert.event) ?? { newest: alert, times: 0 };
      alike.set(alert.event, { newest, times: times + 1 });
    }
    for (const { newest, times } of alike.values())
      lines.push({
        grade: newest.level === "error" ? "bad" : "watch",
        text: `${clock(newest.at, zone, language(), false)} ${newest.event}${times > 1 ? ` × ${times}` : ""}`,
      });
    if (!lines.length) return nothing;
    return html`<ul class="alerts" role="status">
      ${lines.slice(0, 4).map((line) => html`<li class=${line.grade}>${this.#mark(line.grade)} ${line.text}</li>`)}
    </ul>`;
  }

  #figures(now) {
    const { house, queues, days, agents } = this.wire;
    const all = [...queues.values()];
    const waiting = all.reduce((sum, queue) => sum + queue.waiting, 0);
    const since = all.map((queue) => queue.longest_since).filter((at) => at !== null);
    const longest = since.length ? now - Math.min(...since) : null;
    const day = wholeDay(days.values());
    const there = [...agents.values()].filter((agent) => agent.state !== "offline");
    const ready = there.filter((agent) => agent.state === "idle").length;
    const level = gradeOfLevel(day.service_level, house.goal);
    const share = day.offered ? day.abandoned / day.offered : null;
    const within = { within: `${house.within_s} s`, goal: percent(house.goal, language()) };
    return html`<section class="figures">
      ${this.#figure(t("waiting"), waiting, "", longest === null ? "" : gradeOfWait(longest, house.within_s))}
      ${this.#figure(
        t("longest"),
        longest === null ? "–" : span(longest),
        "",
        longest === null ? "" : gradeOfWait(longest, house.within_s),
      )}
      ${this.#figure(t("service_level"), percent(day.service_level, language()), t("service_level_of", within), level)}
      ${this.#figure(t("answered"), day.answered, t("answered_of", day))}
      ${this.#figure(t("abandoned"), day.abandoned, t("abandoned_share", { share: percent(share, language()) }))}
      ${this.#figure(t("agents_ready"), ready, t("agents_there", { there: there.length }), ready || !waiting ? "" : "watch")}
    </section>`;
  }

  #figure(name, value, more = "", grade = "") {
    return html`<div class="figure ${grade}">
      <h2>${name}</h2>
      <p class="value">${value}${this.#mark(grade)}</p>
      <p class="more">${more}</p>
    </div>`;
  }

  /** A sign beside each colour: who does not see the colour sees the sign, who sees neither hears the word. */
  #mark(grade) {
    if (!grade || grade === "good") return nothing;
    return html`<span class="mark" role="img" aria-label=${t(grade)}>${MARKS[grade]}</span>`;
  }

  #queues(now) {
    const { house, queues, days } = this.wire;
    const rows = [...queues.values()].sort((a, b) => b.waiting - a.waiting || a.queue.localeCompare(b.queue));
    if (!rows.length) return html`<p>${t("nobody_waits")}</p>`;
    const forecasts = this.#newestForecasts();
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${t("queue")}</th>
          <th scope="col" class="number">${t("waiting")}</th>
          <th scope="col" class="number">${t("longest_short")}</th>
          <th scope="col" class="number">${t("forecast")}</th>
          <th scope="col" class="number">${t("in_time")}</th>
          <th scope="col" class="number">${t("average_wait")}</th>
          <th scope="col" class="number">${t("lost")}</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          rows,
          (row) => row.queue,
          (row) => this.#queue(row, days.get(row.queue), forecasts.get(row.queue), house, now),
        )}
      </tbody>
    </table>`;
  }

  #queue(row, day, forecast, house, now) {
    const longest = row.longest_since === null ? null : now - row.longest_since;
    const grade = longest === null ? "" : gradeOfWait(longest, house.within_s);
    const level = gradeOfLevel(day?.service_level, house.goal);
    return html`<tr>
      <th scope="row">${row.queue.replaceAll("_", " ")}</th>
      <td class="number strong">${row.waiting}</td>
      <td class="number ${grade}">${longest === null ? "–" : span(longest)}${this.#mark(grade)}</td>
      <td class="number">${this.#forecast(forecast)}</td>
      <td class="number ${level}">${percent(day?.service_level, language())}${this.#mark(level)}</td>
      <td class="number">${day?.answered ? span(day.waited_s / day.answered) : "–"}</td>
      <td class="number">${day?.abandoned ?? 0}</td>
    </tr>`;
  }

  #forecast(forecast) {
    if (forecast === undefined) return "–";
    if (forecast.median_s === null) return html`<span class="quiet">${t("forecast_silent")}</span>`;
    const band = t("forecast_band", { low: span(forecast.low_s), high: span(forecast.high_s) });
    return html`${span(forecast.median_s)} <span class="quiet">${band}</span>`;
  }

  /** By queue, the forecast of whoever is last there: what somebody who calls now would wait, about. */
  #newestForecasts() {
    const found = new Map();
    for (const one of this.wire.forecasts.values()) {
      const known = found.get(one.queue);
      if (known === undefined || one.position > known.position) found.set(one.queue, one);
    }
    return found;
  }

  #agents(now) {
    const all = [...this.wire.agents.values()];
    const there = all.filter((agent) => agent.state !== "offline");
    if (!there.length) return html`<p>${t("no_agents")}</p>`;
    const order = (agent) => STATES.indexOf(agent.state);
    there.sort((a, b) => order(a) - order(b) || a.agent.localeCompare(b.agent));
    const counts = STATES.map((state) => [state, there.filter((agent) => agent.state === state).length]);
    const held = new Map([...this.wire.calls.values()].filter((call) => call.held_since).map((call) => [call.agent, call]));
    return html`<ul class="states">
        ${counts.map(([state, count]) => html`<li class="state ${state}"><b>${count}</b> ${t(state)}</li>`)}
      </ul>
      <ul class="people">
        ${repeat(
          there,
          (agent) => agent.agent,
          (agent) => html`<li class="state ${agent.state}">
            <b>${agent.agent}</b>
            <span>${held.has(agent.agent) ? t("on_hold") : t(agent.state)}</span>
            <span class="number">${span(now - agent.since)}</span>
          </li>`,
        )}
      </ul>
      ${all.length > there.length ? html`<p class="quiet">${t("signed_off", { count: all.length - there.length })}</p>` : nothing}`;
  }

  #calls(now) {
    const order = (call) => PLACES.indexOf(call.place);
    const calls = [...this.wire.calls.values()].sort((a, b) => order(a) - order(b) || a.arrived_at - b.arrived_at);
    if (!calls.length) return html`<p>${t("no_calls")}</p>`;
    return html`<table>
        <thead>
          <tr>
            <th scope="col">${t("call_from")}</th>
            <th scope="col">${t("place")}</th>
            <th scope="col">${t("queue")}</th>
            <th scope="col">${t("agent")}</th>
            <th scope="col" class="number">${t("for")}</th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            calls.slice(0, CALLS_SHOWN),
            (call) => call.call,
            (call) => html`<tr>
              <td>${call.caller}</td>
              <td><span class="place ${call.place}">${call.held_since ? t("on_hold") : t(call.place)}</span></td>
              <td>${call.queue.replaceAll("_", " ")}</td>
              <td>${call.agent ?? ""}</td>
              <td class="number">${span(now - call.arrived_at)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
      ${calls.length > CALLS_SHOWN
        ? html`<p class="quiet">${t("more_calls", { count: calls.length - CALLS_SHOWN })}</p>`
        : nothing}`;
  }
}

customElements.define("hotline-wallboard", Wallboard);
