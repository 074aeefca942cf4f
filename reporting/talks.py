"""Talks: how many, how long, in how many calls. A call with three talks is one call, and three talks.

The length of a talk is from the moment in which both hear each other until one is gone; a survey after it is no part of
it. Time on hold is in it, and told beside it.
"""

import msgspec

from reporting.ratios import whole_seconds
from reporting.rows import TalkRow


class TalkFigures(msgspec.Struct, frozen=True):
    """Talks of a queue, an agent, a kind of call, or the house. Times are in seconds."""

    calls: int
    """Calls that had one or more of these talks."""
    talks: int
    talk_s: int
    """All together, in whole seconds."""
    mean_talk_s: int | None
    """Of one talk."""
    mean_call_s: int | None
    """Of all talks of one call together."""
    holds: int
    held_s: int


class Talks:
    """Counts talks."""

    def __init__(self) -> None:
        self._calls = self._talks = self._holds = 0
        self._talk_s = self._held_s = 0.0

    def take(self, talk: TalkRow, is_first: bool) -> None:
        """Count a talk; `is_first`: none of its call was counted here before."""
        self._calls += is_first
        self._talks += 1
        self._talk_s += talk.seconds
        if talk.holds:
            self._holds += talk.holds
            self._held_s += talk.held_s

    def add(self, other: "Talks") -> None:
        """Count those of other calls that another one has counted, too."""
        self._calls += other._calls
        self._talks += other._talks
        self._holds += other._holds
        self._talk_s += other._talk_s
        self._held_s += other._held_s

    def figures(self) -> TalkFigures:
        """What was counted so far."""
        return TalkFigures(
            calls=self._calls,
            talks=self._talks,
            talk_s=whole_seconds(self._talk_s, 1) or 0,
            mean_talk_s=whole_seconds(self._talk_s, self._talks),
            mean_call_s=whole_seconds(self._talk_s, self._calls),
            holds=self._holds,
            held_s=whole_seconds(self._held_s, 1) or 0,
        )
