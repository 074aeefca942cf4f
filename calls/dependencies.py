"""Dependencies: the outer parts that a controller needs, each with its state, since when, last error and next try.

Whoever keeps the link to a part tells its state here, and goes on trying; `/health` and `hotline status` read it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from calls.ids import Seconds
from calls.numbers import masked_within

State = Literal["unknown", "up", "down"]
"""`unknown`: nobody has asked it yet."""
Clock = Callable[[], float]
"""UTC epoch seconds."""


class Dependency:
    """One outer part. Each change of its state goes to `on_change`; another error of one that is down does not."""

    def __init__(self, name: str, clock: Clock, *, critical: bool = False) -> None:
        """`critical`: without it callers are not served, or nothing is written."""
        self.name = name
        self.critical = critical
        self.state: State = "unknown"
        self.since = clock()
        """UTC epoch seconds at which the state began."""
        self.error = ""
        """Its last error; it stays when the part is up again."""
        self.next_try_at: float | None = None
        """UTC epoch seconds, while it is down; None: at the next need of it, or never by itself, as `error` says."""
        self.on_change: Callable[[Dependency], None] = _nobody
        self._clock = clock

    def up(self) -> None:
        """It has answered."""
        self.next_try_at = None
        self._turn("up")

    def down(self, error: str, again_s: Seconds | None = None) -> None:
        """It does not answer, because of `error`; it is tried again in `again_s`."""
        self.error = error or self.error
        self.next_try_at = None if again_s is None else self._clock() + again_s
        self._turn("down")

    def forget(self) -> None:
        """Nobody asks it any more."""
        self.next_try_at = None
        self._turn("unknown")

    def view(self) -> dict[str, Any]:
        """Plain data for JSON; numbers that an error may name are masked."""
        return {
            "name": self.name,
            "state": self.state,
            "since": self.since,
            "error": masked_within(self.error),
            "next_try_at": self.next_try_at,
            "critical": self.critical,
        }

    def _turn(self, state: State) -> None:
        if self.state != state:
            self.state, self.since = state, self._clock()
            self.on_change(self)


def _nobody(changed: Dependency) -> None:
    """Nobody wants to know."""


class Dependencies:
    """All that one controller needs, in the order in which they were added."""

    def __init__(self, on_change: Callable[[Dependency], None] = _nobody) -> None:
        self._all: dict[str, Dependency] = {}
        self._on_change = on_change

    def add(self, dependency: Dependency) -> Dependency:
        """Let it be shown from now on."""
        self._all[dependency.name] = dependency
        dependency.on_change = self._on_change
        return dependency

    def drop(self, name: str) -> None:
        """It is not needed any more: its state is unknown from now on."""
        if (dependency := self._all.pop(name, None)) is not None:
            dependency.forget()

    def __iter__(self) -> Iterator[Dependency]:
        return iter(self._all.values())

    def view(self) -> list[dict[str, Any]]:
        """Each, as plain data for JSON."""
        return [dependency.view() for dependency in self]
