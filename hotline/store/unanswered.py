"""Questions of callers that nobody answered, in the store: each wording once, numbers masked, and when it was asked."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import msgspec

from calls.errors import BadInput
from calls.words import masked_words
from hotline.store import opening
from ivr.commands import QuestionUnanswered
from understanding.wording import plain

State = Literal["open", "added", "dismissed"]

_PATIENCE_S = 10.0
_LONGEST = 300
_TIME = 'INSERT INTO unanswered_times ("call", attempt, question, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING'
_AT = '(SELECT at FROM unanswered_times WHERE "call" = ?8 AND attempt = ?9)'
_QUESTION = (
    'INSERT INTO unanswered (id, wording, language, why, intent, near, "where", first_at, last_at)'
    f" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, {_AT}, {_AT})"
    " ON CONFLICT (id) DO UPDATE SET why = excluded.why, intent = excluded.intent, near = excluded.near,"
    ' "where" = excluded."where", last_at = max(last_at, excluded.last_at)'
)
"""After the time of it: a replay finds that there, and changes nothing."""
_SELECT = (
    'SELECT id, wording, language, why, intent, near, "where", first_at, last_at, state, settled_at, settled_by, note,'
    " (SELECT count(*) FROM unanswered_times AS t WHERE t.question = q.id) AS times,"
    " (SELECT count(*) FROM unanswered_times AS t WHERE t.question = q.id AND t.at > q.settled_at) AS times_since"
    " FROM unanswered AS q"
)


class Question(msgspec.Struct, frozen=True):
    """Question that nobody answered. Instants are UTC epoch seconds.

    `times` counts the calls that are kept, `times_since` those after it was settled. `near` has the nearest intents,
    each with its likeness (0 to 1).
    """

    id: str
    wording: str
    language: str
    why: str
    intent: str
    near: tuple[tuple[str, float], ...]
    where: str
    first_at: float
    last_at: float
    state: State
    settled_at: float | None
    settled_by: str
    note: str
    times: int
    times_since: int


class UnansweredRows:
    """Writes what nobody answered; `write` takes a statement and its values, as the store's writer does."""

    kinds: frozenset[type] = frozenset({QuestionUnanswered})

    def __init__(
        self, write: Callable[[str, tuple[Any, ...]], None], utc: Callable[[], float], region: Callable[[], str]
    ) -> None:
        """`utc`: UTC epoch seconds. `region` (ISO 3166): by whose rules numbers are dialled."""
        self._write = write
        self._utc = utc
        self._region = region

    def take(self, command: QuestionUnanswered) -> None:
        """Write one question, in the transaction of its judgement."""
        wording = masked_words(command.said, self._region())[:_LONGEST].strip()
        if not plain(wording):
            return
        id_ = id_of(command.language, wording)
        near = msgspec.json.encode(command.near).decode()
        about = (wording, command.language, command.why, command.intent, near, command.where)
        self._write(_TIME, (command.call, command.attempt, id_, self._utc()))
        self._write(_QUESTION, (id_, *about, command.call, command.attempt))


def id_of(language: str, wording: str) -> str:
    """The name of a wording: the same for all that is compared as one."""
    return hashlib.sha256(f"{language}\0{plain(wording)}".encode()).hexdigest()[:8]


def questions(database: Path, states: tuple[State, ...] = ("open",), most: int = 200) -> list[Question]:
    """Questions in these states, those that were asked most often first. Raises BadInput for a store of another
    release."""
    places = ", ".join("?" * len(states))
    rows = _read(
        database, f"{_SELECT} WHERE state IN ({places}) ORDER BY times DESC, last_at DESC LIMIT ?", (*states, most)
    )
    return [_question(row) for row in rows]


def question(database: Path, id_: str) -> Question:
    """One of them, by its name or the beginning of it. Raises BadInput where there is none, or more than one."""
    rows = _read(database, f"{_SELECT} WHERE substr(id, 1, ?) = ? LIMIT 2", (len(id_), id_)) if id_ else []
    if len(rows) != 1:
        told = "several questions begin so" if rows else "no such question"
        raise BadInput(f"{id_}: {told}; hotline unanswered list shows them")
    return _question(rows[0])


def settle(database: Path, id_: str, state: State, by: str, note: str) -> None:
    """Settle a question, or open it again. The server may run. Raises BadInput."""
    opening.must_be_of_today(database)
    at = None if state == "open" else time.time()
    statement = "UPDATE unanswered SET state = ?, settled_at = ?, settled_by = ?, note = ? WHERE id = ?"
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE_S)) as connection, connection:
            connection.execute(statement, (state, at, by, note, id_))
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; nothing was changed") from error


def _question(row: tuple[Any, ...]) -> Question:
    values = dict(zip(Question.__struct_fields__, row, strict=True))
    return msgspec.convert({**values, "near": msgspec.json.decode(values["near"])}, Question)


def _read(database: Path, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    opening.must_be_of_today(database)
    try:
        with closing(opening.to_read(database)) as connection:
            return list(map(tuple, connection.execute(statement, values)))
    except sqlite3.Error as error:
        raise BadInput(f"{database}: {error}; the questions cannot be read") from error
