"""The inbox of cases: those that are due first stand first, each with the clocks that run in it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from calls.errors import BadInput
from complaints.audit import Entry
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendars
from complaints.clocks.state import State, state_at
from hotline.cases.reading import FLAGS
from hotline.store import case_log
from hotline.store.transactions import looking

UNFINISHED = ("running", "paused", "overdue")
"""Words of clocks that are still owed."""
_NEVER = 9e15
"""Stands for the deadline of a case without one: behind all others."""
_COLUMNS = (
    "case", "stage", "link", "into", "kind", "category", "grade", "is_unsure", "department", "handler", "is_open",
    "opened_at", "changed_at", "caller", "account", "product", "region", "channel",
)  # fmt: skip
_NAMES = ", ".join(f'h."{name}"' for name in _COLUMNS)
_FROM = f'SELECT {_NAMES}, c.due_at FROM case_heads AS h LEFT JOIN case_clocks AS c ON c."case" = h."case"'
_DUE = f"coalesce(c.due_at, {_NEVER:.0f})"
_FILTERS = {
    **{"stage": "h.stage = :stage", "grade": "h.grade = :grade", "department": "h.department = :department"},
    **{"handler": "h.handler = :handler", "kind": "h.kind = :kind", "open": "h.is_open"},
    **{"free": "h.handler = ''", "unsure": "h.is_unsure", "due_by": "c.due_at <= :due_by"},
}


class Wanted(msgspec.Struct, frozen=True):
    """Filters: each that is given must fit. `free`: nobody has taken it; `due_by`: UTC epoch seconds."""

    stage: str = ""
    grade: str = ""
    department: str = ""
    handler: str = ""
    kind: str = ""
    open: bool = False
    free: bool = False
    unsure: bool = False
    due_by: float = 0.0


class Page(msgspec.Struct, frozen=True):
    """Some of the cases, and the cursor of those behind them; empty: there are none."""

    cases: list[dict[str, Any]]
    next: str = ""


def inbox(database: Path, book: ClockBook, wanted: Wanted, now: float, most: int = 50, after: str = "") -> Page:
    """Cases by their first deadline, those without one last. Raises BadInput for a cursor that is none."""
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value}
    filters = [_FILTERS[name] for name in given]
    bound: dict[str, Any] = {**given, "most": most + 1}
    if after:
        filters.append(f'({_DUE}, h."case") > (:due, :after)')
        bound["due"], bound["after"] = _read(after)
    where = f" WHERE {' AND '.join(filters)}" if filters else ""
    calendars = book.laid_out()
    with looking(database) as connection:
        rows = connection.execute(f'{_FROM}{where} ORDER BY {_DUE}, h."case" LIMIT :most', bound).fetchall()
        cases = [_row(connection, row, book, calendars, now) for row in rows[:most]]
    more = f"{_due(rows[most - 1])!r}.{rows[most - 1][0]}" if len(rows) > most else ""
    return Page(cases, more)


def clocks_of(book: ClockBook, log: Sequence[Entry], calendars: Calendars, now: float) -> list[dict[str, Any]]:
    """The clocks that are or were for a case, as they stand, those that are due first in front."""
    found = [(clock, state_at(clock, log, calendars, now)) for clock in book.clocks.values()]
    ours = [(clock, state) for clock, state in found if state.word not in ("not_started", "not_for_it")]
    ours.sort(key=lambda one: (one[1].word not in UNFINISHED, one[1].due_at or _NEVER, one[0].name))
    return [{**_told(state), "regime": clock.regime} for clock, state in ours]


def _told(state: State) -> dict[str, Any]:
    words = {"clock": state.clock, "state": state.word, "unit": state.unit, "round": state.round}
    instants = {"started_at": state.started_at, "due_at": state.due_at, "finished_at": state.finished_at}
    return {**words, **instants, "used": state.used, "limit": state.limit}


def _row(
    connection: sqlite3.Connection, row: Sequence[Any], book: ClockBook, calendars: Calendars, now: float
) -> dict[str, Any]:
    *head, due_at = row
    case = dict(zip(_COLUMNS, head, strict=True))
    clocks = clocks_of(book, case_log.entries(connection, case["case"]), calendars, now)
    unfinished = [clock for clock in clocks if clock["state"] in UNFINISHED]
    return {**case, **{flag: bool(case[flag]) for flag in FLAGS}, "due_at": due_at, "clocks": unfinished}


def _due(row: Sequence[Any]) -> float:
    return _NEVER if row[-1] is None else float(row[-1])


def _read(cursor: str) -> tuple[float, str]:
    due, _, case = cursor.rpartition(".")
    try:
        return float(due), case
    except ValueError:
        raise BadInput(f"after: {cursor[:40]!r} is no cursor; the page before has it in `next`") from None
