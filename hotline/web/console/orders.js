// Orders to the controller: each has an id of its own, so that one whose answer got lost is sent again and done once.

const TRIES = 4;
const PAUSE_MS = 400;

/** Where the controller is; relative, for the pages may stand behind a prefix. */
const ROOT = "..";

/** Send an order, and return what was answered. Throws an Error with the house's own words where it is refused. */
export async function order(path, csrf, body, method = "POST") {
  const key = crypto.randomUUID();
  const headers = { "Content-Type": "application/json", "Hotline-Csrf": csrf, "Idempotency-Key": key };
  for (let tried = 1; ; tried += 1) {
    let answer;
    try {
      answer = await fetch(ROOT + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    } catch (error) {
      if (tried >= TRIES) throw error;
    }
    if (answer?.ok) return await answer.json();
    if (answer && answer.status < 500) throw new Error(await said(answer));
    if (tried >= TRIES) throw new Error(await said(answer));
    await new Promise((done) => setTimeout(done, PAUSE_MS * tried));
  }
}

/** What the controller says of `path` now. */
export async function ask(path) {
  const answer = await fetch(ROOT + path);
  if (!answer.ok) throw new Error(await said(answer));
  return await answer.json();
}

/** A page of rows, and where the next one is, or null. */
export async function askPage(path) {
  const answer = await fetch(ROOT + path);
  if (!answer.ok) throw new Error(await said(answer));
  const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "");
  return { rows: await answer.json(), next: next && next[1] };
}

/** Where `path` of the controller is, for a link. */
export function addressOf(path) {
  return ROOT + path;
}

/** Where a WebSocket of the controller is. */
export function socketAddress(path) {
  const address = new URL(ROOT + path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address.href;
}

async function said(answer) {
  const told = await answer.json().catch(() => ({}));
  return typeof told.detail === "string" ? told.detail : `${answer.status}`;
}
