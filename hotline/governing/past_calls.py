"""Past calls for a replay: from the house's own call log, or from a file of another system's."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from dialer.governor.history import State
from dialer.governor.questions import Origin
from hotline.governing.subjects import read_number
from hotline.ledger.searching import Reader
from hotline.store import opening


class PastAttempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One outgoing call that was made. Instants are UTC epoch seconds."""

    at: float
    number: str
    """E.164, or a short code."""
    state: State = "attempted"
    person: str = ""
    account: str = ""
    scene: str = ""
    """Empty: nobody said."""
    origin: Origin = "import"
    source: str = ""
    campaign: str = ""
    agent: str = ""
    caller_id: str = ""
    result: str = ""
    talked_until: float = 0.0
    attributes: dict[str, str] = {}
    verdict: str = ""
    """What the gate said as it was asked; empty: nobody asked."""


class Attempts(Protocol):
    """Where past calls come from: the call log, a ledger, a file."""

    def between(self, begin: float, end: float) -> Iterator[PastAttempt]:
        """The calls of this time, the oldest first; the end is not included. Raises BadInput."""
        ...


class CallLog:
    """Calls of agents to numbers outside, and callbacks, as the house's call log has them. It knows no persons, and no
    scenes but those that are given here."""

    def __init__(self, database: Path, region: str, agent_scene: str = "", callback_scene: str = "") -> None:
        self._database = database
        self._region = region
        self._agent_scene = agent_scene
        self._callback_scene = callback_scene

    def between(self, begin: float, end: float) -> Iterator[PastAttempt]:
        """The calls of this time, the oldest first."""
        opening.must_be_of_today(self._database)
        talked = "(SELECT max(ended_at) FROM talks WHERE talks.call = {0}.call AND talks.began_at >= {0}.{1})"
        query = (
            "SELECT arrived_at, called, agent, answered_at, cause, 0, "
            f"{talked.format('calls', 'arrived_at')} FROM calls"
            " WHERE direction = 'out' AND direction <> 'in' AND arrived_at >= ?1 AND arrived_at < ?2"
            " UNION ALL SELECT legs.began_at, callbacks.number, callbacks.agent, legs.answered_at, legs.cause, 1, "
            f"{talked.format('legs', 'began_at')} FROM callbacks JOIN legs ON legs.call = callbacks.call"
            " WHERE legs.role = 'caller' AND legs.began_at > callbacks.booked_at"
            " AND legs.began_at >= ?1 AND legs.began_at < ?2 ORDER BY 1"
        )
        try:
            with closing(opening.to_read(self._database)) as connection:
                for at, number, agent, answered, cause, is_callback, until in connection.execute(query, (begin, end)):
                    state: State = "attempted" if answered is None else "answered" if until is None else "effective"
                    yield PastAttempt(
                        at=at,
                        number=self._read(number),
                        state=state,
                        scene=self._callback_scene if is_callback else self._agent_scene,
                        origin="callback" if is_callback else "agent",
                        agent=agent or "",
                        result=cause,
                        talked_until=until or 0.0,
                    )
        except sqlite3.Error as error:
            raise BadInput(f"{self._database}: {error}; the call log cannot be read") from error

    def _read(self, number: str) -> str:
        try:
            return read_number(number, self._region)
        except ValueError:  # it was called all the same: the rules say what they have against it
            return number


class LedgerCalls:
    """Calls of this house and of others, as the contact ledger has them; those that were never dialled are left out."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def between(self, begin: float, end: float) -> Iterator[PastAttempt]:
        """The calls of this time, the oldest first."""
        for row in self._reader.in_order(begin, end):
            if row["state"] != "released":
                yield past_attempt(row)


def past_attempt(row: Mapping[str, Any]) -> PastAttempt:
    """A row of the ledger as a past call."""
    return PastAttempt(
        at=row["at"] if row["dialled_at"] is None else row["dialled_at"],
        number=row["number"],
        state=row["state"],
        person=row["person"],
        account=row["account"],
        scene=row["scene"],
        origin=row["origin"],
        source=row["source"],
        campaign=row["campaign"],
        agent=row["agent"],
        caller_id=row["caller_id"],
        result=row["result"],
        talked_until=row["talked_until"],
        verdict=row["verdict"],
    )


class CallFile:
    """A file of another system's calls: one JSON object a line, with the fields of `PastAttempt`.

    `at` and `talked_until` may be instants in words, in the house's zone unless they say another; numbers are read as
    dialled in `region`. The lines may stand in any order.
    """

    def __init__(self, path: Path, region: str, zone: ZoneInfo) -> None:
        self._path = path
        self._region = region
        self._zone = zone

    def between(self, begin: float, end: float) -> Iterator[PastAttempt]:
        """The calls of this time, the oldest first."""
        found = []
        try:
            with self._path.open(encoding="utf-8") as file:
                for count, line in enumerate(file, start=1):
                    if line.strip():
                        one = self._read(line, count)
                        if begin <= one.at < end:
                            found.append(one)
        except OSError as error:
            raise BadInput(f"{self._path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise BadInput(f"{self._path}: not UTF-8") from error
        yield from sorted(found, key=lambda one: one.at)

    def _read(self, line: str, count: int) -> PastAttempt:
        try:
            plain = msgspec.json.decode(line)
            if not isinstance(plain, dict):
                raise ValueError("one JSON object a line is wanted")
            for word in ("at", "talked_until"):
                if isinstance(plain.get(word), str):
                    plain[word] = self._instant(plain[word])
            if isinstance(plain.get("number"), str | int):
                plain["number"] = read_number(str(plain["number"]), self._region)
            return msgspec.convert(plain, PastAttempt)
        except (msgspec.MsgspecError, ValueError) as error:
            raise BadInput(f"{self._path}:{count}: {error}") from error

    def _instant(self, text: str) -> float:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is not None else at.replace(tzinfo=self._zone)).timestamp()
