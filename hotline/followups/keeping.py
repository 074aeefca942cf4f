"""Follow-ups in the store: each a row that moves by its table, with a log of what happened, and entries in its case."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec

from calls.errors import BadInput, BrokenRule
from complaints.dispatch.settings import Dispatch
from complaints.followups.table import FOLLOW_UPS, FollowUpEvent, FollowUpState
from complaints.stages.rules import HOUSE, Act
from hotline.cases.keeping import act, kept

COLUMNS = (
    "number", "source", "rule", "case", "state", "by", "at", "since", "until", "caller", "account", "name",
    "department", "questionnaire", "campaign", "list", "row", "attempt", "overdue_at", "changed_at", "author", "detail",
)  # fmt: skip
SELECT = "SELECT " + ", ".join(f'"{name}"' for name in COLUMNS) + " FROM followups"
_ADD = (
    "INSERT INTO followups (" + ", ".join(f'"{name}"' for name in COLUMNS[1:]) + ") VALUES ("
    + ", ".join("?" * (len(COLUMNS) - 1)) + ") ON CONFLICT DO NOTHING"
)  # fmt: skip
_MOVE = "UPDATE followups SET state = ?, changed_at = ?, author = ?, detail = ? WHERE number = ?"
_LOG = "INSERT INTO followup_log (followup, at, event, state, author, detail) VALUES (?, ?, ?, ?, ?, ?)"
_MOST_MERGED = 10
_NOTED: Mapping[FollowUpState, str] = {
    "held": "may not be called",
    "given_up": "was not reached",
    "not_wanted": "is not wanted",
}
"""States that the case's log is told of, in words."""


class FollowUp(msgspec.Struct):
    """One follow-up as it stands in the store; instants are UTC epoch seconds."""

    number: int
    source: str
    rule: str
    case: str
    state: FollowUpState
    by: str
    at: float
    since: float
    until: float
    caller: str
    account: str
    name: str
    department: str
    questionnaire: str
    campaign: str
    list: int | None = None
    row: int | None = None
    attempt: str = ""
    overdue_at: float | None = None
    changed_at: float = 0.0
    author: str = ""
    detail: str = ""


def add(connection: sqlite3.Connection, one: FollowUp) -> bool:
    """Plan a follow-up; False where its occasion has one already."""
    values = tuple(getattr(one, name) for name in COLUMNS[1:])
    return connection.execute(_ADD, values).rowcount == 1


def follow_up(connection: sqlite3.Connection, number: int) -> FollowUp:
    """The follow-up of this number. Raises BadInput."""
    row = connection.execute(f"{SELECT} WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise BadInput(f"there is no follow-up {number}; hotline followups list shows them")
    return FollowUp(*row)


def move(
    connection: sqlite3.Connection,
    one: FollowUp,
    event: FollowUpEvent,
    at: float,
    author: str = "",
    detail: str = "",
    dispatch: Dispatch | None = None,
) -> bool:
    """Take an event, which happened at `at`; False where the table ignores it. The case is told of what it should know.

    Raises BadInput for an event out of turn; then nothing is written.
    """
    try:
        state = FOLLOW_UPS.after(one.state, event)
    except BrokenRule as error:
        raise BadInput(f"follow-up {one.number} is {one.state}: {error}") from error
    if state is None:
        return False
    one.state, one.changed_at, one.author, one.detail = state, at, author, detail
    connection.execute(_MOVE, (state, at, author, detail, one.number))
    connection.execute(_LOG, (one.number, at, event, state, author, detail))
    if one.case and state in _NOTED:
        why = f": {detail}" if detail else ""
        tell_case(connection, one, "noted", {"text": f"follow-up {one.number} {_NOTED[state]}{why}"}, author, dispatch)
    return True


def tell_case(
    connection: sqlite3.Connection,
    one: FollowUp,
    kind: str,
    fields: dict[str, Any],
    author: str,
    dispatch: Dispatch | None,
) -> None:
    """Write an entry into the log of the follow-up's case, or of the one in which its matter goes on; a case that
    retention has taken is told nothing."""
    try:
        case = kept(connection, one.case)
        for _ in range(_MOST_MERGED):
            if case.state.link != "merged":
                break
            case = kept(connection, case.state.into)
    except BadInput:
        return
    at = max(one.changed_at, case.opened_at, case.entries[-1].at if case.entries else 0.0)
    act(connection, case, Act(kind, author or HOUSE, at, {"followup": one.number, **fields}), at, dispatch)
