"""Reading the store: the call log and the cases, for people and for the web. Never on the call path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiosqlite
import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.dialects import sqlite

from hotline.store import schema

Row = Mapping[str, Any]


async def _rows(path: Path, query: Select[Any]) -> list[dict[str, Any]]:
    compiled = query.compile(dialect=sqlite.dialect(paramstyle="qmark"), compile_kwargs={"render_postcompile": True})
    values = tuple(compiled.params[name] for name in compiled.positiontup or ())
    async with aiosqlite.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.row_factory = aiosqlite.Row
        async with connection.execute(str(compiled), values) as cursor:
            return [dict(row) for row in await cursor.fetchall()]


async def calls(
    path: Path, most: int = 50, outcome: str | None = None, call: str | None = None
) -> list[dict[str, Any]]:
    """Rows of the call log, the newest first, `most` of them; of one outcome, or of one call, if that is named."""
    table = schema.calls
    query = select(table).order_by(table.c.arrived_at.desc()).limit(most)
    if outcome is not None:
        query = query.where(table.c.outcome == outcome)
    if call is not None:
        query = query.where(table.c.call == call)
    return await _rows(path, query)


async def legs(path: Path, call: str) -> list[dict[str, Any]]:
    """The legs of a call as they began."""
    return await _rows(path, select(schema.legs).where(schema.legs.c.call == call).order_by(schema.legs.c.began_at))


async def steps(path: Path, call: str) -> list[dict[str, Any]]:
    """The steps that a caller took, in order."""
    return await _rows(path, select(schema.steps).where(schema.steps.c.call == call).order_by(schema.steps.c.index))


async def recordings(path: Path, call: str | None = None) -> list[dict[str, Any]]:
    """Recordings of a call, or all."""
    query = select(schema.recordings)
    return await _rows(path, query if call is None else query.where(schema.recordings.c.call == call))


async def callbacks(path: Path, most: int = 50, outcome: str | None = None) -> list[dict[str, Any]]:
    """Callbacks, the last booked first."""
    table = schema.callbacks
    query = select(table).order_by(table.c.booked_at.desc()).limit(most)
    return await _rows(path, query if outcome is None else query.where(table.c.outcome == outcome))


async def cases(path: Path, most: int = 50, call: str | None = None, number: str | None = None) -> list[dict[str, Any]]:
    """The newest cases first, each with the first recording of its call once there is one."""
    table, sound = schema.cases, schema.recordings
    first_recording = select(func.min(sound.c.path)).where(sound.c.call == table.c.call).scalar_subquery()
    query = select(table, first_recording.label("recording")).order_by(table.c.opened_at.desc()).limit(most)
    if call is not None:
        query = query.where(table.c.call == call)
    if number is not None:
        query = query.where(table.c.number == number)
    return [{**row, "fields": msgspec.json.decode(row["fields"])} for row in await _rows(path, query)]
