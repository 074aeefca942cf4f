"""One walk through a log, as live: the forecaster takes each event in turn and is asked at each entry.

Refits see only callers who were answered before the refit. The first one is a month before the test begins, so that
the correction of the learned layer has met waits that the trees had not.
"""

from collections.abc import Callable
from datetime import datetime
from time import perf_counter

import msgspec

from acd.forecast.ensemble import Ensemble
from acd.forecast.events import CallJoined
from acd.forecast.forecaster import Forecast, Forecaster
from calls.errors import BadInput
from hotline.learning.calllog import Log, LoggedCall
from hotline.learning.fit import LEAST_ROWS, Shape, fit
from hotline.learning.priorities import measured_head_starts
from hotline.learning.references import References
from hotline.learning.replay import facts

DAY_S = 86400.0
WARM_UP_S = 31 * DAY_S
REFIT_EVERY_S = 14 * DAY_S
A_MOMENT_S = 1e-6
"""At the very instant of entry the features are known already, from what is kept to learn from. Asked this much later
they are worked out again: so they count in how long a forecast takes."""


class Entry(msgspec.Struct):
    """One caller who joined the queue: what was known and said then, and what became of it."""

    call: LoggedCall
    vector: list[float]
    closed_s: float
    references: list[float]
    said: Forecast | None
    took_s: float = 0.0

    @property
    def at(self) -> float:
        """The instant at which the caller joined."""
        return self.call.queued_at or 0.0

    @property
    def wait_s(self) -> float:
        """Time in the queue, to the answer or to giving up."""
        return (self.call.left_at or 0.0) - self.at


class Progress(msgspec.Struct, frozen=True):
    """Progress of a trial."""

    done: int
    of: int
    doing: str


def walk(
    log: Log,
    test_from: datetime,
    *,
    refit_every_s: float = REFIT_EVERY_S,
    shape: Shape | None = None,
    told: Callable[[Progress], None] = lambda progress: None,
) -> list[Entry]:
    """All entries into the queue in order; from `test_from` on each has what was said. Raises BadInput.

    After a hole of the log everything begins anew but the fit and the rule of priorities: nobody who was at work
    before it is taken to be so after it.
    """
    start = (test_from - log.origin).total_seconds()
    last = log.calls[-1].arrived_at
    if not 0 < start < last:
        raise BadInput(f"--test-from {test_from.date()} leaves nothing to learn from, or nothing to test")
    head_starts = measured_head_starts(log.calls, until=start - WARM_UP_S)
    forecaster, begins = Forecaster(head_starts), 0
    references = References(forecaster)
    refits = [start - WARM_UP_S]
    while refits[-1] + DAY_S < last:
        refits.append(start if refits[-1] < start else refits[-1] + refit_every_s)
    entries: list[Entry] = []
    sides = [*log.sides, len(log.calls)]
    for at, fact, index in facts(log.calls):
        while index >= sides[0]:
            begins = sides.pop(0)
            forecaster = Forecaster(head_starts, forecaster.model, forecaster.kinds)
            references = References(forecaster)
        if index < begins:
            continue  # of a call before the hole
        while refits and at >= refits[0]:
            past = [e for e in entries if e.call.answered and e.at + e.wait_s < refits[0]]
            refits.pop(0)
            if len(past) >= LEAST_ROWS:
                told(Progress(index, len(log.calls), f"fitting on {len(past)} waits"))
                forecaster.use(_fitted(past, forecaster.kinds, shape or Shape()))
        forecaster.observe(fact, at)
        references.observe(fact, at)
        if isinstance(fact, CallJoined):
            waiter = forecaster.line.find(fact.call)
            assert waiter is not None
            seen = forecaster.view(waiter, at)
            begun = perf_counter()
            said = forecaster.forecast(fact.call, at + A_MOMENT_S) if at >= start else None
            took_s = perf_counter() - begun
            told_by = references.at_entry(fact.call, at)
            entries.append(Entry(log.calls[index], seen.vector, seen.closed_s, told_by, said, took_s))
            if len(entries) % 2000 == 0:
                told(Progress(index, len(log.calls), "listening"))
    return entries


def _fitted(past: list[Entry], kinds: tuple[str, ...], shape: Shape) -> Ensemble:
    return fit([e.vector for e in past], [e.wait_s for e in past], kinds, shape)
