// The words of the pages, by language: words.json is made of the YAML files in words/.

const KEPT = "hotline-language";
let all = {};
let chosen = "en";

/** Load all languages, and choose: the one chosen before, else the browser's, else the first one there is. */
export async function loadWords() {
  const answer = await fetch("words.json");
  all = await answer.json();
  const wished = [localStorage.getItem(KEPT), ...navigator.languages].filter(Boolean);
  const near = (wish) =>
    Object.keys(all).find((one) => one === wish) ??
    Object.keys(all).find((one) => one.split("-")[0] === wish.split("-")[0]);
  choose(wished.map(near).find(Boolean) ?? Object.keys(all)[0]);
}

/** The language that is spoken now, as of BCP 47. */
export function language() {
  return chosen;
}

/** The next language, for a button that walks through them. */
export function nextLanguage() {
  const known = Object.keys(all);
  return known[(known.indexOf(chosen) + 1) % known.length];
}

/** The name that a language has for itself. */
export function nameOf(one) {
  return all[one].language;
}

/** Speak `one` from now on, and the next time, too. */
export function choose(one, keep = false) {
  chosen = one;
  document.documentElement.lang = one;
  if (keep) localStorage.setItem(KEPT, one);
}

/** The words of `key`, with {names} filled in. A key that nobody knows is shown as it is. */
export function t(key, given = {}) {
  const text = all[chosen]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => String(given[name] ?? ""));
}
