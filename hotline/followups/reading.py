"""Follow-ups for people: lists, one with its log and its answers, and the export of answers."""

import sqlite3
from pathlib import Path
from typing import Any, get_args

from calls.errors import BadInput
from calls.numbers import masked, masked_within
from complaints.followups.table import CALLED, OPEN, FollowUpState
from dsl.spelling import nearest_hint
from hotline.followups.keeping import COLUMNS, SELECT, follow_up
from hotline.store.transactions import looking

_LOG = "SELECT at, event, state, author, detail FROM followup_log WHERE followup = ? ORDER BY row"
_ANSWERS = (
    "SELECT questionnaire, version, question, word, figure, at, channel, call FROM answers WHERE followup = ? "
    "ORDER BY at, question"
)
_EXPORT = (
    "SELECT source, questionnaire, version, question, word, figure, at, channel, call, followup, person FROM answers "
    "WHERE questionnaire = ? AND at >= ? AND at < ? ORDER BY at, source, question"
)
EXPORTED = (
    "source", "questionnaire", "version", "question", "word", "figure", "at", "channel", "call", "followup", "person",
)  # fmt: skip
_STATES: tuple[str, ...] = get_args(FollowUpState)
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))


def listing(
    database: Path,
    most: int = 50,
    *,
    state: str = "",
    rule: str = "",
    case: str = "",
    is_open: bool = False,
    overdue_at: float | None = None,
) -> list[dict[str, Any]]:
    """Follow-ups that fit all that is asked, the soonest due first. `overdue_at`: those past their last day then.

    Raises BadInput for a state that there is not.
    """
    if state and state not in _STATES:
        raise BadInput(f"no state {state[:60]!r}{nearest_hint(state, _STATES)}; there are {', '.join(_STATES)}")
    filters, values = ["1"], []
    for name, wanted in (("state", state), ("rule", rule), ('"case"', case)):
        if wanted:
            filters.append(f"{name} = ?")
            values.append(wanted)
    if is_open or overdue_at is not None:
        filters.append(f"state IN ({_OPEN})")
    bound: list[object] = [*values]
    if overdue_at is not None:
        filters.append("until < ?")
        bound.append(overdue_at)
    with looking(database) as connection:
        query = f"{SELECT} WHERE {' AND '.join(filters)} ORDER BY until, number LIMIT ?"
        return [dict(zip(COLUMNS, row, strict=True)) for row in connection.execute(query, (*bound, most))]


def story(database: Path, number: int) -> dict[str, Any]:
    """One follow-up with its `log` and `answers`, and whether a campaign has it. Raises BadInput."""
    with looking(database) as connection:
        one = follow_up(connection, number)
        log = _rows(connection, _LOG, (number,))
        answers = _rows(connection, _ANSWERS, (number,))
    head = {name: getattr(one, name) for name in COLUMNS}
    return {**head, "called": one.state in CALLED, "log": log, "answers": answers}


def answers(database: Path, questionnaire: str, since: float, until: float) -> list[dict[str, Any]]:
    """Every answer to a questionnaire from `since` on and before `until` (UTC epoch seconds), one a row."""
    with looking(database) as connection:
        return _rows(connection, _EXPORT, (questionnaire, since, until))


def masked_head(row: dict[str, Any], region: str) -> dict[str, Any]:
    """A follow-up for people who need not know numbers and names."""
    hidden = {name: _part(str(row[name])) for name in ("account", "name")}
    return {**row, **hidden, "caller": masked(row["caller"]), "detail": masked_within(row["detail"], region)}


def masked_story(row: dict[str, Any], region: str) -> dict[str, Any]:
    """The same of a whole story: texts of its log, too."""
    log = [{**one, "detail": masked_within(one["detail"], region)} for one in row["log"]]
    return {**masked_head(row, region), "log": log}


def masked_answer(row: dict[str, Any]) -> dict[str, Any]:
    """An exported answer without the whole number of its person."""
    return {**row, "person": masked(row["person"])}


def _part(text: str) -> str:
    return text[: len(text) // 2] + "*" * (len(text) - len(text) // 2)


def _rows(connection: sqlite3.Connection, query: str, bound: tuple[object, ...]) -> list[dict[str, Any]]:
    cursor = connection.execute(query, bound)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
