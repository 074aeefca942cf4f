"""Rows that the figures are made of, as the store has them. Instants are UTC epoch seconds."""

from typing import Literal

import msgspec

CallKind = Literal["caller", "callback", "campaign", "agent", "internal"]
"""A caller who was on the line all the time; one who was called back; a campaign's call; an agent's own call outside,
or to a colleague."""


class TalkRow(msgspec.Struct, frozen=True, gc=False):
    """A talk: both hear each other. A survey, a menu or music before and after it is none.

    `agent` is empty for a transfer to somebody who is none. `held_s` of it was on hold.
    """

    role: str
    agent: str
    queue: str
    began_at: float
    ended_at: float
    holds: int = 0
    held_s: float = 0.0

    @property
    def seconds(self) -> float:
        """The length of the talk, holds included."""
        return self.ended_at - self.began_at


class CallRow(msgspec.Struct, frozen=True, gc=False):
    """A call that is over, with its talks in order.

    `person` is the number that somebody is known again by, empty where that is nobody's. `queue` is the last one.
    `answered_at`: the first talk began. `left`: how the last queue step ended, empty where no flow said so.
    `callback`: the outcome of the callback that was booked, empty without one. `asked`: the survey's question was put;
    `score`: its answer.
    """

    call: str
    person: str
    direction: str
    queue: str
    arrived_at: float
    queued_at: float | None
    answered_at: float | None
    ended_at: float
    outcome: str
    left: str = ""
    callback: str = ""
    by_campaign: bool = False
    talks: tuple[TalkRow, ...] = ()
    asked: bool = False
    score: int | None = None

    @property
    def kind(self) -> CallKind:
        """The kind of the call."""
        if self.direction == "in":
            return "callback" if self.callback or self.outcome == "callback" else "caller"
        if self.direction == "internal":
            return "internal"
        return "campaign" if self.by_campaign else "agent"

    @property
    def first_talk(self) -> TalkRow | None:
        """The first talk with an agent."""
        for talk in self.talks:
            if talk.agent:
                return talk
        return None

    @property
    def last_talk(self) -> TalkRow | None:
        """The last talk with an agent."""
        for talk in reversed(self.talks):
            if talk.agent:
                return talk
        return None


class ReviewRow(msgspec.Struct, frozen=True):
    """A person's judgement of a recorded talk: whether what the agent said and did was right."""

    agent: str
    queue: str
    is_correct: bool


class ClockRow(msgspec.Struct, frozen=True):
    """A round of a case's clock that was decided: kept (`met`) or not. `grade` is the case's at that time."""

    clock: str
    grade: str
    department: str
    met: bool
    share: float | None = None
    """The part of the cases in which the clock is to be kept, from 0 to 1; None: all."""


class HandOverRow(msgspec.Struct, frozen=True):
    """A way of a case to a department, until somebody there took it, or it was sent on: `took_s` seconds."""

    department: str
    took_s: float
    was_taken: bool


class StepRow(msgspec.Struct, frozen=True):
    """A step of a case that was done: the case stood at `stage` for `took_s` seconds, and went on."""

    stage: str
    took_s: float


class CaseRow(msgspec.Struct, frozen=True):
    """A case that was opened in the span."""

    kind: str
    category: str
    grade: str
    department: str
    channel: str
    ended: Literal["", "closed", "otherwise"]
    """`otherwise`: withdrawn, or transferred; empty: it goes on."""
    lasted_s: float
    """Until it ended first, or until all that is known."""
