"""Searching the ledger: by number, person, account, case, scene, agent, caller id and time; and the origin of a call.

Pages go from the newest to the oldest, by the instant of the reservation and the attempt's number; a cursor names the
last one seen, so what comes in meanwhile moves nothing. Every search is a walk along one index, also where the ledger
has fifty million rows: the narrowest filter leads, and the others are held against the rows that it finds.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, Table, case, func, literal, or_, select, text, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from calls.errors import BadInput
from dialer.governor.decisions import Decision
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.store import ledger_tables as tables
from hotline.store.searches import Cursor

MOST = 1_000
"""Attempts of one page."""


class AttemptSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search; None: whatever it is. `since` (included) and `until` (not) are UTC epoch seconds."""

    number: str | None = None
    """E.164, of whom was called."""
    person: str | None = None
    account: str | None = None
    case: str | None = None
    call: str | None = None
    """Its id in the system that placed it."""
    agent: str | None = None
    caller_id: str | None = None
    scene: str | None = None
    campaign: str | None = None
    source: str | None = None
    rule: str | None = None
    """Of refusals: the strictest rule that said no."""
    since: float | None = None
    until: float | None = None
    after: Cursor | None = None


_LEADING = ("case", "call", "number", "person", "account", "agent", "caller_id", "scene", "rule")
"""Filters with an index, the narrowest first; of several the first one leads."""
_CONDITIONS = {
    "person": tables.WITH_PERSON,
    "account": tables.WITH_ACCOUNT,
    "agent": tables.WITH_AGENT,
    "case": tables.WITH_CASE,
    "call": tables.WITH_CALL,
    "caller_id": tables.WITH_CALLER_ID,
}


class Page(NamedTuple):
    """Rows, newest first; and where the next page begins, if there is one."""

    rows: list[dict[str, Any]]
    next: Cursor | None


class Reader:
    """Reads a ledger beside its writers, for people. Numbers are whole: who shows them masks them."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def attempts(self, wanted: AttemptSearch, most: int = 50) -> Page:
        """A page of attempts, 1 to MOST, without their decisions. Raises LedgerAway, BadInput."""
        return await self._page(tables.attempts, wanted, most)

    async def refusals(self, wanted: AttemptSearch, most: int = 50) -> Page:
        """A page of questions that were refused, each with its `decision`. Raises LedgerAway, BadInput."""
        return await self._page(tables.refusals, wanted, most)

    async def origin(self, attempt: int) -> dict[str, Any] | None:
        """All that is known of one attempt, with the `decision` (None of an import); None: there is no such attempt."""
        table = tables.attempts
        rows = await asyncio.to_thread(self._rows, select(table).where(table.c.id == attempt))
        return _whole(rows[0]) if rows else None

    async def totals(
        self, scene: str, campaign: str, since: float | None = None, until: float | None = None, house: str = ""
    ) -> dict[str, int]:
        """How many attempts of a campaign, of calls that are over, came to each state. `house`: of this house's, and of
        those from before keys had its name; empty: of all houses. Raises LedgerAway."""
        table = tables.attempts
        where = [table.c.scene == scene, _aside(table.c.campaign) == campaign, table.c.open.is_(False)]
        where += [table.c.at >= since] if since is not None else []
        where += [table.c.at < until] if until is not None else []
        if house:
            mine = _aside(table.c.key).startswith(f"{house}:", autoescape=True)
            where.append(or_(mine, _aside(table.c.key).not_like("%:%")))
        counted = select(table.c.state, func.count().label("count")).where(*where).group_by(table.c.state)
        return {row["state"]: row["count"] for row in await asyncio.to_thread(self._rows, counted)}

    async def by_scene(self, since: float, until: float) -> dict[str, dict[str, int]]:
        """By scene: how many attempts from `since` on and before `until` came to each state. Raises LedgerAway."""
        table = tables.attempts
        counted = select(table.c.scene, table.c.state, func.count().label("count"))
        counted = counted.where(table.c.at >= since, table.c.at < until).group_by(table.c.scene, table.c.state)
        found: dict[str, dict[str, int]] = {}
        for row in await asyncio.to_thread(self._rows, counted):
            found.setdefault(row["scene"], {})[row["state"]] = row["count"]
        return found

    async def refusals_by_scene(self, since: float, until: float) -> list[dict[str, Any]]:
        """By scene and strictest rule: how many questions from `since` on and before `until` were `denied` and
        `deferred`, and of how many `numbers`. Raises LedgerAway."""
        table = tables.refusals
        denied = func.sum(case((table.c.verdict == "deny", 1), else_=0)).label("denied")
        deferred = func.sum(case((table.c.verdict == "deny", 0), else_=1)).label("deferred")
        numbers = func.count(table.c.number.distinct()).label("numbers")
        counted = select(table.c.scene, table.c.rule, denied, deferred, numbers)
        counted = counted.where(table.c.at >= since, table.c.at < until).group_by(table.c.scene, table.c.rule)
        return await asyncio.to_thread(self._rows, counted.order_by(table.c.scene, table.c.rule))

    async def resting(self, now: float) -> dict[str, float]:
        """The caller ids that rest at `now`, each with the end of its rest (UTC epoch seconds). Raises LedgerAway."""
        table = tables.resting_caller_ids
        rows = await asyncio.to_thread(self._rows, select(table).where(table.c.until > now).order_by(table.c.caller_id))
        return {row["caller_id"]: row["until"] for row in rows}

    def in_order(self, since: float, until: float) -> Iterator[dict[str, Any]]:
        """All attempts from `since` on and before `until`, the oldest first, each with its `decision`. Raises
        LedgerAway. A page is read at a time, so writers go on."""
        return self._in_order(tables.attempts, since, until)

    def refusals_in_order(self, since: float, until: float) -> Iterator[dict[str, Any]]:
        """All questions that were refused in this time, as above."""
        return self._in_order(tables.refusals, since, until)

    def _in_order(self, table: Table, since: float, until: float) -> Iterator[dict[str, Any]]:
        last = (since, -1)
        while True:
            behind = tuple_(table.c.at, table.c.id) > tuple_(literal(last[0]), literal(last[1]))
            rows = self._rows(
                select(table).where(behind, table.c.at < until).order_by(table.c.at, table.c.id).limit(MOST)
            )
            for row in rows:
                yield _whole(dict(row))
            if len(rows) < MOST:
                return
            last = rows[-1]["at"], rows[-1]["id"]

    def explain(self, wanted: AttemptSearch, most: int = 50) -> list[str]:
        """The plan of a search of attempts, as the database tells it."""
        statement, values = self._compiled(query(tables.attempts, wanted, most))
        word = "EXPLAIN QUERY PLAN " if self._place.file is not None else "EXPLAIN "
        return [str(row[-1]) for row in self._fetched(word + statement, values)[1]]

    async def _page(self, table: Table, wanted: AttemptSearch, most: int) -> Page:
        if not 1 <= most <= MOST:
            raise BadInput(f"a page has 1 to {MOST} attempts")
        rows = await asyncio.to_thread(self._rows, query(table, wanted, most + 1))
        rows = [_whole(row) for row in rows]
        if len(rows) <= most:
            return Page(rows, None)
        return Page(rows[:most], Cursor(rows[most - 1]["at"], str(rows[most - 1]["id"])))

    def _rows(self, wanted: Select[Any]) -> list[dict[str, Any]]:
        names, rows = self._fetched(*self._compiled(wanted))
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _compiled(self, wanted: Select[Any]) -> tuple[str, Any]:
        if self._place.file is not None:
            dialect: Any = sqlite.dialect(paramstyle="qmark")
            compiled = wanted.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            return str(compiled), tuple(compiled.params[name] for name in compiled.positiontup or ())
        dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # SQLAlchemy's
        compiled = wanted.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        return str(compiled), compiled.params

    def _fetched(self, statement: str, values: Any) -> tuple[list[str], list[Any]]:
        if self._place.file is not None:
            try:
                with closing(sqlite3.connect(f"file:{self._place.file}?mode=ro", uri=True)) as connection:
                    cursor = connection.execute(statement, values)
                    return [one[0] for one in cursor.description], cursor.fetchall()
            except sqlite3.Error as error:
                if not self._place.file.exists():
                    raise LedgerAway(f"{self._place.name}: there is none yet; hotline serve makes it") from error
                raise LedgerAway(f"{self._place.name}: {error}") from error
        import psycopg

        try:
            with psycopg.connect(self._place.url, connect_timeout=3) as connected:
                connected.read_only = True
                found = connected.execute(statement, values)
                return [one.name for one in found.description or ()], found.fetchall()
        except psycopg.Error as error:
            raise LedgerAway(f"{self._place.name}: {str(error).partition(chr(10))[0]}") from error


def query(table: Table, wanted: AttemptSearch, most: int) -> Select[Any]:
    """The statement of a search."""
    columns = [column for column in table.c if column.name != "decision" or table is tables.refusals]
    where: list[Any] = []
    leading = True
    for name in _LEADING:
        value = getattr(wanted, name)
        column = table.c.get("case_number" if name == "case" else name)
        if value is None:
            continue
        if column is None:
            raise BadInput(f"{table.name} are not searched by {name}")
        where.append(column == value if leading else _aside(column) == value)
        if leading and table is tables.attempts and name in _CONDITIONS:
            where.append(text(str(_CONDITIONS[name])))
        leading = False
    for name in ("campaign", "source"):
        if getattr(wanted, name) is not None:
            where.append(_aside(table.c[name]) == getattr(wanted, name))
    if wanted.since is not None:
        where.append(table.c.at >= wanted.since)
    if wanted.until is not None:
        where.append(table.c.at < wanted.until)
    if wanted.after is not None:
        at, number = wanted.after
        if not number.isdecimal():
            raise BadInput("no cursor of the ledger: take the one that the page before ended with")
        where.append(tuple_(table.c.at, table.c.id) < tuple_(literal(at), literal(int(number))))
    return select(*columns).where(*where).order_by(table.c.at.desc(), table.c.id.desc()).limit(most)


def _aside(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as no index has it: the leading filter's index is the one to walk along."""
    return func.coalesce(column, "")


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("open", "expired", "late"):
        if name in row:
            row[name] = bool(row[name])
    if "decision" in row:
        kept = bytes(row["decision"])
        row["decision"] = msgspec.to_builtins(msgspec.json.decode(kept, type=Decision)) if kept else None
    return row
