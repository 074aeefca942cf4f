"""Reading the outbox of webhooks: what is due, what waits, what is too old; and earlier calls of a number."""

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple

import msgspec


class Waiting(NamedTuple):
    """A row that waits to be sent."""

    row: int
    id: str
    kind: str
    call: str
    at: float
    body: bytes
    tries: int


class Backlog(NamedTuple):
    """What waits for one webhook; `oldest_at` is None where nothing does."""

    waiting: int
    oldest_at: float | None


class State(msgspec.Struct):
    """A webhook's deliveries so far. Instants are UTC epoch seconds; see `schema.webhook_states`."""

    delivered: int = 0
    dropped: int = 0
    delivered_at: float | None = None
    failing_since: float | None = None
    next_at: float | None = None
    failures: list[dict[str, Any]] = msgspec.field(default_factory=list)


_DUE = """
    SELECT row, id, kind, call, at, body, tries FROM webhook_outbox AS it
    WHERE webhook = ? AND next_at <= ? AND NOT EXISTS (
        SELECT 1 FROM webhook_outbox AS before
        WHERE before.webhook = it.webhook AND before.call = it.call AND before.row < it.row
    ) ORDER BY row LIMIT ?
"""
_OLDEST = "SELECT row, at, kind, call FROM webhook_outbox NOT INDEXED WHERE webhook = ? ORDER BY row LIMIT ?"
_EARLIER = """
    SELECT call, direction, arrived_at, outcome, queue, agent,
           (SELECT sum(ended_at - began_at) FROM talks WHERE talks.call = calls.call),
           (SELECT json_group_array(number) FROM (SELECT number FROM cases WHERE cases.call = calls.call ORDER BY 1))
    FROM calls WHERE caller = ?1 AND arrived_at >= ?2 AND ended_at <= ?3 AND call <> ?4
    ORDER BY arrived_at DESC LIMIT ?5
"""


class OutboxReader:
    """A connection of its own that cannot write; opened at first use. Any thread may ask: whose task was cancelled goes
    on to its end, and SQLite must not be closed under it."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._closed = False
        self._one_at_a_time = threading.Lock()

    def due(self, webhook: str, now: float, most: int) -> list[Waiting]:
        """What may be sent now, as it happened: of each call the first event alone, so that order is kept."""
        return [Waiting(*row) for row in self._read(_DUE, (webhook, now, most))]

    def older(self, webhook: str, than: float, most: int) -> list[tuple[int, str, str]]:
        """Rows that are too old, with their kind and call; of the oldest `most`."""
        return [(row, kind, call) for row, at, kind, call in self._read(_OLDEST, (webhook, most)) if at < than]

    def backlog(self, webhook: str) -> Backlog:
        """What waits."""
        (row,) = self._read("SELECT count(*), min(at) FROM webhook_outbox WHERE webhook = ?", (webhook,))
        return Backlog(*row)

    def names(self) -> list[str]:
        """Webhooks for which something waits, whether the site still has them or not."""
        return [name for (name,) in self._read("SELECT DISTINCT webhook FROM webhook_outbox", ())]

    def state(self, webhook: str) -> State:
        """The state of a webhook; a new one where nothing was ever sent."""
        columns = ", ".join(State.__struct_fields__)
        rows = self._read(f"SELECT {columns} FROM webhook_states WHERE webhook = ?", (webhook,))
        if not rows:
            return State()
        *values, failures = rows[0]
        known = dict(zip(State.__struct_fields__, (*values, msgspec.json.decode(failures)), strict=True))
        return msgspec.convert(known, State)

    def earlier(self, number: str, since: float, until: float, but: str, most: int) -> list[dict[str, Any]]:
        """Calls of `number` that came at or after `since` and were over by `until`, newest first; `but` is left out."""
        names = ("call", "direction", "arrived_at", "outcome", "queue", "agent", "talk_s")
        rows = self._read(_EARLIER, (number, since, until, but, most))
        return [{**dict(zip(names, row, strict=False)), "cases": msgspec.json.decode(row[-1])} for row in rows]

    def close(self) -> None:
        """Let go of the store; a question that is under way in another thread is answered first."""
        with self._one_at_a_time:
            self._closed = True
            self._let_go()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._one_at_a_time:
            if self._closed:
                raise sqlite3.ProgrammingError("the reader is closed")
            try:
                if self._connection is None:
                    path = f"file:{self._database}?mode=ro"
                    self._connection = sqlite3.connect(path, uri=True, check_same_thread=False)
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error:
                self._let_go()  # the next one opens it anew
                raise


def read_once(database: Path) -> contextlib.closing[OutboxReader]:
    """A reader for one `with`."""
    return contextlib.closing(OutboxReader(database))
