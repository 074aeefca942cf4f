// Figures as people read them.

/** Seconds as a clock: 0:07, 12:30, 1:02:03. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A share from 0 to 1 in percent; a dash for none. */
export function percent(share, language) {
  if (share === null || share === undefined) return "–";
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** An instant (UTC epoch seconds) by the clock of `zone`. */
export function clock(utc, zone, language, seconds = true) {
  const parts = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone };
  if (seconds) parts.second = "2-digit";
  return new Intl.DateTimeFormat(language, parts).format(new Date(utc * 1000));
}

/** How good a wait is: within what is in time, up to three times that, or longer. */
export function gradeOfWait(seconds, within) {
  if (seconds <= within) return "good";
  return seconds <= 3 * within ? "watch" : "bad";
}

/** How good a service level is: at the goal, up to a fifth below it, or lower; nothing to say of none. */
export function gradeOfLevel(level, goal) {
  if (level === null || level === undefined) return "";
  if (level >= goal) return "good";
  return level >= goal * 0.8 ? "watch" : "bad";
}

/** The day of all queues together. */
export function wholeDay(days) {
  const sum = { offered: 0, answered: 0, abandoned: 0, in_time: 0, hung_up_early: 0, waited_s: 0 };
  for (const day of days) for (const name of Object.keys(sum)) sum[name] += day[name];
  const weighed = sum.offered - sum.hung_up_early;
  return { ...sum, service_level: weighed ? sum.in_time / weighed : null };
}
