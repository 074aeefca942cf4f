// When the page and the switch begin to look for each other (ICE, RFC 8445). A browser tries the switch's address as soon as
// it knows it, and again only after 50 ms; the switch takes no try before it has the page's answer. So the addresses are
// taken out of the offer, and told to the browser once the switch has answered the answer by ACK.

const CANDIDATE = /^a=(candidate:[^\r\n]*)\r?\n/gm;
const SAID_OF_THEM = /^a=(candidate:[^\r\n]*|end-of-candidates)\r?\n/gm;
const MEDIA = /^m=/gm;
/** An ACK that is lost comes not again before half a second: then they begin without it. */
const NO_ACK_MS = 300;

/** Let the first offer of a session wait with its addresses; one that has several media keeps them. */
export function meetAfterAnswer(session) {
  const waiting = [];
  const meet = () => {
    for (const candidate of waiting.splice(0))
      session.connection?.addIceCandidate({ candidate, sdpMLineIndex: 0 }).catch(() => {}); // the call is over
  };
  const take = (told) => {
    if (told.originator !== "remote" || told.type !== "offer") return;
    session.off("sdp", take);
    if (told.sdp.match(MEDIA)?.length !== 1) return;
    waiting.push(...[...told.sdp.matchAll(CANDIDATE)].map(([, candidate]) => candidate));
    told.sdp = told.sdp.replace(SAID_OF_THEM, "");
  };
  session.on("sdp", take);
  session.on("accepted", () => setTimeout(meet, NO_ACK_MS));
  session.on("confirmed", meet);
}
