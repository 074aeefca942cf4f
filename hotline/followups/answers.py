"""Answers to questionnaires in the store: of calls as the flows give them, of forms, and of others by HTTP."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Literal

from hotline.followups.keeping import FollowUp
from ivr.commands import QuestionAnswered
from ivr.questionnaires import REFUSED, Questionnaire, Walked

Channel = Literal["phone", "person", "http"]
_PUT = (
    "INSERT INTO answers (source, questionnaire, question, version, word, figure, at, channel, call, followup, person) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, questionnaire, question) DO UPDATE "
    "SET version = excluded.version, word = excluded.word, figure = excluded.figure"
)
"""A replay finds its row there, and leaves the time of the answer as it was."""
_OF_CALLS = "UPDATE answers SET followup = ?, person = ? WHERE call = ?"
_OF_ONE = "SELECT question, word, version FROM answers WHERE followup = ? ORDER BY at, question"
_SENT = "SELECT 1 FROM answers WHERE source = ? AND questionnaire = ?"
_LATELY = "SELECT max(at) FROM answers WHERE questionnaire = ? AND person = ? AND source <> ?"


class AnswerRows:
    """Writes the answers of calls; `write` takes a statement and its values, as the store's writer does."""

    kinds: frozenset[type] = frozenset({QuestionAnswered})

    def __init__(self, write: Callable[[str, tuple[Any, ...]], None], utc: Callable[[], float]) -> None:
        """`utc`: UTC epoch seconds."""
        self._write = write
        self._utc = utc

    def take(self, command: QuestionAnswered) -> None:
        """Write one answer, in the transaction of its key."""
        said = (command.version, command.word, command.figure, self._utc(), "phone", command.call, None, "")
        self._write(_PUT, (f"call/{command.call}", command.questionnaire, command.question, *said))


def put(
    connection: sqlite3.Connection,
    questionnaire: Questionnaire,
    walked: Walked,
    source: str,
    channel: Channel,
    at: float,
    person: str = "",
    followup: int | None = None,
) -> bool:
    """Keep the answers of a form; False where this source has sent its answers before, and nothing is changed."""
    if connection.execute(_SENT, (source, questionnaire.name)).fetchone() is not None:
        return False
    for one in walked.answers:
        said = (questionnaire.version, one.word, one.figure, at, channel, "", followup, person)
        connection.execute(_PUT, (source, questionnaire.name, one.question, *said))
    return True


def answered_at(connection: sqlite3.Connection, questionnaire: str, person: str, source: str) -> float | None:
    """When this person answered it last, by another source; None: they never have."""
    if not person:
        return None
    (at,) = connection.execute(_LATELY, (questionnaire, person, source)).fetchone()
    return None if at is None else float(at)


def of_follow_up(connection: sqlite3.Connection, one: FollowUp, calls: Sequence[str]) -> dict[str, Any]:
    """The answers of a follow-up, those of its calls among them, which become its own: `answers` by question, and the
    `version` of the questionnaire. Empty: there are none."""
    for call in calls:
        connection.execute(_OF_CALLS, (one.number, one.caller, call))
    rows = connection.execute(_OF_ONE, (one.number,)).fetchall()
    if not rows:
        return {}
    return {"answers": {question: word for question, word, _ in rows}, "version": rows[-1][2]}


def told_of(answers: dict[str, Any]) -> Literal["", "some", "refused"]:
    """What somebody has said, in one word."""
    words = answers.get("answers", {}).values()
    return "refused" if REFUSED in words else "some" if words else ""
