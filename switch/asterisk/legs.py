"""The legs that are ours, and what is open on each: so that every order gets its one outcome, whatever comes first."""

from __future__ import annotations

import asyncio

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.ids import AttemptId, LegId
from switch.asterisk.keys import Keys
from switch.asterisk.requests import Reply

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
"""Orders that one leg carries and that are open for a while."""


class Leg:
    """One channel of ours. Its id is the channel's own."""

    __slots__ = (
        "answered",
        "called",
        "caller",
        "caller_name",
        "device",
        "end_timer",
        "ending",
        "hanging_up",
        "heading",
        "id",
        "in_bridge",
        "inbound",
        "keys",
        "last_digit",
        "music",
        "open",
        "originate",
        "playing",
        "recording",
        "ring_timer",
        "ringing",
        "seen_cause",
        "stopping",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        self.id = leg
        self.caller = caller
        self.caller_name = ""
        self.called = called
        self.inbound = inbound
        self.device = device
        self.answered = False
        self.ringing = False
        self.originate: AttemptId | None = None  # of a leg that we called and that has not answered
        self.open: dict[AttemptId, LegCommand] = {}
        self.playing: AttemptId | None = None  # in Asterisk, as far as we ordered
        self.recording: AttemptId | None = None
        self.stopping: set[AttemptId] = set()  # told to stop: its end is a stop, not a finish
        self.music = False  # ordered; not while a bridge stands
        self.in_bridge: str | None = None  # Asterisk's bridge id, as events tell
        self.heading: AttemptId | None = None  # of the Bridge that is taking it
        self.keys = Keys()
        self.last_digit = ""
        self.ending: Cause | None = None  # why we are ending it
        self.hanging_up = False  # the hangup request was seen
        self.seen_cause = 0  # and its Q.850
        self.ring_timer: asyncio.TimerHandle | None = None
        self.end_timer: asyncio.TimerHandle | None = None

    def await_answer(self) -> None:
        """It was called by an earlier controller, and rings: its answer is told under an attempt of our own making."""
        self.originate = AttemptId(f"{self.id}:adopted")

    def is_up_by_then(self) -> bool:
        """Whether it is answered when the switch comes to what is ordered now: it is, or an Answer is under way."""
        return self.answered or any(isinstance(command, commands.Answer) for command in self.open.values())

    def cancel_timers(self) -> None:
        """The leg is over."""
        for timer in (self.ring_timer, self.end_timer):
            if timer is not None:
                timer.cancel()


def cause_of(q850: int) -> Cause:
    """A Q.850 number in the house's words."""
    return _CAUSES.get(q850, Cause.FAILED)


_CAUSES = {
    0: Cause.NORMAL,  # Asterisk did not note one: an ordinary end
    1: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.UNREACHABLE,
    26: Cause.CANCELLED,
    27: Cause.UNREACHABLE,
    31: Cause.NORMAL,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
}

Q850_OF = {
    Cause.NORMAL: 16,
    Cause.BUSY: 17,
    Cause.NO_ANSWER: 19,
    Cause.REJECTED: 21,
    Cause.UNREACHABLE: 20,
    Cause.CANCELLED: 16,
    Cause.CONGESTION: 42,
    Cause.TRANSFERRED: 16,
    Cause.LOST: 41,
    Cause.FAILED: 41,
}
"""What a HangUp with each cause tells the far end."""


def failure_of(command: LegCommand, reply: Reply) -> events.SwitchEvent:
    """The outcome of an order that Asterisk refused or did not answer."""
    return failed(command, reason_of(reply), reply.reason)


def reason_of(reply: Reply) -> FailureReason:
    """The neutral reason of a failed reply; 404 means that the leg is gone."""
    if reply.failure == "refused" or reply.failure is None:
        return "leg_gone" if reply.status == 404 else "refused"
    return reply.failure


def failed(command: LegCommand, reason: FailureReason, detail: str = "") -> events.SwitchEvent:
    """The outcome of an order that came to nothing, in the shape that its kind has."""
    match command:
        case commands.Play():
            return events.PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail or reason, reason)
        case commands.Record():
            return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, "failed")
        case _:
            return events.CommandFailed(command.attempt, reason, command.leg, detail)
