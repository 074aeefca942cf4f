"""The do-not-call check before each call that the house makes to somebody outside. An error is a no."""

import asyncio
import os
import time
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog

from calls.errors import BadInput, HotlineError
from calls.number_kinds import is_emergency
from hotline.site import number_file

log = structlog.get_logger("hotline")

_PATIENCE_S = 3.0
_SETTLED_S = 2.0
"""A file that was changed less than this before it was read may change again within one tick of its clock."""
_MOST_TOLD = 5
_EVERY_S = 1.0
_PAUSE_S = 5e-5
LISTED = "on the do-not-call list"
_ADVICE = "no callback is made until it answers: is the file of `do_not_call` there and readable?"


class _Closed(HotlineError):
    """The server stops: nobody needs the list any more."""


class DoNotCall(Protocol):
    """A list of numbers that must not be called, wherever it is kept."""

    async def listed(self, number: str) -> bool:
        """Whether `number` (E.164) is on it. May raise anything: then the number is not called."""
        ...


class _State(NamedTuple):
    """A file by what the file system says of it; and when that was asked, by the same clock (ns)."""

    file: tuple[int, int, int, int]
    asked_at: int

    @property
    def settled(self) -> bool:
        return self.asked_at - self.file[3] > _SETTLED_S * 1e9


class NumberList:
    """A file of numbers (`hotline.site.number_file`), as dialled in `region` (ISO 3166). None: nobody is listed.

    It is read once, in a thread that lets the event loop go first, and again when the file has changed. A check costs
    a look at the file's state and microseconds.
    """

    def __init__(self, path: Path | None, region: str) -> None:
        self._path = path
        self._region = region
        self._state: _State | None = None
        self._checksum = ""
        self._numbers = number_file.Numbers()
        self._reading: asyncio.Task[None] | None = None
        self._closed = False

    async def listed(self, number: str) -> bool:
        """Raises OSError and UnicodeError for a file that cannot be read, BadInput for one with an unreadable line.

        Emergency numbers are not looked up: whatever the file says, and whether it can be read or not, they are called.
        """
        if self._path is None or is_emergency(number, self._region):
            return False
        await self.look()
        if self._numbers.unreadable:
            raise BadInput(_told(self._path, self._numbers.unreadable))
        return number in self._numbers

    async def look(self) -> None:
        """Read the file if it has changed since; raises as `listed`, but BadInput."""
        if self._path is None:
            return
        if self._reading is None:
            state = await asyncio.to_thread(_state, self._path)
            if self._state is not None and state.file == self._state.file and self._state.settled:
                return
            if self._reading is None:  # another check may have begun meanwhile
                self._reading = asyncio.create_task(self._read(self._path))
                self._reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may wait
        await asyncio.shield(self._reading)

    async def watch(self) -> None:
        """Look once a second, until cancelled: a list is read before it is needed, and one that is broken is told."""
        told = ""
        try:
            while True:
                try:
                    await self.look()
                    told = ""
                except (OSError, UnicodeError) as error:
                    if str(error) != told:
                        log.error("do-not-call list not readable", error=str(error), advice=_ADVICE)
                    told = str(error)
                await asyncio.sleep(_EVERY_S)
        finally:
            self._closed = True

    def _pause(self) -> None:
        """Let the event loop's thread go on; a bare sleep(0) takes the interpreter back before that has woken."""
        if self._closed:
            raise _Closed
        time.sleep(_PAUSE_S)

    async def _read(self, path: Path) -> None:
        try:
            began = time.perf_counter()
            while True:
                state = await asyncio.to_thread(_state, path)
                checksum = await asyncio.to_thread(number_file.checksum, path)
                if checksum == self._checksum:
                    self._state = state
                    return
                numbers = await asyncio.to_thread(number_file.read, path, self._region, self._pause)
                if (await asyncio.to_thread(_state, path)).file == state.file:
                    break  # else it was written meanwhile
            self._state, self._checksum, self._numbers = state, checksum, numbers
            took = round(time.perf_counter() - began, 3)
            log.info("do-not-call list read", numbers=len(numbers), sha256=checksum, took_s=took)
            if numbers.unreadable:
                advice = "no callback is made until the file is mended; `hotline lint` names every line"
                log.error("do-not-call list has unreadable lines", error=_told(path, numbers.unreadable), advice=advice)
        finally:
            self._reading = None


async def may_call(numbers: DoNotCall, number: str) -> tuple[bool, str]:
    """True and an empty reason, or False and the reason. Never raises, and answers within three seconds."""
    try:
        listed = await asyncio.wait_for(numbers.listed(number), _PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - whatever fails in there, nobody is called on a guess
        told = "it is being read" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
        log.error("do-not-call list not readable", error=told, advice=_ADVICE)
        reason = str(error) if isinstance(error, HotlineError) else "the do-not-call list cannot be read"
        return False, reason
    return not listed, LISTED if listed else ""


def _state(path: Path) -> _State:
    asked_at = time.time_ns()
    found = os.stat(path)
    return _State((found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns), asked_at)


def _told(path: Path, unreadable: tuple[number_file.UnreadableLine, ...]) -> str:
    lines = [f"{path.name}:{one.line}: {one.told}" for one in unreadable[:_MOST_TOLD]]
    more = len(unreadable) - len(lines)
    return "; ".join(lines) + (f"; and {more} more" if more else "")
