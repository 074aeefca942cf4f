"""Logs: one JSON object a line, with the call's id wherever there is a call, and every telephone number masked."""

import contextlib
import io
import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import orjson
import structlog

from calls.numbers import masked_within
from hotline.server.repeats import Repeats

_NO_NUMBERS = frozenset({"case", "sha256"})
"""Words of a line whose digits are nobody's telephone number."""


_repeats = Repeats()


class _Patient(io.TextIOBase):
    """A stream that no full disk makes raise: a line that cannot be written must not break the call it tells of."""

    def __init__(self, out: TextIO | io.TextIOBase) -> None:
        self._out = out

    def write(self, text: str) -> int:
        """Write, or let it be; what the stream could buffer comes out when there is room again."""
        with contextlib.suppress(OSError):
            self._out.write(text)
        return len(text)

    def flush(self) -> None:
        """Likewise."""
        with contextlib.suppress(OSError):
            self._out.flush()


def _mask(logger: object, name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Mask what a library, a switch or an exception says, too: nobody can know all that they put into their words."""
    for word, value in line.items():
        if word not in _NO_NUMBERS:
            line[word] = _masked(value)
    return line


def _masked(value: Any) -> Any:
    match value:
        case str():
            return masked_within(value)
        case dict():
            return {word: _masked(one) for word, one in value.items()}
        case list() | tuple():
            return [_masked(one) for one in value]
        case _:
            return value


async def tell_left_out() -> None:
    """Say once a minute how many lines were left out because they repeated others. A step of the upkeep."""
    for event, level, count in _repeats.left_out():
        structlog.get_logger("hotline").warning(
            "lines left out", of=event, of_level=level, lines=count, advice="the first ones of each minute are above"
        )


def configure(stream: TextIO | io.TextIOBase | None = None, level: str = "info") -> None:
    """Send all logs of this process to `stream` (default: standard error) as JSON lines."""
    out = cast(TextIO, _Patient(stream or sys.stderr))  # all that a logger asks of one
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.dict_tracebacks,
            _repeats,
            _mask,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda row, **_: orjson.dumps(row, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
