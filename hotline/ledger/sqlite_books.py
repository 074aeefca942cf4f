"""The books of one transaction in SQLite: read in a few statements for all its requests, written in a few."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from hotline.ledger.books import REFUSED, Uses
from hotline.ledger.group_books import Asks, GroupBooks
from hotline.ledger.port import Attempt
from hotline.ledger.requests import Request
from hotline.ledger.settling import SLACK_S, state_at
from hotline.ledger.store import COLUMNS, FOUND, SETTLED, found, settled
from hotline.store import ledger_tables as tables

_NAMES = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO attempts ({_NAMES}, decision) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"
_ONE_OF = "IN (SELECT value FROM json_each(?1))"
_BY_ID = f"SELECT {_NAMES} FROM attempts WHERE id {_ONE_OF}"
_BY_KEY = f"SELECT {_NAMES}, decision FROM attempts WHERE key {_ONE_OF} AND {tables.WITH_KEY}"
_BY_CALL = f"SELECT {_NAMES} FROM attempts WHERE call {_ONE_OF} AND {tables.WITH_CALL}"
_NEAR = f"SELECT {_NAMES} FROM attempts WHERE number {_ONE_OF} AND at BETWEEN ?2 AND ?3"
"""These three may find more than is asked for, of another source or time."""
_PAST = f"SELECT {_NAMES} FROM attempts WHERE {{0}} {_ONE_OF} AND at >= ?2 AND state <> 'released'"
_PAST_BY = {
    "number": _PAST.format("number"),
    "person": f"{_PAST.format('person')} AND {tables.WITH_PERSON}",
    "account": f"{_PAST.format('account')} AND {tables.WITH_ACCOUNT}",
}
_LAST_ID = "SELECT coalesce(max(id), 0) FROM attempts"
_SETTLE = f"UPDATE attempts SET {', '.join(f'{name} = ?' for name in SETTLED)} WHERE id = ?"
_FIND = f"UPDATE attempts SET {', '.join(f'{name} = ?' for name in FOUND)} WHERE id = ?"
_REFUSE = (
    f"INSERT INTO refusals (at, verdict, {', '.join(REFUSED)}, decision) VALUES ({', '.join('?' * (len(REFUSED) + 3))})"
)
_REST = (
    "INSERT INTO resting_caller_ids (caller_id, until) VALUES (?, ?) "
    "ON CONFLICT (caller_id) DO UPDATE SET until = max(until, excluded.until)"
)
_EXPIRE = (
    f"UPDATE attempts SET open = 0, expired = (state = 'reserved'), "
    "state = CASE state WHEN 'reserved' THEN 'released' ELSE state END "
    f"WHERE {tables.IS_OPEN} AND expires_at <= ?"
)
_AT = FOUND.index("at")


class SqliteBooks(GroupBooks):
    """The transaction has the file alone: what was read stays true until it ends."""

    def __init__(self, connection: sqlite3.Connection, uses: Uses) -> None:
        """`uses` are those of the connection, which outlive the transaction."""
        super().__init__(uses, self._one_more)
        self._connection = connection
        self._last_id: int | None = None

    def load(self, requests: Sequence[Request[Any]], now: float) -> None:
        """Read all that the requests will ask for."""
        asks = Asks.of(requests, now)
        for kind, names in asks.people:
            if names:
                self._see(self._found_by(_PAST_BY[kind], names, asks.since - SLACK_S))
        if asks.ids:
            self._see(self._found_by(_BY_ID, asks.ids))
        if asks.keys:
            self._see_keys(self._found_by(_BY_KEY, [one.key for one in asks.keys]))
        if asks.records:
            since = min(one.at - one.within_s for one in asks.records)
            until = max(one.at + one.within_s for one in asks.records)
            self._see(sorted(self._found_by(_BY_CALL, [one.call for one in asks.records])))  # the first one counts
            self._see(self._found_by(_NEAR, [one.number for one in asks.records], since, until))

    def write(self) -> None:
        """Write all that has changed since the last time."""
        if self._added:
            added = [self._attempts[number] for number in self._added]
            self._many(_INSERT, ((*msgspec.structs.astuple(one), self._decisions[one.id]) for one in added))
            self._found.update((one.id, found(one)) for one in added)
        if self._changed:
            changed = [self._attempts[number] for number in self._changed]
            self._many(_SETTLE, ((*settled(one), one.id) for one in changed))
            moved = [one for one in changed if found(one) != self._found[one.id]]
            self._many(_FIND, ((*found(one), one.id) for one in moved))
            self._found.update((one.id, found(one)) for one in moved)
        self._many(_REFUSE, self._refused)
        for written in (self._added, self._changed, self._refused):
            written.clear()

    def add(self, attempt: Attempt, decision: bytes) -> None:
        """Written at the end."""
        super().add(attempt, decision)
        if not attempt.open:
            self._uses.forget(attempt.caller_id)  # somebody else's call that is over: it has shown it, too

    def change(self, attempt: Attempt, held: bool, now: float) -> None:
        """Written at the end."""
        before = self._found.get(attempt.id)
        super().change(attempt, held, now)
        if before is not None and attempt.at != before[_AT]:
            self._uses.forget(attempt.caller_id)

    def rest(self, caller_id: str, until: float) -> None:
        """The later end counts."""
        self._connection.execute(_REST, (caller_id, until))
        self._uses.rests(caller_id, until)

    def expire(self, now: float) -> int:
        """All of them at once."""
        self.write()
        self._uses.known.clear()
        released = self._connection.execute(_EXPIRE, (now,)).rowcount
        for attempt in self._attempts.values():
            if attempt.open and attempt.expires_at <= now:
                attempt.open, attempt.expired = False, attempt.state == "reserved"
                attempt.state = state_at(attempt, now)
        return released

    def _one_more(self) -> int:
        """One more than the last: nobody else writes meanwhile."""
        if self._last_id is None:
            (self._last_id,) = self._connection.execute(_LAST_ID).fetchone()
        self._last_id += 1
        return self._last_id

    def _found_by(self, statement: str, names: Iterable[int | str], *bounds: float) -> list[tuple[Any, ...]]:
        values = msgspec.json.encode(list(names)).decode()
        return self._connection.execute(statement, (values, *bounds)).fetchall()

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(statement, rows)

    @staticmethod
    def _attempt(row: Sequence[Any]) -> Attempt:
        """SQLite has no booleans."""
        attempt = Attempt(*row)
        attempt.open, attempt.expired, attempt.late = bool(attempt.open), bool(attempt.expired), bool(attempt.late)
        return attempt
