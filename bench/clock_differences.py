"""Random histories of cases read by the core and by the oracle: where the two differ, in words."""

from __future__ import annotations

from random import Random

from bench.clock_histories import WINDOW_DAYS, a_calendar, a_clock, a_log, first_minute, window
from bench.clock_oracle import Answer, Minute, Minutes, answer, warned_back
from complaints.clocks.calendars import Calendars
from complaints.clocks.state import State, state_at

A_CALENDAR = 250
"""Histories by one calendar: to lay one out minute by minute takes as long as a hundred of them."""
_BEFORE_DAYS = 3


def count(seed: str, histories: str) -> dict[str, object]:
    """Try so many histories; for a process of its own. The words of the first ten differences, and how many."""
    found: list[str] = []
    wanted = int(histories)
    for number in range((wanted + A_CALENDAR - 1) // A_CALENDAR):
        found += differences(Random(f"{seed}/{number}"), min(A_CALENDAR, wanted - number * A_CALENDAR))
    return {"differences": len(found), "first": found[:10], "histories": wanted}


def differences(chance: Random, histories: int) -> list[str]:
    """Where core and oracle differ in so many histories by one random calendar."""
    zone, begin = window(chance)
    calendar = a_calendar(chance, zone, begin)
    first = first_minute(begin)
    last = first + WINDOW_DAYS * 1440
    calendars = Calendars({"tried": calendar})
    laid_out: dict[int, Minutes] = {}
    found = []
    for number in range(histories):
        clock = a_clock(chance)
        log = a_log(chance, first + _BEFORE_DAYS * 1440, chance.choice((0.3, 1, 1, 4)))
        at = int(log[0].at // 60) + chance.randrange(-60, chance.choice((600, 2000, 5 * 1440)))
        known = (at + chance.choice((0, 0, chance.randrange(3000), 100_000))) * 60.0
        versions = sum(version.entered is None or version.entered <= known for version in calendar.versions)
        if versions not in laid_out:
            laid_out[versions] = Minutes(calendar, known, first, last)
        minutes = laid_out[versions]
        wanted = answer(clock, log, minutes, at, known)
        got = state_at(clock, log, calendars, at * 60.0, known)
        wrong = _wrong(wanted, got, last)
        if not wrong and got.due_at is not None and got.due_at < last * 60:
            asked = chance.randrange(1, 900)
            back = warned_back(minutes, int(got.due_at // 60), asked)
            counted = calendars.working_time("tried", known).back(got.due_at, asked * 60.0)
            if back is not None and counted != back * 60:
                wrong = f"counted back {asked} min from {got.due_at}: {back * 60}, not {counted}"
        if wrong:
            found.append(f"history {number}: {wrong}\n  {clock}\n  {log}\n  at {at * 60} known {known}\n  {calendar}")
    return found


def _wrong(wanted: Answer, got: State, last: Minute) -> str:
    due, oracle_due = got.due_at, None if wanted.due is None else wanted.due * 60.0
    if due is not None and (due >= last * 60 or (got.finished_at is not None and due > got.finished_at)):
        due = None  # the oracle ends with its minutes, and with the round
    if oracle_due is not None and got.finished_at is not None and oracle_due > got.finished_at:
        oracle_due = None
    for what, by_oracle, by_core in (
        ("state", wanted.word, got.word),
        ("round", wanted.round, got.round),
        ("start", None if wanted.started is None else wanted.started * 60.0, got.started_at),
        ("used", wanted.used, got.used),
        ("due", oracle_due, due),
    ):
        if by_oracle != by_core:
            return f"{what}: {by_oracle} by the oracle, {by_core} by the core"
    return ""
