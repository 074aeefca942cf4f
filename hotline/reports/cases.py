"""Cases of the store as the figures take them: opened, decided and handed over in a span, by the log of each."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from complaints.audit import Entry, known_at
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendars
from complaints.clocks.rounds import Round, rounds_of
from complaints.stages.durations import hand_overs, stage_times
from complaints.stages.table import STAGES
from hotline.store import case_log
from reporting.rows import CaseRow, ClockRow, HandOverRow, StepRow

_TOUCHED = """
SELECT "case", kind, category, grade, department, channel, link, opened_at FROM case_heads
WHERE (is_open OR changed_at >= :since OR opened_at >= :since) AND opened_at < :until ORDER BY opened_at, "case"
"""
"""A case that was over before the span, and that nobody has touched since, has nothing in it."""
_End = Literal["", "closed", "otherwise"]
_ON_THE_WAY = {str(stage): place for place, stage in enumerate(STAGES.moves)}
_ENDS: dict[str, _End] = {"closed": "closed", "withdrawn": "otherwise", "transferred": "otherwise"}


class CaseRows(msgspec.Struct):
    """Rows of a span."""

    opened: list[CaseRow] = []
    clocks: list[ClockRow] = []
    hand_overs: list[HandOverRow] = []
    steps: list[StepRow] = []


def case_rows(
    connection: sqlite3.Connection, book: ClockBook, since: float, until: float, known_until: float
) -> CaseRows:
    """What happened from `since` on and before `until`, by what was known at `known_until`.

    A case that is merged into another one is no case of its own, and its log counts no more. A round of a clock is
    decided once: when it is met, or when its deadline passes.
    """
    found, calendars = CaseRows([], [], [], []), book.laid_out()
    for case, kind, category, grade, department, channel, link, opened_at in connection.execute(
        _TOUCHED, {"since": since, "until": until}
    ).fetchall():
        if link == "merged":
            continue
        log = known_at(case_log.entries(connection, case), known_until)
        log = [entry for entry in log if entry.at <= known_until]
        if since <= opened_at < until:
            ended, lasted_s = _end(log, opened_at, known_until)
            found.opened.append(CaseRow(kind, category, grade, department, channel, ended, lasted_s))
        found.clocks += _decided(log, book, calendars, since, until, known_until)
        for one in hand_overs(log, known_until):
            if one.taken_at is not None and since <= one.taken_at < until:
                found.hand_overs.append(HandOverRow(one.department, one.took_s(known_until), bool(one.by)))
        for stay in stage_times(log, known_until):
            if stay.until is not None and since <= stay.until < until and _ENDS.get(stay.then or "") != "otherwise":
                found.steps.append(StepRow(stay.stage, stay.until - stay.since))
    found.steps.sort(key=lambda step: _ON_THE_WAY[step.stage])
    return found


def _end(log: Sequence[Entry], opened_at: float, known_until: float) -> tuple[_End, float]:
    """How the case ended first, and how long after it was opened."""
    for entry in log:
        if entry.kind in _ENDS:
            return _ENDS[entry.kind], entry.at - opened_at
    return "", known_until - opened_at


def _decided(
    log: Sequence[Entry], book: ClockBook, calendars: Calendars, since: float, until: float, known_until: float
) -> Iterator[ClockRow]:
    for clock in book.clocks.values():
        for current in rounds_of(clock, log, calendars, known_until):
            decided = _decision(current, known_until)
            if decided is not None and since <= decided[1] < until:
                met, at = decided
                grade, department = _last(log, at, "grade"), _last(log, at, "department")
                yield ClockRow(clock.name, grade, department, met, clock.share)


def _decision(current: Round, known_until: float) -> tuple[bool, float] | None:
    """Whether a round was met, and when that was decided; None of one that is not, or that ended before it was due."""
    if current.limit is None:
        return None
    due, finished = current.reached_at(), current.finished_at
    if due is not None and due < (known_until if finished is None else finished):
        return False, due
    return (True, finished) if finished is not None and current.finish == "stopped" else None


def _last(log: Iterable[Entry], at: float, field: str) -> str:
    """The last value of a field by `at`."""
    values = [str(entry.fields[field]) for entry in log if entry.at <= at and entry.fields.get(field)]
    return values[-1] if values else ""
