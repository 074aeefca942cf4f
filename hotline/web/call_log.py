"""The call log for the HTTP interface. What reads it is loaded with the first request that asks for it.

That is SQLAlchemy, a sixth of all that a start would load, and callers wait for a start. It is loaded in a thread:
calls go on meanwhile, and the request waits. The functions are those of `hotline.store.reading` and `searching`.
"""

import asyncio
import importlib
from pathlib import Path
from typing import Any

from hotline.store.searches import CallSearch, Cursor, Messages, Page

Rows = list[dict[str, Any]]


async def _loaded() -> None:
    await asyncio.to_thread(importlib.import_module, "hotline.store.searching")


async def search(path: Path, wanted: CallSearch, most: int) -> Page:
    """A page of calls."""
    await _loaded()
    from hotline.store import searching

    return await searching.search(path, wanted, most)


async def is_known(path: Path, agent: str | None = None, queue: str | None = None) -> bool:
    """Whether any call of the log had this agent, or was in this queue."""
    await _loaded()
    from hotline.store import searching

    return await searching.is_known(path, agent, queue)


async def messages(path: Path, box: str | None, after: Cursor | None, most: int) -> Messages:
    """A page of messages, of one box or all."""
    await _loaded()
    from hotline.store import searching

    return await searching.messages(path, box, after, most)


async def boxes(path: Path) -> list[str]:
    """Every box that a message was left in."""
    await _loaded()
    from hotline.store import searching

    return await searching.boxes(path)


async def call(path: Path, name: str) -> dict[str, Any] | None:
    """One row of the call log; None where no such call has ended."""
    await _loaded()
    from hotline.store import reading

    return await reading.call(path, name)


async def story(path: Path, name: str) -> dict[str, Rows]:
    """What was logged of a call: `legs`, `talks`, `dispositions`, `declines`, `transfers`, `rungs`, `steps`,
    `recordings` and `cases`."""
    await _loaded()
    from hotline.store import reading

    return {
        "legs": await reading.legs(path, name),
        "talks": await reading.talks(path, name),
        "dispositions": await reading.dispositions(path, name),
        "declines": await reading.declines(path, name),
        "transfers": await reading.transfers(path, name),
        "rungs": await reading.rungs(path, name),
        "steps": await reading.steps(path, name),
        "recordings": await reading.recordings(path, name),
        "cases": await reading.cases(path, call=name),
    }


async def had_talk(path: Path, name: str, agent: str) -> bool:
    """Whether an agent had a talk in a call that is over."""
    await _loaded()
    from hotline.store import reading

    return any(talk["agent"] == agent for talk in await reading.talks(path, name))


async def recordings(path: Path, name: str) -> Rows:
    """The recordings of a call."""
    await _loaded()
    from hotline.store import reading

    return await reading.recordings(path, name)


async def transcripts(path: Path, name: str) -> Rows:
    """The transcripts of a call, by talk."""
    await _loaded()
    from hotline.store import reading

    return await reading.transcripts(path, name)


async def transcribed(path: Path, names: list[str]) -> set[str]:
    """Those of these calls that have a transcript."""
    await _loaded()
    from hotline.store import reading

    return await reading.transcribed(path, names)


async def cases(path: Path, most: int) -> Rows:
    """The newest cases first."""
    await _loaded()
    from hotline.store import reading

    return await reading.cases(path, most)


async def cases_of(path: Path, caller: str, most: int = 20) -> Rows:
    """The newest cases of whoever calls from this number."""
    await _loaded()
    from hotline.store import reading

    return await reading.cases(path, most, caller=caller)


async def overrides(path: Path, most: int) -> Rows:
    """Every override that was set, the newest first."""
    await _loaded()
    from hotline.store import reading

    return await reading.overrides(path, most)
