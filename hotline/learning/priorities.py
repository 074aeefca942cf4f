"""The head start of each priority, measured from a call log whose queue's rule nobody wrote down.

On the bank's log this finds 90 s for each step of priority, 180 s from 0 to 2, although only the 90 s of priority 2
are written; a position counted by the written rule puts half of the priority-0 callers too far in front.
"""

import math
from itertools import accumulate

from acd.forecast.line import HeadStarts
from hotline.learning.calllog import LoggedCall
from hotline.learning.replay import facts

STEP_S = 30.0
LARGEST_S = 300.0
SURELY_SEEN_S = 5.0
ENOUGH_CHOICES = 200
_SAMPLE = 4

Choice = tuple[tuple[float, int], list[tuple[float, int]]]
"""((joined at, priority) of who was served, the same of everybody who was left waiting)."""


def choices(calls: list[LoggedCall], until: float) -> list[Choice]:
    """Every fourth answer before `until` that chose among priorities."""
    waiting: dict[int, tuple[float, int]] = {}
    found: list[Choice] = []
    answers = 0
    for at, _, index in facts(calls):
        call = calls[index]
        if at >= until:
            break
        if call.queued_at is None:
            continue
        if index not in waiting:
            if at == call.queued_at:
                waiting[index] = (at, call.priority)
            continue
        mine = waiting.pop(index)
        answers += call.answered
        if call.answered and answers % _SAMPLE == 0:
            others = [other for other in waiting.values() if other[0] < at - SURELY_SEEN_S]
            if any(priority != mine[1] for _, priority in others):
                found.append((mine, others))
    return found


def measured_head_starts(calls: list[LoggedCall], until: float) -> HeadStarts:
    """Head starts that leave the fewest choices of before `until` unexplained: somebody served whose turn it was not.

    One priority's step over the next lower one is moved at a time, until no move helps. With fewer than 200 choices
    there is nothing to measure: no head starts.
    """
    seen = choices(calls, until)
    ranks = sorted({p for mine, others in seen for _, p in (mine, *others)})
    if len(seen) < ENOUGH_CHOICES:
        return {}
    steps = [0.0] * len(ranks)
    grid = [STEP_S * n for n in range(int(LARGEST_S / STEP_S) + 1)]
    best = math.inf
    while True:
        before = best
        for at in range(1, len(ranks)):
            for step in grid:
                tried = [*steps[:at], step, *steps[at + 1 :]]
                wrong = _unexplained(seen, dict(zip(ranks, accumulate(tried), strict=True)))
                if wrong < best:
                    best, steps = wrong, tried
        if best == before:
            return dict(zip(ranks, accumulate(steps), strict=True))


def _unexplained(seen: list[Choice], starts: HeadStarts) -> int:
    wrong = 0
    for (joined_at, priority), others in seen:
        order = joined_at - starts[priority] - 3.0
        wrong += any(other_at - starts[other] < order for other_at, other in others)
    return wrong
