"""A leg, its open commands, and the outcome of a command that came to nothing: the same for each real switch."""

from __future__ import annotations

import asyncio
from typing import Literal, Self

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.ids import AttemptId, LegId

LegCommand = (
    commands.Answer
    | commands.EarlyMedia
    | commands.Play
    | commands.Record
    | commands.StartMusic
    | commands.StopMusic
    | commands.Supervise
    | commands.Redirect
)
"""Commands that one leg carries and that are open for a while."""

EndedBy = Literal["silence", "digit", "limit", "hang_up", "stopped", "failed"]
"""How a recording ended, see `calls.events.RecordingFinished`."""


class Leg:
    """One channel of ours. Its id is the channel's own; an adapter adds what its switch needs."""

    __slots__ = (
        "answered",
        "called",
        "caller",
        "device",
        "end_timer",
        "ending",
        "heading",
        "id",
        "inbound",
        "music",
        "open",
        "originate",
        "ring_timer",
        "ringing",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        self.id = leg
        self.caller = caller
        self.called = called
        self.inbound = inbound
        self.device = device
        self.answered = False
        self.ringing = False
        self.originate: AttemptId | None = None  # of a leg that we called and that has not answered
        self.open: dict[AttemptId, LegCommand] = {}
        self.music = False  # ordered; not while a talk stands
        self.heading: AttemptId | None = None  # of the Bridge that is taking it
        self.ending: Cause | None = None  # why we are ending it
        self.ring_timer: asyncio.TimerHandle | None = None
        self.end_timer: asyncio.TimerHandle | None = None

    @classmethod
    def called_by(cls, command: commands.Originate) -> Self:
        """The leg of an Originate, before it rings."""
        kind, _, rest = command.to.partition(":")
        called, elsewhere, _ = rest.partition("@")
        device = called if kind == "phone" and not elsewhere else None  # a phone of another switch is no device of ours
        leg = cls(command.leg, command.caller, called, inbound=False, device=device)
        leg.originate = command.attempt
        return leg

    def await_answer(self) -> None:
        """It was called by an earlier controller, and rings: its answer is told under an attempt of our own making."""
        self.originate = AttemptId(f"{self.id}:adopted")

    def answer(self) -> AttemptId | None:
        """A leg that we called is up. Gives the attempt of its Originate; None where the answer has been told."""
        if self.ring_timer is not None:
            self.ring_timer.cancel()
            self.ring_timer = None
        attempt, self.originate = self.originate, None
        self.answered = True
        return attempt

    def is_up_by_then(self) -> bool:
        """Whether it is answered when the switch comes to what is ordered now: it is, or an Answer is under way."""
        return self.answered or any(isinstance(command, commands.Answer) for command in self.open.values())

    def cancel_timers(self) -> None:
        """The leg is over."""
        for timer in (self.ring_timer, self.end_timer):
            if timer is not None:
                timer.cancel()


def failed(command: LegCommand, reason: FailureReason, detail: str = "") -> events.SwitchEvent:
    """The outcome of a command that came to nothing, in the shape that its kind has."""
    match command:
        case commands.Play():
            return events.PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail or reason, reason)
        case commands.Record():
            return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, "failed")
        case _:
            return events.CommandFailed(command.attempt, reason, command.leg, detail)
