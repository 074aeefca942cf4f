// Who is signed in here. Addresses are relative: the pages may stand behind a prefix.

const SESSION = "../session";

/** The session, or null where nobody is signed in. A link in the address signs in, once, and is gone from it. */
export async function session() {
  const found = /^#sign-in=(.+)$/.exec(location.hash);
  if (found) {
    history.replaceState(null, "", location.pathname);
    const answer = await fetch(SESSION, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link: decodeURIComponent(found[1]) }),
    });
    if (answer.ok) return await answer.json();
    const before = await current();
    return before ?? { refused: true };
  }
  return await current();
}

/** Sign out in all windows of this browser. */
export async function signOut(csrf) {
  await fetch(SESSION, { method: "DELETE", headers: { "Hotline-Csrf": csrf } });
}

async function current() {
  const answer = await fetch(SESSION);
  if (answer.ok) return await answer.json();
  if (answer.status === 401) return null;
  throw new Error(`GET /session: ${answer.status}`);
}
