"""What the tests of both switches' talks share: the table read as a grid, and timers that are fired by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args
from unittest.mock import Mock

from calls import events
from calls.errors import BrokenRule
from calls.transitions import Transitions


class Timers:
    """An event loop of which only timers are asked."""

    def __init__(self) -> None:
        self.set: list[tuple[Mock, Callable[..., None], tuple[Any, ...]]] = []

    def call_later(self, delay_s: float, what: Callable[..., None], *args: Any) -> Mock:
        handle = Mock()
        self.set.append((handle, what, args))
        return handle

    def call_soon(self, what: Callable[..., None], *args: Any) -> None:
        what(*args)

    def fire(self) -> None:
        """The one that was set last. Raises IndexError where none is waited for."""
        handle, what, args = self.set.pop()
        while handle.cancel.called:
            handle, what, args = self.set.pop()
        what(*args)


def cell(table: Transitions[Any, Any], state: str, event: str) -> str:
    """The next state, `-` for an event that is ignored, `!` for one that cannot be."""
    try:
        return table.after(state, event) or "-"
    except BrokenRule:
        return "!"


def grid(text: str) -> dict[tuple[str, str], str]:
    """Cells by (state, event) from a drawn table: the first row names states, the first column events."""
    head, *rows = [[word.strip() for word in line.split("|")] for line in text.strip().splitlines()]
    return {(state, row[0]): to for row in rows for state, to in zip(head[1:], row[1:], strict=True)}


def cells_of(state: Any, event: Any) -> set[tuple[str, str]]:
    """Every (state, event) of two literal types."""
    return {(one, other) for one in get_args(state) for other in get_args(event)}


def told(given: list[events.SwitchEvent]) -> list[str]:
    """What went to the sink, in short: a failure with its reason, an end with its survivors."""
    return [_short(event) for event in given]


def _short(event: events.SwitchEvent) -> str:
    match event:
        case events.CommandFailed():
            return f"failed {event.reason}"
        case events.Unbridged():
            return " ".join(("unbridged", *event.survivors))
        case _:
            return type(event).__name__.lower()
