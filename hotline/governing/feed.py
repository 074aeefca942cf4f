"""The live feed of decisions: the last ones, for whoever watches. Numbers are masked, and nobody is named."""

from collections import deque
from collections.abc import Callable

import msgspec

from calls.numbers import masked
from dialer.governor.decisions import Decision, Verdict
from dialer.governor.questions import Origin, Question

KEPT = 1_000


class Told(msgspec.Struct, frozen=True):
    """One decision as it is shown to others."""

    row: int
    """Counts the decisions since the start of the server."""
    at: float
    """UTC epoch seconds."""
    verdict: Verdict
    scene: str
    version: str
    """Of the scene."""
    origin: Origin
    source: str
    """The system that asked; empty: this house."""
    campaign: str
    agent: str
    number: str
    """Masked."""
    rules: tuple[str, ...]
    """The rules that said no, the strictest first."""
    detail: str
    """Of the first of them, in words."""
    clause: str
    until: float | None
    policy: str


class Feed:
    """The last thousand decisions. `watch` is called with each, at once, in the event loop."""

    def __init__(self) -> None:
        self._last: deque[Told] = deque(maxlen=KEPT)
        self._count = 0
        self._watchers: list[Callable[[Told], None]] = []

    @property
    def count(self) -> int:
        """How many decisions there were; the row of the last one."""
        return self._count

    def watch(self, watcher: Callable[[Told], None]) -> None:
        """Give every decision to `watcher` from now on."""
        self._watchers.append(watcher)

    def tell(self, question: Question, decision: Decision, at: float) -> None:
        """Take one decision in."""
        self._count += 1
        first = decision.reasons[0] if decision.reasons else None
        told = Told(
            row=self._count,
            at=at,
            verdict=decision.verdict,
            scene=decision.scene,
            version=decision.version,
            origin=question.origin,
            source=question.source,
            campaign=question.campaign,
            agent=question.agent,
            number=masked(question.number),
            rules=tuple(reason.rule for reason in decision.reasons),
            detail="" if first is None else first.detail,
            clause="" if first is None else first.clause,
            until=decision.until,
            policy=decision.policy,
        )
        self._last.append(told)
        for watcher in self._watchers:
            watcher(told)

    def after(self, row: int, most: int = KEPT) -> list[Told]:
        """Those after `row`, the oldest first; fewer than there were if some are forgotten already."""
        new = min(self._count - row, len(self._last)) if row <= self._count else len(self._last)
        found = list(self._last)[len(self._last) - new :] if new > 0 else []
        return found[:most]
