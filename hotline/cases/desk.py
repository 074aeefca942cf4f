"""The desk of a case: all that the person who works on it looks at, read at once."""

from pathlib import Path
from typing import Any

import msgspec

from complaints.clocks.book import ClockBook
from complaints.clocks.explaining import explain
from complaints.stages.possible import Possible, possible
from complaints.stages.state import state_of
from hotline.cases import reading
from hotline.cases.inbox import UNFINISHED, clocks_of
from hotline.store import case_log
from hotline.store.transactions import looking
from hotline.versions.case_rules import CaseRules

_CALL = "SELECT call FROM cases WHERE number = ?"
_NOTICES = 'SELECT kind, at, told_at, body FROM case_notices WHERE "case" = ? ORDER BY row DESC LIMIT ?'
_MOST_NOTICES = 50


def desk(database: Path, book: ClockBook, case: str, now: float) -> dict[str, Any]:
    """The story of a case with its `clocks` (each with the lines that explain it), `notices` that were given, the
    newest first, and the `calls` that it came in by. Raises BadInput for a number that no case has."""
    told = reading.story(database, case, now)
    calendars = book.laid_out()
    with looking(database) as connection:
        log = case_log.entries(connection, case)
        (call,) = connection.execute(_CALL, (case,)).fetchone()
        notices = [
            {**msgspec.json.decode(body), "kind": kind, "at": at, "told_at": told_at}
            for kind, at, told_at, body in connection.execute(_NOTICES, (case, _MOST_NOTICES))
        ]
    clocks = clocks_of(book, log, calendars, now)
    for one in clocks:
        one["lines"] = list(explain(book.clocks[one["clock"]], log, calendars, now).lines)
    named = [call, *(one["fields"].get("call", "") for one in told["contacts"])]
    return {
        **told,
        "clocks": clocks,
        "notices": notices,
        "calls": list(dict.fromkeys(one for one in map(str, named) if one)),
    }


def acts_for(database: Path, case: str, person: str) -> list[Possible]:
    """What `person` may do with a case now, and what stands in the way. Raises BadInput, as `desk` does."""
    with looking(database) as connection:
        log = case_log.entries(connection, case)
    return possible(state_of(log), person) if log else []


def choices(rules: CaseRules, book: ClockBook, clocks: list[dict[str, Any]] | None = None) -> dict[str, dict[str, str]]:
    """The values that fields of acts may have, each with its title: departments, grades, clocks with an extension.

    `clocks` of a case, as `desk` has them: of the book only those that run in it.
    """
    departments = {} if rules.dispatch is None else rules.dispatch.departments
    grades = {} if rules.grades is None else rules.grades.grades
    run = {one["clock"] for one in clocks or () if one["state"] in UNFINISHED}
    return {
        "department": {name: one.title or name for name, one in departments.items()},
        "grade": {name: one.title or name for name, one in grades.items()},
        "clock": {name: one.about or name for name, one in book.clocks.items() if one.extensions and name in run},
    }
