"""Turns of the house's work on cases: several cases in one transaction, and then others get the store.

To sync each case to the disk by itself would be most of the work. A case that errs is undone alone.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from complaints.dispatch.choosing import Standing
from dsl.hours import is_open
from hotline.store.transactions import part, writing
from hotline.versions.case_rules import CaseRules

_HOLD_S = 0.08
_BREATH_S = 0.025
"""The store is held for about so long, for the journal of calls waits meanwhile; and then let go so long that whoever
waits for it gets it: SQLite's waiters look again after 1 ms, and each 25 ms later on."""
_LOADS = (
    "SELECT department, handler, count(*) FROM case_heads WHERE is_open = 1 AND department <> ''"
    " GROUP BY department, handler"
)


class Done(msgspec.Struct):
    """What was done: numbers of cases."""

    begun: list[str] = msgspec.field(default_factory=list)
    merged: list[str] = msgspec.field(default_factory=list)
    asked: list[str] = msgspec.field(default_factory=list)
    climbed: list[str] = msgspec.field(default_factory=list)
    told: int = 0
    """Notices that were given to people."""


class Turn:
    """One transaction: the rules and the instant that hold in it, and where what was done is written down."""

    def __init__(
        self, connection: sqlite3.Connection, rules: CaseRules, now: float, done: Done, webhooks: Sequence[str]
    ) -> None:
        self.connection = connection
        self.rules = rules
        self.now = now
        self.done = done
        self.webhooks = webhooks
        self._standings: dict[str, Standing] | None = None

    def standings(self) -> dict[str, Standing]:
        """The departments as they stand; read once, for nobody else changes them meanwhile."""
        if self._standings is None:
            self._standings = _standings(self.connection, self.rules, self.now)
        return self._standings

    def dispatched(self, department: str, person: str) -> None:
        """One more case is there."""
        standing = self.standings()[department]
        loads, waiting = dict(standing.loads), standing.waiting + (not person)
        if person:
            loads[person] = loads.get(person, 0) + 1
        self.standings()[department] = msgspec.structs.replace(standing, loads=loads, waiting=waiting)


def by_turns(
    database: Path, cases: Iterable[str], do: Callable[[Turn, str], None], begin: Callable[[sqlite3.Connection], Turn]
) -> None:
    """Do something with each case. What one of them raises is raised once those before it are on disk."""
    waiting = deque(cases)
    while waiting:
        with writing(database) as connection:
            fault = _turn(begin(connection), waiting, do)
        if fault is not None:
            raise fault
        if waiting:
            time.sleep(_BREATH_S)


def _turn(turn: Turn, waiting: deque[str], do: Callable[[Turn, str], None]) -> Exception | None:
    """One after the other for as long as the store may be held, one at least; what went wrong, if something did."""
    until = time.monotonic() + _HOLD_S
    while waiting:
        try:
            with part(turn.connection):
                do(turn, waiting[0])
        except Exception as error:  # noqa: BLE001 - those before it are kept, and then it is raised
            return error
        waiting.popleft()
        if time.monotonic() >= until:
            break
    return None


def _standings(connection: sqlite3.Connection, rules: CaseRules, now: float) -> dict[str, Standing]:
    """Each department now: open or not by its hours, and its load."""
    loads: dict[str, dict[str, int]] = {}
    for department, handler, count in connection.execute(_LOADS):
        loads.setdefault(department, {})[handler] = count
    found = {}
    for name, department in (rules.dispatch.departments if rules.dispatch else {}).items():
        hours = rules.hours.get(department.hours)
        people = dict(loads.get(name, {}))
        waiting = people.pop("", 0)
        found[name] = Standing(hours is None or is_open(hours, now)[0], people, waiting)
    return found
