"""Waits: what became of callers who came to a queue, and how long they waited.

Answer rate, service levels and the shares of all fates are of the same callers: those offered. A wait begins with the
entry into the first queue; it ends with the first talk, or with the call.
"""

from bisect import bisect_left

import msgspec

from reporting.fates import FATES, Fate
from reporting.ratios import percent, whole_seconds
from reporting.rows import CallRow

EDGES_S = (10, 20, 30, 60, 120, 180, 300, 480, 720, 1200, 1800)
"""Upper ends of the classes of waits; one more class has all that is longer."""


class WaitFigures(msgspec.Struct, frozen=True):
    """Callers of one queue, or of the house. Rates are in percent, waits in seconds; None: of nobody."""

    offered: int
    fates: dict[Fate, int]
    """By each word of `fates.FATES`; together they are `offered`."""
    shares: dict[Fate, float | None]
    """Of each fate in percent."""
    answered_in_time: int
    """Within the threshold, of those who waited on the line."""
    abandoned_early: int
    """Within the threshold: of `fates["abandoned"]`."""
    answer_rate: float | None
    abandon_rate: float | None
    service_level: float | None
    """In time, of all offered but those who hung up early."""
    service_level_of_all: float | None
    """In time, of all offered."""
    mean_wait_s: int | None
    """Of the answered, in whole seconds."""
    longest_wait_s: int | None
    mean_abandon_s: int | None
    """The wait of those who hung up, in whole seconds."""
    answered_by_wait: list[int]
    """By the classes of `EDGES_S`."""
    abandoned_by_wait: list[int]


class Waits:
    """Counts callers. `within_s` is the threshold of the service level."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._fates: dict[Fate, int] = dict.fromkeys(FATES, 0)
        self._in_time = self._early = 0
        self._waited_s = self._given_up_s = 0.0
        self._longest_s = 0.0
        self._answered = [0] * (len(EDGES_S) + 1)
        self._abandoned = [0] * (len(EDGES_S) + 1)

    def take(self, call: CallRow, became: Fate) -> None:
        """Count a caller with their fate."""
        self._fates[became] += 1
        queued_at = call.queued_at or 0.0
        if became == "answered":
            wait_s = (call.answered_at or 0.0) - queued_at
            self._waited_s += wait_s
            if wait_s > self._longest_s:
                self._longest_s = wait_s
            self._in_time += wait_s <= self._within_s
            self._answered[bisect_left(EDGES_S, wait_s)] += 1
        elif became == "abandoned":
            wait_s = call.ended_at - queued_at
            self._given_up_s += wait_s
            self._early += wait_s <= self._within_s
            self._abandoned[bisect_left(EDGES_S, wait_s)] += 1

    def add(self, other: "Waits") -> None:
        """Count those that another one has counted, too."""
        for became, count in other._fates.items():
            self._fates[became] += count
        self._in_time += other._in_time
        self._early += other._early
        self._waited_s += other._waited_s
        self._given_up_s += other._given_up_s
        self._longest_s = max(self._longest_s, other._longest_s)
        self._answered = [one + two for one, two in zip(self._answered, other._answered, strict=True)]
        self._abandoned = [one + two for one, two in zip(self._abandoned, other._abandoned, strict=True)]

    def figures(self) -> WaitFigures:
        """What was counted so far."""
        offered = sum(self._fates.values())
        answered, abandoned = self._fates["answered"], self._fates["abandoned"]
        return WaitFigures(
            offered=offered,
            fates=dict(self._fates),
            shares={word: percent(count, offered) for word, count in self._fates.items()},
            answered_in_time=self._in_time,
            abandoned_early=self._early,
            answer_rate=percent(answered, offered),
            abandon_rate=percent(abandoned, offered),
            service_level=percent(self._in_time, offered - self._early),
            service_level_of_all=percent(self._in_time, offered),
            mean_wait_s=whole_seconds(self._waited_s, answered),
            longest_wait_s=whole_seconds(self._longest_s, 1 if answered else 0),
            mean_abandon_s=whole_seconds(self._given_up_s, abandoned),
            answered_by_wait=list(self._answered),
            abandoned_by_wait=list(self._abandoned),
        )


def queue_of(call: CallRow) -> str:
    """The queue that a caller counts in: where they were answered first, else where they were last."""
    talk = call.first_talk
    return talk.queue if talk is not None else call.queue
