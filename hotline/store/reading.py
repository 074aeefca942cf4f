"""Reading the store: the call log and the cases, for people and for the web. Never on the call path."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec
from sqlalchemy import Column, ColumnElement, DefaultClause, FromClause, Select, Table, func, literal, select
from sqlalchemy.dialects import sqlite

from hotline.store import case_tables, opening, schema

Row = Mapping[str, Any]


async def rows(path: Path, query: Select[Any]) -> list[dict[str, Any]]:
    """The rows of a query, each by the names of its columns."""
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    async with aiosqlite.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.row_factory = aiosqlite.Row
        async with connection.execute(str(compiled), values) as cursor:
            return [dict(row) for row in await cursor.fetchall()]


def talks_of(path: Path) -> FromClause:
    """The talks, also of a store that an earlier release has left and no server has brought up to date: without their
    holds, or one for each call, from its leg."""
    there = opening.columns(path, schema.talks.name)
    if there.issuperset(schema.talks.c.keys()):
        return schema.talks
    if there:
        return select(*columns_of(schema.talks, path)).subquery("talks")
    call, leg = schema.calls, schema.legs
    columns = (
        *(call.c.call, literal(1).label("number"), leg.c.role, call.c.agent, leg.c.party, call.c.queue, leg.c.leg),
        *(call.c.answered_at.label("began_at"), func.min(leg.c.ended_at, call.c.ended_at).label("ended_at")),
        *(leg.c.cause, literal(0).label("holds"), literal(0.0).label("held_s")),
        *(literal(0).label("masks"), literal(0.0).label("masked_s")),
    )
    within = call.c.answered_at.between(leg.c.answered_at, leg.c.ended_at)
    found = select(*columns).join_from(call, leg, leg.c.call == call.c.call).where(leg.c.role == "agent", within)
    return found.subquery("talks")


def columns_of(table: Table, path: Path) -> list[ColumnElement[Any]]:
    """The columns of `table` as today's release reads them, also of a store that an earlier one has left."""
    known = opening.columns(path, table.name)
    return [column if column.name in known else literal(_default_of(column)).label(column.name) for column in table.c]


def _default_of(column: Column[Any]) -> Any:
    default = column.server_default
    return column.type.python_type(default.arg) if isinstance(default, DefaultClause) else None


async def call(path: Path, call: str) -> dict[str, Any] | None:
    """One row of the call log; None where no such call has ended.

    `talk_s` is the length of the call's talks together, `held_s` the time on hold in it; None without a talk.
    """
    table, talk = schema.calls, talks_of(path)
    mine = talk.c.call == table.c.call
    talked = select(func.sum(talk.c.ended_at - talk.c.began_at)).where(mine).scalar_subquery()
    held = select(func.sum(talk.c.held_s)).where(mine).scalar_subquery()
    query = select(*columns_of(table, path), talked.label("talk_s"), held.label("held_s")).where(table.c.call == call)
    return next(iter(await rows(path, query)), None)


async def overrides(path: Path, most: int = 50) -> list[dict[str, Any]]:
    """Every override that was set, the newest first; none in a store of before them. `detail` is an object."""
    if not opening.is_of_today(path):
        return []
    table = schema.overrides
    found = await rows(path, select(table).order_by(table.c.number.desc()).limit(most))
    return [{**row, "detail": msgspec.json.decode(row["detail"])} for row in found]


async def legs(path: Path, call: str) -> list[dict[str, Any]]:
    """The legs of a call as they began."""
    return await rows(path, select(schema.legs).where(schema.legs.c.call == call).order_by(schema.legs.c.began_at))


async def talks(path: Path, call: str) -> list[dict[str, Any]]:
    """The talks of a call in order, each with the path of its recording, if there is one."""
    table, sound = talks_of(path), schema.recordings
    mine = sound.c.call == table.c.call
    if "talk" in opening.columns(path, sound.name):
        mine &= sound.c.talk == table.c.number
    query = select(table, sound.c.path.label("recording")).outerjoin(sound, mine).where(table.c.call == call)
    return await rows(path, query.order_by(table.c.number))


async def transfers(path: Path, call: str) -> list[dict[str, Any]]:
    """The transfers of a call by its agents, in order; none in a store that an earlier release has left."""
    if not opening.is_of_today(path):
        return []
    table = schema.transfers
    return await rows(path, select(table).where(table.c.call == call).order_by(table.c.number))


async def dispositions(path: Path, call: str) -> list[dict[str, Any]]:
    """What came of the talks of a call, by their agents, in order; none in a store that an earlier release has left."""
    table = schema.talk_dispositions
    if not opening.columns(path, table.name):
        return []
    return await rows(path, select(table).where(table.c.call == call).order_by(table.c.talk))


async def declines(path: Path, call: str) -> list[dict[str, Any]]:
    """What agents have declined of a call, in order; none in a store that an earlier release has left."""
    table = schema.declines
    if not opening.columns(path, table.name):
        return []
    return await rows(path, select(table).where(table.c.call == call).order_by(table.c.number))


async def steps(path: Path, call: str) -> list[dict[str, Any]]:
    """The steps that a caller took, in order."""
    return await rows(path, select(schema.steps).where(schema.steps.c.call == call).order_by(schema.steps.c.index))


async def rungs(path: Path, call: str) -> list[dict[str, Any]]:
    """The rungs of the ladder that a call was on, in order; none in a store that an earlier release has left."""
    if not opening.is_of_today(path):
        return []
    table = schema.rungs
    return await rows(path, select(table).where(table.c.call == call).order_by(table.c.number))


async def recordings(path: Path, call: str | None = None) -> list[dict[str, Any]]:
    """Recordings of a call, or all."""
    table = schema.recordings
    known = opening.columns(path, table.name)
    query = select(*(column for column in table.c if column.name in known))
    return await rows(path, query if call is None else query.where(schema.recordings.c.call == call))


async def transcripts(path: Path, call: str) -> list[dict[str, Any]]:
    """The transcripts of a call by talk, a message first; none in a store that an earlier release has left."""
    table = schema.transcripts
    if not opening.columns(path, table.name):
        return []
    found = await rows(path, select(table).where(table.c.call == call).order_by(table.c.talk, table.c.path))
    decoded = ("lines", "missing", "forbidden")
    return [{**row, **{name: msgspec.json.decode(row[name]) for name in decoded}} for row in found]


async def transcribed(path: Path, calls: Sequence[str]) -> set[str]:
    """Those of these calls that have a transcript."""
    table = schema.transcripts
    if not opening.columns(path, table.name):
        return set()
    return {row["call"] for row in await rows(path, select(table.c.call).where(table.c.call.in_(calls)).distinct())}


async def callbacks(path: Path, most: int = 50, outcome: str | None = None) -> list[dict[str, Any]]:
    """Callbacks, the last booked first."""
    table = schema.callbacks
    query = select(table).order_by(table.c.booked_at.desc()).limit(most)
    return await rows(path, query if outcome is None else query.where(table.c.outcome == outcome))


async def cases(
    path: Path, most: int = 50, call: str | None = None, number: str | None = None, caller: str | None = None
) -> list[dict[str, Any]]:
    """The newest cases first, each with the first recording of its call once there is one; of a call, of a case's own
    number, or of a caller's."""
    table, sound = schema.cases, schema.recordings
    first_recording = select(func.min(sound.c.path)).where(sound.c.call == table.c.call).scalar_subquery()
    query = select(table, first_recording.label("recording")).order_by(table.c.opened_at.desc()).limit(most)
    if opening.is_of_today(path):  # since its log began a case is at a stage
        heads = case_tables.case_heads
        stage = func.coalesce(heads.c.stage, table.c.state)
        query = query.with_only_columns(
            *(column if column.name != "state" else stage.label("state") for column in table.c),
            first_recording.label("recording"),
        ).outerjoin(heads, heads.c.case == table.c.number)
    if call is not None:
        query = query.where(table.c.call == call)
    if number is not None:
        query = query.where(table.c.number == number)
    if caller is not None:
        query = query.where(table.c.caller == caller)
    return [{**row, "fields": msgspec.json.decode(row["fields"])} for row in await rows(path, query)]
