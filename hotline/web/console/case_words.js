// What the house's words of cases are called on the pages. A word that is not here is shown as it is.

import { language, t } from "./words.js";
import { clock } from "./figures.js";

/** An act, as a button has it. */
export function actWord(kind) {
  const words = {
    opened: t("act_opened"),
    contact: t("act_contact"),
    accepted: t("act_accepted"),
    graded: t("act_graded"),
    regraded: t("act_regraded"),
    dispatched: t("act_dispatched"),
    handed_over: t("act_handed_over"),
    taken: t("act_taken"),
    first_feedback: t("act_first_feedback"),
    investigated: t("act_investigated"),
    decided: t("act_decided"),
    approved: t("act_approved"),
    returned: t("act_returned"),
    notified: t("act_notified"),
    review_asked: t("act_review_asked"),
    reviewed: t("act_reviewed"),
    refund_ordered: t("act_refund_ordered"),
    refunded: t("act_refunded"),
    root_cause: t("act_root_cause"),
    closed: t("act_closed"),
    withdrawn: t("act_withdrawn"),
    transferred: t("act_transferred"),
    reopened: t("act_reopened"),
    merged: t("act_merged"),
    unmerged: t("act_unmerged"),
    recused: t("act_recused"),
    waiting: t("act_waiting"),
    resumed: t("act_resumed"),
    extended: t("act_extended"),
    followed_up: t("act_followed_up"),
    noted: t("act_noted"),
    struck: t("act_struck"),
  };
  return words[kind] ?? named(kind);
}

/** An entry of the log: an act that was done. */
export function entryWord(kind) {
  const words = {
    accepted: t("did_accepted"),
    graded: t("did_graded"),
    regraded: t("did_regraded"),
    dispatched: t("did_dispatched"),
    handed_over: t("did_handed_over"),
    taken: t("did_taken"),
    decided: t("did_decided"),
    approved: t("did_approved"),
    returned: t("did_returned"),
    refund_ordered: t("did_refund_ordered"),
    closed: t("did_closed"),
    transferred: t("did_transferred"),
    reopened: t("did_reopened"),
    merged: t("did_merged"),
    unmerged: t("did_unmerged"),
    recused: t("did_recused"),
    waiting: t("did_waiting"),
    resumed: t("did_resumed"),
  };
  return words[kind] ?? actWord(kind);
}

/** A stage of the work on a case. */
export function stageWord(stage) {
  const words = {
    received: t("stage_received"),
    accepted: t("stage_accepted"),
    graded: t("stage_graded"),
    dispatched: t("stage_dispatched"),
    answered: t("stage_answered"),
    investigated: t("stage_investigated"),
    decided: t("stage_decided"),
    approved: t("stage_approved"),
    notified: t("stage_notified"),
    in_review: t("stage_in_review"),
    refunding: t("stage_refunding"),
    refunded: t("stage_refunded"),
    explained: t("stage_explained"),
    closed: t("stage_closed"),
    withdrawn: t("stage_withdrawn"),
    transferred: t("stage_transferred"),
  };
  return words[stage] ?? named(stage);
}

/** How a clock stands. */
export function clockWord(state) {
  const words = {
    running: t("clock_running"),
    paused: t("clock_paused"),
    overdue: t("clock_overdue"),
    met: t("clock_met"),
    missed: t("clock_missed"),
    dropped: t("clock_dropped"),
  };
  return words[state] ?? named(state);
}

/** A field of an act. */
export function fieldWord(field) {
  const words = {
    amount: t("field_amount"),
    author: t("field_author"),
    category: t("case_category"),
    cause: t("field_cause"),
    channel: t("field_channel"),
    clock: t("field_clock"),
    decision: t("field_decision"),
    department: t("field_department"),
    for: t("field_for"),
    grade: t("field_grade"),
    into: t("field_into"),
    notice: t("field_notice"),
    person: t("field_person"),
    reason: t("field_reason"),
    reasons: t("field_reasons"),
    source: t("field_source"),
    text: t("field_text"),
    to: t("field_to"),
  };
  return words[field] ?? named(field);
}

/** What a case is: a complaint, a problem, a question. */
export function categoryWord(category) {
  const words = { complaint: t("complaint"), problem: t("problem"), question: t("question") };
  return words[category] ?? named(category);
}

/** Words with spaces, as people write them. */
export function named(word) {
  return String(word ?? "").replaceAll("_", " ");
}

/** An instant (UTC epoch seconds) as day and time of the house's zone. */
export function moment(utc, zone) {
  if (utc === null || utc === undefined) return "–";
  const day = new Intl.DateTimeFormat(language(), { month: "short", day: "numeric", timeZone: zone });
  return `${day.format(new Date(utc * 1000))} ${clock(utc, zone, language(), false)}`;
}

/** A span of seconds in the two largest units: 3 d 4 h, 2 h 05 min, 12 min, 40 s. */
export function length(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return t("days_hours", { days, hours });
  if (hours) return t("hours_minutes", { hours, minutes: String(minutes).padStart(2, "0") });
  return minutes ? t("some_minutes", { minutes }) : t("some_seconds", { seconds: whole });
}

/** What is left until `due`, or how long it has been over. */
export function left(due, now) {
  const seconds = due - now;
  return seconds < 0 ? t("over_since", { span: length(seconds) }) : t("still", { span: length(seconds) });
}

/** How urgent a deadline is: past, within two hours, or later. */
export function gradeOfDue(due, now) {
  if (due === null || due === undefined) return "";
  return due <= now ? "bad" : due - now <= 7200 ? "watch" : "good";
}
