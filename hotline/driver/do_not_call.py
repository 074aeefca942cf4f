"""The do-not-call check before each call that the house makes to somebody outside. An error is a no."""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from calls.numbers import e164

log = structlog.get_logger("hotline")

_PATIENCE_S = 3.0


class DoNotCall(Protocol):
    """A list of numbers that must not be called, wherever it is kept."""

    async def listed(self, number: str) -> bool:
        """Whether `number` (E.164) is on it. May raise anything: then the number is not called."""
        ...


class NumberList:
    """A file with one number a line, read anew each time as dialled in `region` (ISO 3166); `#` begins a comment.
    None: nobody is listed."""

    def __init__(self, path: Path | None, region: str) -> None:
        self._path = path
        self._region = region

    async def listed(self, number: str) -> bool:
        """Raises OSError and UnicodeDecodeError for a file that cannot be read."""
        if self._path is None:
            return False
        text = await asyncio.to_thread(self._path.read_text, encoding="utf-8")
        return number in {e164(line.partition("#")[0].strip(), self._region) for line in text.splitlines()}


async def may_call(numbers: DoNotCall, number: str) -> tuple[bool, str]:
    """True and an empty reason, or False and the reason. Never raises, and answers within three seconds."""
    try:
        listed = await asyncio.wait_for(numbers.listed(number), _PATIENCE_S)
    except Exception as error:  # noqa: BLE001 - whatever fails in there, nobody is called on a guess
        advice = "no callback is made until it answers: is the file of `do_not_call` there and readable?"
        log.error("do-not-call list not readable", error=str(error) or type(error).__name__, advice=advice)
        return False, "the do-not-call list cannot be read"
    return not listed, "on the do-not-call list" if listed else ""
