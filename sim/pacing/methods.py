"""Methods to compare with: progressive dialling, and the adaptive dial level that VICIdial documents.

Both are written from what is documented of them, and see the same events as ours.
"""

from collections import deque
from typing import Literal

import msgspec

from calls.events import Tick
from calls.ids import AgentId, CallId, Instant, Seconds
from dialer.pacing.commands import Dial, PacingCommand
from dialer.pacing.events import (
    Abandoned,
    AgentAway,
    AgentBusy,
    AgentFree,
    Answered,
    Connected,
    Dialled,
    Ended,
    PacingEvent,
    WindowRolled,
)


class Counting:
    """What both count: who is free, what rings, what was answered and abandoned since the window began."""

    def __init__(self) -> None:
        self.free: set[AgentId] = set()
        self.present: set[AgentId] = set()
        self.ringing: set[CallId] = set()
        self.waiting: set[CallId] = set()
        self.answered = self.abandoned = 0

    def take(self, event: PacingEvent) -> None:
        """Count one event."""
        match event:
            case Dialled(call=call):
                self.ringing.add(call)
            case Answered(call=call):
                self.ringing.discard(call)
                self.waiting.add(call)
                self.answered += 1
            case Connected(call=call, agent=agent):
                self.waiting.discard(call)
                self.free.discard(agent)
            case Abandoned(call=call):
                self.waiting.discard(call)
                self.abandoned += 1
            case Ended(call=call):
                self.ringing.discard(call)
            case AgentFree(agent=agent):
                self.present.add(agent)
                self.free.add(agent)
            case AgentBusy(agent=agent):
                self.free.discard(agent)
            case AgentAway(agent=agent):
                self.free.discard(agent)
                self.present.discard(agent)
            case WindowRolled(window="24 h"):
                self.answered = self.abandoned = 0


class Progressive:
    """One call at a time for each free agent."""

    def __init__(self) -> None:
        self._count = Counting()
        self._ordered = 0

    def handle(self, event: PacingEvent, now: Instant) -> list[PacingCommand]:
        """Take one event, and dial for whoever is free."""
        if isinstance(event, Dialled):
            self._ordered -= 1
        self._count.take(event)
        missing = len(self._count.free) - len(self._count.waiting) - len(self._count.ringing) - self._ordered
        if missing <= 0:
            return []
        self._ordered += missing
        return [Dial(missing)]

    def next_deadline(self) -> Instant | None:
        """None: only events make it dial."""
        return None

    def tick(self, now: Instant) -> list[PacingCommand]:
        """As `handle`."""
        return self.handle(Tick(now), now)


class LevelSettings(msgspec.Struct, frozen=True):
    """How the dial level is adapted; names as in the documentation where they say enough."""

    limit_percent: float = 3.0
    """Adaptive drop percentage."""
    most: float = 3.0
    """Adaptive maximum level: of lines, by agent."""
    difference_target: float = 0.0
    """Agents who should be waiting, less callers who are; negative dials more."""
    intensity: float = 1.0
    """How much of the relative difference the level follows at each step."""
    method: Literal["hard_limit", "average"] = "hard_limit"
    """Hard limit: with more dropped than the limit, the level is 1 until less is. Average: it falls by the excess."""
    available_only: bool = False
    """Count lines and agents of those only who wait for a call, and not those who talk."""


class AdaptiveLevel:
    """Lines kept busy are dial level times agents; the level follows how many agents waited in the last minute, each
    15 s, and the share of calls dropped since the day began."""

    _STEP_S: Seconds = 15.0
    _DIAL_S: Seconds = 1.0
    _MEMORY = 60

    def __init__(self, settings: LevelSettings) -> None:
        self.settings = settings
        self.level = 1.0
        self._count = Counting()
        self._differences: deque[int] = deque(maxlen=self._MEMORY)
        self._step_at = self._STEP_S
        self._next: Instant = 0.0

    def handle(self, event: PacingEvent, now: Instant) -> list[PacingCommand]:
        """Take one event; only a tick dials."""
        self._count.take(event)
        return self._dial(now) if isinstance(event, Tick) and now >= self._next else []

    def next_deadline(self) -> Instant | None:
        """Each second."""
        return self._next

    def tick(self, now: Instant) -> list[PacingCommand]:
        """Adapt when it is time to, and dial."""
        return self.handle(Tick(now), now)

    def _dial(self, now: Instant) -> list[PacingCommand]:
        count = self._count
        self._next = now + self._DIAL_S
        self._differences.append(len(count.free) - len(count.waiting))
        if now >= self._step_at:
            self._step_at = now + self._STEP_S
            self._adapt()
        if self.settings.available_only:
            wanted = self.level * len(count.free) - len(count.ringing)
        else:
            busy = len(count.present) - len(count.free)
            wanted = self.level * len(count.present) - len(count.ringing) - busy
        return [Dial(int(wanted))] if wanted >= 1 else []

    def _adapt(self) -> None:
        settings, count = self.settings, self._count
        waiting = sum(self._differences) / len(self._differences)
        relative = (waiting - settings.difference_target) / max(1, len(count.present))
        self.level *= 1.0 + settings.intensity * max(-0.5, min(0.5, relative))
        dropped = 100.0 * count.abandoned / count.answered if count.answered else 0.0
        if dropped > settings.limit_percent:
            self.level = 1.0 if settings.method == "hard_limit" else self.level * settings.limit_percent / dropped
        self.level = min(settings.most, max(1.0, self.level))
