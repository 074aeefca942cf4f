"""Searching the call log: by number, time, agent, queue, outcome and direction, page after page.

Pages go from the newest arrival to the oldest, by the instant of arrival and the call's id. A cursor names the last
call that was seen, so what comes in meanwhile moves nothing: no call is seen twice, none that was there is left out.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, tuple_, union
from sqlalchemy.sql.elements import ColumnElement

from hotline.store import opening, reading, schema
from hotline.store.searches import CallSearch, Cursor, Messages, Page


async def search(path: Path, wanted: CallSearch, most: int = 50) -> Page:
    """A page of `most` calls, 1 to MOST. Rows are those of `calls`, with `talk_s`, the length of their talks together,
    and `held_s`, the time on hold in them; None without one."""
    if wanted.said is not None and not opening.columns(path, schema.transcripts.name):
        return Page([], None)  # a store that no server has brought up to date has no transcripts
    rows = await reading.rows(path, _query(path, wanted, most + 1))
    if len(rows) <= most:
        return Page(rows, None)
    last = rows[most - 1]
    return Page(rows[:most], Cursor(last["arrived_at"], last["call"]))


async def is_known(path: Path, agent: str | None = None, queue: str | None = None) -> bool:
    """Whether any call of the log had this agent, or was in this queue: those who are gone can be searched for, too."""
    return bool((await search(path, CallSearch(agent=agent, queue=queue), 1)).rows)


async def messages(path: Path, box: str | None, after: Cursor | None, most: int) -> Messages:
    """A page of `most` messages of calls that are over, of one box or all. In a cursor, the place of the call's id is
    taken by the file's path: a call may leave several."""
    sound, call = schema.recordings, schema.calls
    columns = (sound.c.path, sound.c.call, sound.c.box, sound.c.duration_s, call.c.caller, call.c.called)
    query = select(*columns, call.c.arrived_at).join_from(sound, call, call.c.call == sound.c.call)
    query = query.where(sound.c.kind == "message")
    if box is not None:
        query = query.where(sound.c.box == box)
    if after is not None:
        query = query.where(tuple_(call.c.arrived_at, sound.c.path) < tuple_(*map(literal, after)))
    rows = await reading.rows(path, query.order_by(call.c.arrived_at.desc(), sound.c.path.desc()).limit(most + 1))
    if len(rows) <= most:
        return Messages(rows, None)
    return Messages(rows[:most], Cursor(rows[most - 1]["arrived_at"], rows[most - 1]["path"]))


async def boxes(path: Path) -> list[str]:
    """Every box that a message was left in."""
    sound = schema.recordings
    query = select(sound.c.box).where(sound.c.kind == "message").distinct().order_by(sound.c.box)
    return [row["box"] for row in await reading.rows(path, query)]


def _query(path: Path, wanted: CallSearch, most: int) -> Select[Any]:
    """The newest ones are found along one index, and only then looked up: a row is long, and the log longer."""
    today = bool(opening.columns(path, schema.call_agents.name))
    table, talk = schema.calls, reading.talks_of(path)
    ways = [_by_agent(wanted)] if today and wanted.agent is not None else _by_call(wanted, today)
    found = union(*(select(way.limit(most).subquery()) for way in ways)).subquery()
    mine = talk.c.call == table.c.call
    talked = select(func.sum(talk.c.ended_at - talk.c.began_at)).where(mine).scalar_subquery()
    held = select(func.sum(talk.c.held_s)).where(mine).scalar_subquery()
    columns = (*reading.columns_of(table, path), talked.label("talk_s"), held.label("held_s"))
    query = select(*columns).join_from(found, table, table.c.call == found.c.call)
    return query.order_by(table.c.arrived_at.desc(), table.c.call.desc()).limit(most)


def _by_call(wanted: CallSearch, today: bool) -> list[Select[Any]]:
    """One query, or of a number two: of those who called, and of those whom the house called. Each has an index."""
    table = schema.calls
    where = _between(wanted, table.c.arrived_at, table.c.call)
    if wanted.agent is not None:  # a store that no server has brought up to date knows the last agent alone
        where.append(table.c.agent == wanted.agent)
    if wanted.queue is not None:
        where.append(table.c.queue == wanted.queue)
    if wanted.outcome is not None:
        where.append(table.c.outcome == wanted.outcome)
    where += _that_said(wanted, table.c.call)
    where += _of_the_direction(wanted, today)
    newest_first = (table.c.arrived_at.desc(), table.c.call.desc())
    return [select(table.c.call).where(*where, *side).order_by(*newest_first) for side in _sides(wanted, today)]


def _by_agent(wanted: CallSearch) -> Select[Any]:
    had = schema.call_agents
    where = [had.c.agent == wanted.agent, *_between(wanted, had.c.arrived_at, had.c.call)]
    if wanted.queue is not None:
        where.append(had.c.queue == wanted.queue)
    if wanted.outcome is not None:
        where.append(had.c.outcome == wanted.outcome)
    where += _that_said(wanted, had.c.call)
    query = select(had.c.call).order_by(had.c.arrived_at.desc(), had.c.call.desc())
    if wanted.direction is not None:
        where.append(had.c.direction == wanted.direction)
    if rest := _of_the_number(wanted):
        query = query.join_from(had, schema.calls, schema.calls.c.call == had.c.call).where(*rest)
    return query.where(*where)


def _that_said(wanted: CallSearch, call: ColumnElement[str]) -> list[Any]:
    """A walk through all transcripts: words have no index, and a year of them is read in a second."""
    if wanted.said is None:
        return []
    heard = schema.transcripts
    return [call.in_(select(heard.c.call).where(heard.c.said.contains(wanted.said, autoescape=True)))]


def _between(wanted: CallSearch, arrived_at: ColumnElement[float], call: ColumnElement[str]) -> list[Any]:
    where: list[Any] = []
    if wanted.since is not None:
        where.append(arrived_at >= wanted.since)
    if wanted.until is not None:
        where.append(arrived_at < wanted.until)
    if wanted.after is not None:
        where.append(tuple_(arrived_at, call) < tuple_(*map(literal, wanted.after)))
    return where


def _of_the_direction(wanted: CallSearch, today: bool) -> list[Any]:
    if wanted.direction is None:
        return []
    if not today:  # all calls of before came in
        return [] if wanted.direction == "in" else [literal(False)]
    own = schema.calls.c.direction == wanted.direction
    return [own] if wanted.direction == "in" else [schema.BY_AN_AGENT, own]


def _sides(wanted: CallSearch, today: bool) -> list[list[Any]]:
    if wanted.number is None:
        return [[]]
    table = schema.calls
    inbound = [table.c.caller == wanted.number]
    return [inbound, [table.c.called == wanted.number, schema.BY_AN_AGENT]] if today else [inbound]


def _of_the_number(wanted: CallSearch) -> list[Any]:
    """The same of an agent's calls: they are few enough to be looked at one by one, and no index is needed."""
    table = schema.calls
    if wanted.number is None:
        return []
    return [or_(table.c.caller == wanted.number, and_(table.c.called == wanted.number, table.c.direction != "in"))]
