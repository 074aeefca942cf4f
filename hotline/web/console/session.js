// Who is signed in here. Addresses are relative: the pages may stand behind a prefix.

const SESSION = "../session";
const DESK = "hotline-desk";

/** The agent whose desk a page opens: of whoever is signed in, or the one that their link named; empty for neither. */
export function deskOf(session) {
  return session.agent || decodeURIComponent(sessionStorage.getItem(DESK) ?? "");
}

/** The session, or null where nobody is signed in; `{refused}` has the key of what is said of an attempt. A link in the
 * address signs in, once, and is gone from it; so is what came of a way to the directory. */
export async function session() {
  const way = /^#directory=([a-z_]+)$/.exec(location.hash);
  if (way) {
    history.replaceState(null, "", location.pathname);
    return (await current()) ?? { refused: `directory_${way[1]}` };
  }
  const found = /^#sign-in=([^&]+)(?:&desk=(.+))?$/.exec(location.hash);
  if (found) {
    if (found[2]) sessionStorage.setItem(DESK, found[2]);
    history.replaceState(null, "", location.pathname);
    const answer = await send("POST", SESSION, { link: decodeURIComponent(found[1]) });
    if (answer.ok) return await answer.json();
    const before = await current();
    return before ?? { refused: "link_refused" };
  }
  return await current();
}

/** Sign in by name, password and, where it is asked for, a one-time code: `{session}`, or what stood in the way:
 * `refused` (a status), `codeNeeded`, `waitS`. */
export async function signIn(person, password, code) {
  const answer = await send("POST", SESSION, { person, password, code });
  if (answer.ok) return { session: await answer.json() };
  const said = await answer.json().catch(() => ({}));
  const waitS = Number(answer.headers.get("Retry-After") ?? 0);
  return { refused: answer.status, codeNeeded: said.code_needed === true, waitS };
}

/** The name of the house's directory, by which people may sign in; empty where there is none. */
export async function directory() {
  const answer = await fetch(`${SESSION}/directory`);
  return answer.ok ? (await answer.json()).directory : "";
}

/** Go to the house's directory, which sends the browser back. */
export function toDirectory() {
  location.assign(`${SESSION}/directory/start`);
}

/** Set one's own password: `{session}`, or `{refused}` with the reason in words. */
export async function setPassword(old, password, csrf) {
  const answer = await send("POST", `${SESSION}/password`, { old, password }, { "Hotline-Csrf": csrf });
  const said = await answer.json().catch(() => ({}));
  return answer.ok ? { session: said } : { refused: said.detail ?? String(answer.status) };
}

/** Sign out in all windows of this browser. */
export async function signOut(csrf) {
  await fetch(SESSION, { method: "DELETE", headers: { "Hotline-Csrf": csrf } });
}

function send(method, address, body, more = {}) {
  const headers = { "Content-Type": "application/json", ...more };
  return fetch(address, { method, headers, body: JSON.stringify(body) });
}

async function current() {
  const answer = await fetch(SESSION);
  if (answer.ok) return await answer.json();
  if (answer.status === 401) return null;
  throw new Error(`GET /session: ${answer.status}`);
}
