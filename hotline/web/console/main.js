// The page: signs in, opens the wire, and shows the wallboard or an agent's desk below a head with the switches of the
// page itself. The address says which: #wallboard, #supervisor, #desk, #desk/AGENT, #seat, #cases, #cases/CASE,
// #flows/FLOW, #campaigns/CAMPAIGN, #history/CALL.

import { LitElement, html, nothing } from "./vendor/lit.js";
import { deskOf, session, signOut } from "./session.js";
import { Wire } from "./wire.js";
import { choose, language, loadWords, nameOf, nextLanguage, t } from "./words.js";
import { clock } from "./figures.js";
import "./account.js";
import "./wallboard.js";

const THEME = "hotline-theme";
const LATER = "hotline-password-later";
const FILL = html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" /></svg>`;

class Page extends LitElement {
  static properties = {
    state: { state: true },
    session: { state: true },
    password: { state: true },
    tick: { state: true },
    view: { state: true },
    item: { state: true },
  };

  constructor() {
    super();
    this.state = "connecting";
    this.session = null;
    this.password = false;
    this.wire = new Wire();
    this.tick = 0;
    this.drawing = false;
    this.view = this.item = "";
  }

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#theme(localStorage.getItem(THEME));
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("hashchange", () => this.#went());
    this.wire.addEventListener("change", () => this.#draw());
    this.wire.addEventListener("link", () => this.#link());
    this.wire.addEventListener("signed-out", () => this.#ended());
    setInterval(() => this.#draw(), 1000);
    this.#begin();
  }

  async #begin() {
    try {
      await loadWords();
      this.session = await session();
    } catch {
      this.state = "cannot-reach";
      setTimeout(() => this.#begin(), 2000);
      return;
    }
    if (this.session === null || this.session.refused) {
      this.state = "signed-out";
      return;
    }
    this.#enter(this.session);
  }

  /** Show the pages to whoever is signed in now. One who came by a link, and has no password, is asked for one. */
  #enter(session) {
    this.session = session;
    this.password = session.needs_password && !sessionStorage.getItem(LATER);
    this.#show();
    this.state = session.acts.watch ? "live" : "no-role";
    if (this.state === "live" && this.wire.socket?.readyState !== WebSocket.OPEN) this.wire.open();
  }

  #went() {
    if (/^#(sign-in|directory)=/.test(location.hash)) location.reload(); // another link, in the same window
    else this.#show();
  }

  /** What the address names: the desk is the first page of whoever is an agent. */
  #show() {
    const [view, agent] = location.hash.slice(1).split("/");
    this.item = decodeURIComponent(agent ?? "");
    const views = this.#views();
    this.view = views.includes(view) ? view : this.session?.agent && views.includes("desk") ? "desk" : "wallboard";
    this.agent = decodeURIComponent(agent ?? "") || (this.session ? deskOf(this.session) : "");
    if (this.view === "desk") import("./desk.js");
    if (this.view === "seat") import("./seat.js");
    if (this.view === "supervisor") import("./supervisor.js");
    if (this.view === "cases") import("./cases.js");
    if (this.view === "flows") import("./flows.js");
    if (this.view === "campaigns") import("./campaigns.js");
    if (this.view === "history") import("./history.js");
    if (this.view === "whatif") import("./whatif.js");
  }

  /** The pages that whoever is signed in may see. */
  #views() {
    const acts = this.session?.acts ?? {};
    return [
      "wallboard",
      acts.work && "desk",
      acts.supervise === "yes" && acts.direct === "yes" && "supervisor",
      acts.review_answers === "yes" && "seat",
      acts.see_cases === "yes" && "cases",
      acts.see_flows === "yes" && "flows",
      acts.see_outgoing === "yes" && "campaigns",
      acts.search_calls === "yes" && "history",
      acts.try_days === "yes" && "whatif",
    ].filter(Boolean);
  }

  #named(view) {
    return {
      wallboard: t("wallboard"),
      desk: t("desk"),
      supervisor: t("supervisor"),
      seat: t("seat"),
      cases: t("cases"),
      flows: t("flows"),
      campaigns: t("campaigns"),
      history: t("history"),
      whatif: t("whatif"),
    }[view];
  }

  /** Draw once for all that came since the last picture. */
  #draw() {
    if (this.drawing) return;
    this.drawing = true;
    requestAnimationFrame(() => {
      this.drawing = false;
      this.tick += 1;
    });
  }

  async #link() {
    this.#draw();
    if (this.wire.cutSince === null) return;
    try {
      if ((await session()) === null) this.#out();
    } catch {
      // the house is away: the wire tries again
    }
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return;
    const does = { l: () => this.#speak(), t: () => this.#turn(), f: () => this.#fill() };
    does[event.key.toLowerCase()]?.();
  }

  #speak() {
    choose(nextLanguage(), true);
    this.tick += 1;
  }

  #turn() {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
    this.#theme(now === "dark" ? "light" : "dark", true);
  }

  #theme(theme, keep = false) {
    if (theme) document.documentElement.dataset.theme = theme;
    if (keep) localStorage.setItem(THEME, theme);
    this.tick += 1;
  }

  #fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  /** No password now, and no question again in this window: it may be loaded anew in the middle of a talk. */
  #later() {
    sessionStorage.setItem(LATER, "yes");
    this.password = false;
  }

  /** The session before ended with the password before; the wire, which was opened by it, is soon cut. */
  #renewed(session) {
    this.session = session;
    this.password = false;
  }

  /** The session that opened the wire is over: go on with the one that came after, if there is one. */
  async #ended() {
    try {
      this.session = await session();
    } catch {
      setTimeout(() => this.#ended(), 2000);
      return;
    }
    if (this.session === null) this.#out();
    else if (this.state === "live") this.wire.open();
  }

  async #leave() {
    const { csrf } = this.session;
    this.#out();
    await signOut(csrf);
  }

  /** Nobody is signed in any more: a phone of theirs goes with them. */
  #out() {
    dispatchEvent(new Event("signed-out"));
    this.state = "signed-out";
    this.session = null;
  }

  render() {
    switch (this.state) {
      case "live":
        return html`${this.#head()}${this.#body()}`;
      case "no-role":
        return html`<main class="alone"><p role="alert">${t("no_role")}</p></main>`;
      case "signed-out":
        return this.#signedOut();
      case "cannot-reach":
        return html`<main class="alone"><p role="status">${t("cannot_reach")}</p></main>`;
      default:
        return nothing;
    }
  }

  #body() {
    if (this.password) {
      return html`<main class="alone">
        <hotline-new-password
          .session=${this.session}
          .tick=${this.tick}
          @signed-in=${(event) => this.#renewed(event.detail)}
          @left=${() => this.#later()}
        ></hotline-new-password>
      </main>`;
    }
    if (this.wire.house === null) return html`<main class="alone"><p role="status">${t("connecting")}</p></main>`;
    if (this.view === "cases") {
      return html`<hotline-cases .wire=${this.wire} .session=${this.session} .item=${this.item} .tick=${this.tick}></hotline-cases>`;
    }
    if (this.view === "flows") {
      return html`<hotline-flows .wire=${this.wire} .session=${this.session} .item=${this.item} .tick=${this.tick}></hotline-flows>`;
    }
    if (this.view === "seat") {
      return html`<hotline-seat .wire=${this.wire} .session=${this.session} .tick=${this.tick}></hotline-seat>`;
    }
    if (this.view === "supervisor") {
      return html`<hotline-supervisor .wire=${this.wire} .session=${this.session} .tick=${this.tick}></hotline-supervisor>`;
    }
    if (this.view === "campaigns") {
      return html`<hotline-campaigns .wire=${this.wire} .session=${this.session} .named=${this.item} .tick=${this.tick}></hotline-campaigns>`;
    }
    if (this.view === "history") {
      return html`<hotline-history .wire=${this.wire} .session=${this.session} .named=${this.item} .tick=${this.tick}></hotline-history>`;
    }
    if (this.view === "whatif") {
      return html`<hotline-whatif .wire=${this.wire} .session=${this.session} .tick=${this.tick}></hotline-whatif>`;
    }
    if (this.view !== "desk") return html`<hotline-wallboard .wire=${this.wire} .tick=${this.tick}></hotline-wallboard>`;
    if (!this.agent) {
      return html`<hotline-desk-choice
        .wire=${this.wire}
        .tick=${this.tick}
        @chosen=${(event) => (location.hash = `#desk/${encodeURIComponent(event.detail)}`)}
      ></hotline-desk-choice>`;
    }
    return html`<hotline-desk .wire=${this.wire} .session=${this.session} .agent=${this.agent} .tick=${this.tick}></hotline-desk>`;
  }

  /** The other pages, for whoever may see them. */
  #turnTo() {
    return this.#views()
      .filter((view) => view !== this.view)
      .map((view) => html`<button @click=${() => (location.hash = `#${view}`)}>${this.#named(view)}</button>`);
  }

  #head() {
    const { house, cutSince } = this.wire;
    const zone = house?.zone ?? "UTC";
    const page = this.#named(this.view);
    const help = this.view === "desk" ? `${t("help")} ${t("desk_help")}` : t("help");
    if (house) document.title = `${page} · ${house.title}`;
    return html`<header>
      <h1>${house?.title ?? "hotline"} <small>${page}</small></h1>
      <p class="link ${cutSince === null ? "good" : "bad"}" role="status">
        ${cutSince === null ? html`● ${t("live")}` : html`▲ ${t("cut", { at: clock(cutSince, zone, language()) })}`}
      </p>
      <time>${clock(this.wire.now(), zone, language())}</time>
      <nav title=${help}>
        ${this.#turnTo()}
        <button @click=${() => this.#speak()} lang=${nextLanguage()}>${nameOf(nextLanguage())}</button>
        <button @click=${() => this.#turn()} aria-label=${t("theme")} title=${t("theme")}>◐</button>
        <button @click=${() => this.#fill()} aria-label=${t("full_screen")} title=${t("full_screen")}>${FILL}</button>
        ${this.session.may_set_password
          ? html`<button @click=${() => (this.password = !this.password)} title=${t("set_password")}>
              ${this.session.title || this.session.person}
            </button>`
          : nothing}
        <button @click=${() => this.#leave()}>${t("sign_out")}</button>
      </nav>
    </header>`;
  }

  #signedOut() {
    return html`<main class="alone">
      <h1>hotline</h1>
      <p role="alert">${t(this.session?.refused ?? "signed_out")}</p>
      <hotline-sign-in .tick=${this.tick} @signed-in=${(event) => this.#enter(event.detail)}></hotline-sign-in>
      <p>${t("signed_out_advice")}</p>
      <pre>hotline sign-in</pre>
      <button @click=${() => this.#speak()} lang=${nextLanguage()}>${nameOf(nextLanguage())}</button>
    </main>`;
  }
}

customElements.define("hotline-page", Page);
