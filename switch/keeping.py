"""Keeping: whether what a switch told of its files is kept, so that its own notes of them may go."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any


async def at_once() -> bool:
    """For a taker that keeps what it is told by having taken it."""
    return True


class Keeping:
    """The keeping is asked by adapters, and answered by whoever takes their events; one for all switches of a site."""

    def __init__(self) -> None:
        self.kept: Callable[[], Awaitable[bool]] = at_once
        """Returns True once all that was told so far is on disk; False when it was not taken."""


class Notes:
    """The notes of what was told, until it is kept: a controller that is killed before leaves them to the next one."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._waiting

    def drop_when_kept(self, name: str, drop: Callable[[], None]) -> None:
        """Call `drop` once what was told until now is kept; until then the note counts as in work."""

        async def wait() -> None:
            if await self._keeping.kept():
                with suppress(OSError):  # a note that stays is told of once more, and known
                    drop()

        self._spawn(name, wait())

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._waiting[name] = task
        task.add_done_callback(lambda done: self._waiting.pop(name, None))

    async def close(self) -> None:
        """Wait no longer: the notes that are left are the next controller's."""
        await asyncio.sleep(0)  # what is kept already may go
        waiting = list(self._waiting.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
