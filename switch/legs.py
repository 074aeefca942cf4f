"""A leg, its open commands, and the outcome of a command that came to nothing: the same for each real switch."""

from __future__ import annotations

import asyncio
from typing import Literal, Self

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.ids import AttemptId, LegId
from calls.sip_causes import SILENT, cause_of_status
from calls.trunks import Route

LegCommand = (
    commands.Answer
    | commands.EarlyMedia
    | commands.Ring
    | commands.Play
    | commands.Record
    | commands.StartMusic
    | commands.StopMusic
    | commands.Supervise
    | commands.ReportTransfer
    | commands.WatchVoice
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
        "dialled",
        "end_timer",
        "ending",
        "heading",
        "held",
        "id",
        "inbound",
        "music",
        "open",
        "originate",
        "progress_timer",
        "refusals",
        "ring_timer",
        "ringing",
        "routes",
        "silent",
        "trunk",
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
        self.held = False  # its far end has put us on hold
        self.trunk = ""  # by name, of a leg that goes by one
        self.routes: list[Route] = []  # that are left to be tried
        self.dialled: commands.Originate | None = None  # of a leg that goes out by a trunk
        self.refusals: list[str] = []  # what became of those before
        self.silent = False  # nothing was heard of its gateway in time
        self.progress_timer: asyncio.TimerHandle | None = None
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
        self.cancel_ring_timers()
        attempt, self.originate = self.originate, None
        self.answered = True
        return attempt

    def is_up_by_then(self) -> bool:
        """Whether it is answered when the switch comes to what is ordered now: it is, or an Answer is under way."""
        return self.answered or any(isinstance(command, commands.Answer) for command in self.open.values())

    def cancel_ring_timers(self) -> None:
        """It is answered, or called by another trunk."""
        for timer in (self.ring_timer, self.progress_timer):
            if timer is not None:
                timer.cancel()
        self.ring_timer = self.progress_timer = None

    def cancel_timers(self) -> None:
        """The leg is over."""
        self.cancel_ring_timers()
        if self.end_timer is not None:
            self.end_timer.cancel()


def unreachable(leg: Leg) -> Cause:
    """The cause where nothing at all came back of a leg that we called: the phone is to blame, or the trunk."""
    return Cause.UNREACHABLE if leg.device is not None else Cause.TRUNK_UNREACHABLE


def cause_of_end(leg: Leg, status: int, cause: Cause) -> Cause:
    """Why a leg ended that we have not ended. `status`: of the far end's final SIP answer, 0 for none.

    `cause`: the switch's own, which counts where there is no status, and for a leg that was up.
    """
    if leg.answered:  # a phone that started anew knows nothing of the call, one that is gone says nothing (RFC 3261)
        return Cause.TIMED_OUT if status in (408, 481) else cause
    if leg.inbound:  # its caller took it back
        return Cause.CANCELLED if status == 487 or cause is Cause.NORMAL else cause
    if status < 300:
        if cause in (Cause.NORMAL, Cause.NO_ANSWER, Cause.UNREACHABLE) and not leg.ringing:
            return unreachable(leg)
        return Cause.NO_ANSWER if cause is Cause.NORMAL else cause
    # What an earlier controller called has no ring time of ours: the switch's has ended it, and the answer is invented.
    if not leg.ringing and (status == 408 or (status in SILENT and leg.ring_timer is None)):
        return unreachable(leg)
    of_status = cause_of_status(status, rang=leg.ringing)
    # A phone of ours that is not there is unreachable, whoever says so: another of our switches, or the phone.
    return Cause.UNREACHABLE if of_status is Cause.SWITCHED_OFF and leg.device is not None else of_status


def failed(command: LegCommand, reason: FailureReason, detail: str = "") -> events.SwitchEvent:
    """The outcome of a command that came to nothing, in the shape that its kind has."""
    match command:
        case commands.Play():
            return events.PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail or reason, reason)
        case commands.Record():
            return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, "failed")
        case _:
            return events.CommandFailed(command.attempt, reason, command.leg, detail)
