"""Figures of a run of the house: callers by queue and by step, callbacks, cases, waits."""

import math
from collections import Counter
from collections.abc import Mapping

import msgspec
import numpy as np

from calls.ids import AgentId, Seconds
from complaints.cases import FileCase
from control.messages.log_commands import LogCall, LogCallback, LogStep
from sim.chance import Draws
from sim.scenario import Goal

_WITH_OTHERS = frozenset({"queue", "transfer"})
"""Kinds of steps in which a caller may be talking."""


_AT_THE_BEEP = "left; no message"


class QueueFigures(msgspec.Struct):
    """Callers whose last queue this was. `others` were answered by nobody on the line: called back, left a message,
    sent away. Waits are those of callers answered on the line; `occupancy` is of all agents together."""

    offered: int
    answered: int
    abandoned: int
    others: int
    within_goal: float
    """Answered on the line within the goal, as a share of those offered."""
    wait_mean_s: Seconds
    wait_p50_s: Seconds
    wait_p90_s: Seconds
    callbacks_booked: int
    callbacks_reached: int
    callbacks_expired: int
    """Given up, for whatever reason."""


class StepFigures(msgspec.Struct):
    """Callers in one step of a flow: who came, and who hung up there."""

    came: int = 0
    left: int = 0


class HouseRun(msgspec.Struct):
    """One seed. `occupancy` by agent: busy, of the time there. `left_over` are calls that no end was found for."""

    seed: int
    calls: int
    queues: dict[str, QueueFigures]
    steps: dict[str, StepFigures]
    outcomes: dict[str, int]
    cases: dict[str, int]
    occupancy: dict[AgentId, float]
    span_s: Seconds
    calls_per_s: float
    left_over: int
    waits: dict[str, Draws]
    """By queue, of every caller offered there in the order of their coming, NaN for those not answered on the line."""


class Tally:
    """A count of what the router logs."""

    def __init__(self) -> None:
        self._calls: list[LogCall] = []
        self._callback: dict[str, str] = {}
        self._booked: dict[str, str] = {}
        self._left: dict[str, StepFigures] = {}
        self._steps: dict[tuple[str, str], StepFigures] = {}
        self._cases: Counter[str] = Counter()

    def call(self, row: LogCall) -> None:
        """A call is over. Whoever hung up at the end of a talk did not leave a step."""
        self._calls.append(row)
        left = self._left.pop(row.call, None)
        if left is not None and row.outcome not in ("answered", "transferred"):
            left.left += 1

    def step(self, row: LogStep) -> None:
        """A step is over."""
        step = row.step
        figures = self._steps.get((step.flow, step.step))
        if figures is None:
            figures = self._steps[step.flow, step.step] = StepFigures()
        figures.came += 1
        if step.outcome.startswith("caller_left") or step.outcome == _AT_THE_BEEP:
            if step.kind in _WITH_OTHERS:
                self._left[step.call] = figures
            else:
                figures.left += 1

    def callback(self, row: LogCallback) -> None:
        """A callback was booked, or something became of it."""
        self._booked.setdefault(row.call, row.queue)
        self._callback[row.call] = row.outcome

    def case(self, command: FileCase) -> None:
        """A case was opened."""
        self._cases[command.case.category] += 1

    def run(
        self,
        seed: int,
        goals: Mapping[str, Goal],
        occupancy: dict[AgentId, float],
        span_s: Seconds,
        took_s: float,
        left_over: int,
        warm_up: frozenset[str] = frozenset(),
    ) -> HouseRun:
        """All of it; `warm_up` are calls that are not counted by queue."""
        rows: dict[str, list[LogCall]] = {queue: [] for queue in goals}
        for row in self._calls:
            if row.queued_at is not None and row.call not in warm_up:
                rows.setdefault(row.queue, []).append(row)
        for some in rows.values():
            some.sort(key=lambda row: row.queued_at or 0.0)
        waits = {queue: np.array([self._wait(row) for row in some]) for queue, some in rows.items()}
        return HouseRun(
            seed,
            len(self._calls),
            {queue: self._queue(queue, some, waits[queue], goals.get(queue, Goal())) for queue, some in rows.items()},
            {"/".join(place): figures for place, figures in sorted(self._steps.items())},
            dict(Counter(row.outcome for row in self._calls)),
            dict(self._cases),
            occupancy,
            span_s,
            len(self._calls) / took_s if took_s else math.nan,
            left_over,
            waits,
        )

    def _wait(self, row: LogCall) -> float:
        if row.answered_at is None or row.queued_at is None or row.call in self._booked:
            return math.nan
        return row.answered_at - row.queued_at

    def _queue(self, queue: str, rows: list[LogCall], waits: Draws, goal: Goal) -> QueueFigures:
        taken = waits[~np.isnan(waits)]
        abandoned = sum(row.outcome == "abandoned" for row in rows)
        ends = [self._callback[call] for call, of in self._booked.items() if of == queue]
        p50, p90 = np.percentile(taken, (50, 90)) if taken.size else (math.nan, math.nan)
        return QueueFigures(
            len(rows),
            int(taken.size),
            abandoned,
            len(rows) - int(taken.size) - abandoned,
            float((taken <= goal.within_s).sum()) / max(1, len(rows)),
            float(taken.mean()) if taken.size else math.nan,
            float(p50),
            float(p90),
            len(ends),
            ends.count("reached"),
            sum(outcome in ("expired", "unreached", "refused") for outcome in ends),
        )
