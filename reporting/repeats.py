"""Callers who come again with the same intent: how often, what became of the call before, and the step it ended at.

An intent is the step of a flow by which a caller came into the queue; of one who was in no queue, the last step. A call
is a repeat if the same person came with the same intent within the window before. Who withholds their number is nobody.
"""

from collections import Counter, defaultdict, deque

import msgspec

from reporting.ratios import percent


class Visit(msgspec.Struct, frozen=True, gc=False):
    """A caller's call. `outcome` is that of the call log; `ended_at_step` the last step of its flow, surveys apart."""

    at: float
    person: str
    intent: str
    outcome: str
    ended_at_step: str


class IntentFigures(msgspec.Struct, frozen=True):
    """Calls of known persons with an intent. `causes`: of the repeats, by the outcome of the call before; `steps`: by
    the step at which that one ended. The rate is in percent."""

    intent: str
    calls: int
    repeats: int
    repeat_rate: float | None
    causes: dict[str, int]
    steps: dict[str, int]


class _Intent(msgspec.Struct):
    calls: int = 0
    causes: Counter[str] = msgspec.field(default_factory=Counter)
    steps: Counter[str] = msgspec.field(default_factory=Counter)


class Repeats:
    """Takes visits in order; memory is bounded by those of one window."""

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._within: deque[Visit] = deque()
        self._last: dict[tuple[str, str], Visit] = {}
        self._intents: defaultdict[str, _Intent] = defaultdict(_Intent)

    def take(self, visit: Visit, *, counts: bool) -> None:
        """Take a visit; `counts`: it is of the span, and not of the window before it."""
        while self._within and self._within[0].at + self._window_s < visit.at:
            gone = self._within.popleft()
            if self._last.get((gone.person, gone.intent)) is gone:
                del self._last[gone.person, gone.intent]
        if not visit.person or not visit.intent:
            return
        before = self._last.get((visit.person, visit.intent))
        if counts:
            intent = self._intents[visit.intent]
            intent.calls += 1
            if before is not None:
                intent.causes[before.outcome] += 1
                intent.steps[before.ended_at_step] += 1
        self._last[visit.person, visit.intent] = visit
        self._within.append(visit)

    def figures(self) -> list[IntentFigures]:
        """By intent, those with the most repeats first."""
        found = [
            IntentFigures(
                *(name, one.calls, one.causes.total(), percent(one.causes.total(), one.calls)),
                *(_ordered(one.causes), _ordered(one.steps)),
            )
            for name, one in self._intents.items()
        ]
        return sorted(found, key=lambda one: (-one.repeats, -one.calls, one.intent))


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
