// The phone in the page: SIP over the controller's WebSocket, audio straight to the switch (WebRTC). What a phone owns is
// here: registering, answering, hanging up, mute, hold, keys. Whatever moves a call is ordered of the controller.

import { UA, WebSocketInterface } from "./vendor/jssip.js";
import { meetAfterAnswer } from "./meeting.js";
import { Sound } from "./sound.js";

const REGISTER_S = 120;
/** Addresses of this machine are all found at once; waiting for the end of the search costs a tenth of a second. The switch
 * learns one that came later by itself (RFC 8445, 7.3.1.3). */
const CANDIDATES_MS = 5;
/** JsSIP's own defaults are 2 and 30 s: a controller that starts anew is there again within one or two. */
const RECOVERY_S = [1, 4];

/** An agent's phone. `state`: off, starting, connecting, ready, refused. `call`: null, or `{state, muted, held}` with
 * state ringing, connecting or talking. Events: `change`, and `ready` each time that it is registered. */
export class Phone extends EventTarget {
  constructor() {
    super();
    this.state = "off";
    this.why = "";
    this.call = null;
    this.sound = new Sound();
    this.session = null;
    this.ua = null;
    this.holding = false; // an order to hold, or to take back, is under way
  }

  /** Register. `lend` asks the controller for `{user, secret, domain}`; `address` is the WebSocket's. Throws where there
   * is no microphone, or no account to be had. */
  async start(lend, address) {
    if (this.ua) return;
    this.#be("starting");
    try {
      await this.sound.open(); // before all else: without it the browser hides its addresses
      const { user, secret, domain } = await lend();
      this.#register(user, secret, domain, address, lend);
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Take the phone off, and let the microphone go. */
  stop() {
    const { ua, session } = this;
    this.ua = null; // before all else: what it tells from here on is no news
    session?.terminate();
    ua?.stop();
    this.sound.close();
    this.#be("off");
  }

  answer() {
    if (this.call?.state !== "ringing") return;
    this.#call({ state: "connecting" });
    this.sound.ring(false);
    this.session.answer({ mediaStream: this.sound.microphone, pcConfig: { iceServers: [] } });
  }

  /** End the call, or refuse it. */
  hangUp() {
    if (!this.session) return;
    const ringing = this.call.state === "ringing";
    this.session.terminate(ringing ? { status_code: 486 } : undefined);
  }

  mute(on) {
    if (this.call?.state !== "talking") return;
    if (on) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
    this.#call({ muted: on });
  }

  /** Put the other side on hold, who hears music from the switch; or have them again. */
  hold(on) {
    if (this.call?.state !== "talking") return;
    this.#call({ held: on });
    this.#holdAsWanted();
  }

  /** Order what is wanted now; what is wanted while an order is under way, comes after it. */
  #holdAsWanted() {
    const { call, session } = this;
    if (!call || !session || this.holding || session.isOnHold().local === call.held) return;
    const done = () => {
      this.holding = false;
      this.#holdAsWanted();
    };
    this.holding = call.held ? session.hold({}, done) : session.unhold({}, done);
    if (!this.holding) this.#call({ held: session.isOnHold().local }); // it cannot be now
  }

  key(digit) {
    if (this.call?.state === "talking") this.session.sendDTMF(digit);
  }

  /** Another microphone from now on, in the talk that goes on, too. */
  async use(device) {
    const track = await this.sound.open(device);
    const sender = this.session?.connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (sender) await sender.replaceTrack(track);
    if (this.call?.muted) track.enabled = false;
    this.dispatchEvent(new Event("change"));
  }

  #register(user, secret, domain, address, lend) {
    const ua = (this.ua = new UA({
      sockets: [new WebSocketInterface(address)],
      uri: `sip:${user}@${domain}`,
      contact_uri: `sip:${user}@${crypto.randomUUID().slice(0, 12)}.invalid;transport=ws`,
      authorization_user: user,
      password: secret,
      register_expires: REGISTER_S,
      session_timers: false,
      connection_recovery_min_interval: RECOVERY_S[0],
      connection_recovery_max_interval: RECOVERY_S[1],
      user_agent: "hotline desk",
    }));
    const renew = async () => {
      // the account may be lent no more: then the password is another one
      try {
        const lent = await lend();
        if (this.ua === ua) ua.set("password", lent.secret);
      } catch (error) {
        this.why = error.message;
      }
    };
    ua.on("connecting", () => this.ua === ua && this.#be("connecting"));
    ua.on("disconnected", async () => {
      if (this.ua !== ua) return;
      this.#be("connecting");
      await renew();
    });
    ua.on("registered", () => {
      if (this.ua !== ua) return;
      this.why = "";
      this.#be("ready");
      // Asterisk's BYE does not find the new socket until something of the call has come over it
      if (this.session?.isEstablished()) this.session.renegotiate({ rtcOfferConstraints: {} });
      this.dispatchEvent(new Event("ready"));
    });
    ua.on("registrationFailed", async ({ cause }) => {
      if (this.ua !== ua || cause === "Connection Error") return;
      this.#be("refused", cause);
      await renew();
      setTimeout(() => this.ua === ua && ua.isConnected() && ua.register(), RECOVERY_S[1] * 1000);
    });
    ua.on("newRTCSession", (found) => this.#rings(found));
    ua.start();
  }

  #rings({ session, request, originator }) {
    if (originator !== "remote" || this.session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.session = session;
    meetAfterAnswer(session);
    session.on("peerconnection", ({ peerconnection }) => this.#hear(peerconnection));
    session.on("icecandidate", ({ ready }) => setTimeout(ready, CANDIDATES_MS));
    session.on("confirmed", () => this.#call({ state: "talking" }));
    session.on("accepted", () => this.#call({ state: "talking" }));
    for (const end of ["ended", "failed"]) session.on(end, () => this.session === session && this.#over());
    const atOnce = /answer-after=0/.test(request.getHeader("Call-Info") ?? "");
    this.call = { state: "ringing", muted: false, held: false };
    if (atOnce) this.answer();
    else this.sound.ring(true);
    this.dispatchEvent(new Event("change"));
  }

  #hear(connection) {
    connection.addEventListener("track", ({ track, streams }) => {
      this.sound.play(streams[0] ?? new MediaStream([track]));
    });
  }

  #over() {
    this.session = null;
    this.call = null;
    this.holding = false;
    this.sound.ring(false);
    this.sound.play(null);
    this.sound.unmute();
    this.dispatchEvent(new Event("change"));
  }

  #call(changed) {
    if (!this.call) return;
    Object.assign(this.call, changed);
    this.dispatchEvent(new Event("change"));
  }

  #be(state, why = this.why) {
    this.state = state;
    this.why = state === "off" ? "" : why;
    this.dispatchEvent(new Event("change"));
  }
}
