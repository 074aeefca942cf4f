"""A test case of dialplans/tests/ as a caller of the simulation: what its caller does, when the words come.

The house is the real one here, so lines about what the house does are not done: an agent answers when one is free. They
hold the script up until that has happened, so that keys after a talk are not pressed in the queue.
"""

from collections.abc import Collection, Sequence
from typing import Any

from ivr.compiler.test_cases import Line

_OFFERS = "offers"


class Script:
    """Goes through the lines as the caller hears things. `message_s` is how long a message is left next."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = [(line.verb, line.value) for line in lines]
        self._next = 0
        self._said: set[str] = set()
        self._queued = False
        self._may_leave = False
        self.message_s: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self._next >= len(self._lines)

    def hear(self, phrases: Collection[str], in_queue: bool, offered: bool) -> None:
        """The flow has said something, in a queue or not, with a way out of it offered or not."""
        self._said |= set(phrases)
        self._queued = in_queue
        self._may_leave = offered

    def next(self) -> tuple[str, Any] | None:
        """What to do now: `presses`, `waits` or `hangs_up` with its value; None until more is heard."""
        while not self.over:
            verb, value = self._lines[self._next]
            if not self._is_due(verb, value):
                return None
            self._next += 1
            if verb == "leaves_message":
                self.message_s = float(value)
            elif verb in ("presses", "waits", "hangs_up"):
                self._said.clear()
                return verb, value
        return None

    def _is_due(self, verb: str, value: Any) -> bool:
        if verb == "hears":
            phrase = value.get("phrase") if isinstance(value, dict) else value
            return phrase is None or phrase in self._said
        if verb == "queue":
            return self._may_leave if isinstance(value, dict) and _OFFERS in value else not self._queued
        return True
