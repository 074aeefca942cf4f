"""The legs that are ours, what runs on each, and what is open: so that every order gets its one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.ids import AttemptId, LegId
from switch.freeswitch.wire import Event

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


class Execution:
    """One dialplan application on a leg, from the wish to its end.

    `on_done` is called once: with its CHANNEL_EXECUTE_COMPLETE, or with None when it never ran or its end was not
    seen; and with the reason when that is a failure.
    """

    __slots__ = ("application", "argument", "breaks", "id", "on_done", "orders", "started", "stopping", "timer")

    def __init__(self, execution: str, application: str, argument: str, on_done: OnDone) -> None:
        self.id = execution
        self.application = application
        self.argument = argument
        self.on_done = on_done
        self.started = False  # seen in the switch
        self.stopping = False  # told to stop: its end is a stop, not a finish
        self.breaks = 0
        self.orders: list[LegCommand] = []  # that took effect, or did not, once the switch has accepted it
        self.timer: asyncio.TimerHandle | None = None


OnDone = Callable[[Execution, Event | None, FailureReason | None], None]


class Leg:
    """One channel of ours. Its id is the channel's own UUID."""

    __slots__ = (
        "answered",
        "away",
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
        "parked",
        "ring_timer",
        "ringing",
        "running",
        "talk",
        "wanted",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        self.id = leg
        self.caller = caller
        self.called = called
        self.inbound = inbound
        self.device = device
        self.answered = False
        self.ringing = False
        self.parked = False  # in the switch's park, where applications can be run
        self.originate: AttemptId | None = None  # of a leg that we called and that has not answered
        self.open: dict[AttemptId, LegCommand] = {}
        self.running: Execution | None = None
        self.wanted: Execution | None = None  # runs next, once what runs has ended
        self.music = False  # ordered; not while a talk stands
        self.heading: AttemptId | None = None  # of the Bridge that is taking it
        self.talk: AttemptId | None = None  # of the Bridge that it is in
        self.away: commands.Redirect | None = None  # being given away
        self.ending: Cause | None = None  # why we are ending it
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
        for timer in (self.ring_timer, self.end_timer, self.running.timer if self.running is not None else None):
            if timer is not None:
                timer.cancel()


def cause_of(name: str) -> Cause:
    """One of the switch's own names of a cause in the house's words."""
    return _CAUSES.get(name, Cause.FAILED)


_CAUSES = {
    "": Cause.NORMAL,
    "NONE": Cause.NORMAL,
    "NORMAL_CLEARING": Cause.NORMAL,
    "NORMAL_UNSPECIFIED": Cause.NORMAL,
    "USER_BUSY": Cause.BUSY,
    "NO_USER_RESPONSE": Cause.NO_ANSWER,
    "NO_ANSWER": Cause.NO_ANSWER,
    "PROGRESS_TIMEOUT": Cause.NO_ANSWER,
    "ALLOTTED_TIMEOUT": Cause.NO_ANSWER,
    "CALL_REJECTED": Cause.REJECTED,
    "UNALLOCATED_NUMBER": Cause.UNREACHABLE,
    "NO_ROUTE_DESTINATION": Cause.UNREACHABLE,
    "SUBSCRIBER_ABSENT": Cause.UNREACHABLE,
    "NUMBER_CHANGED": Cause.UNREACHABLE,
    "DESTINATION_OUT_OF_ORDER": Cause.UNREACHABLE,
    "USER_NOT_REGISTERED": Cause.UNREACHABLE,
    "INVALID_GATEWAY": Cause.UNREACHABLE,  # none is configured
    "RECOVERY_ON_TIMER_EXPIRE": Cause.UNREACHABLE,
    "ORIGINATOR_CANCEL": Cause.CANCELLED,
    "LOSE_RACE": Cause.CANCELLED,
    "NORMAL_CIRCUIT_CONGESTION": Cause.CONGESTION,
    "NETWORK_OUT_OF_ORDER": Cause.CONGESTION,
    "NORMAL_TEMPORARY_FAILURE": Cause.CONGESTION,
    "SWITCH_CONGESTION": Cause.CONGESTION,
    "GATEWAY_DOWN": Cause.CONGESTION,
    "SYSTEM_SHUTDOWN": Cause.LOST,
    "MEDIA_TIMEOUT": Cause.LOST,
    "CRASH": Cause.LOST,
}

NAME_OF = {
    Cause.NORMAL: "NORMAL_CLEARING",
    Cause.BUSY: "USER_BUSY",
    Cause.NO_ANSWER: "NO_ANSWER",
    Cause.REJECTED: "CALL_REJECTED",
    Cause.UNREACHABLE: "SUBSCRIBER_ABSENT",
    Cause.CANCELLED: "ORIGINATOR_CANCEL",
    Cause.CONGESTION: "SWITCH_CONGESTION",
    Cause.TRANSFERRED: "NORMAL_CLEARING",
    Cause.LOST: "NORMAL_TEMPORARY_FAILURE",
    Cause.FAILED: "NORMAL_TEMPORARY_FAILURE",
}
"""What a HangUp with each cause tells the far end."""


def failed(command: LegCommand, reason: FailureReason, detail: str = "") -> events.SwitchEvent:
    """The outcome of an order that came to nothing, in the shape that its kind has."""
    match command:
        case commands.Play():
            return events.PlaybackFinished(command.leg, command.attempt, Outcome.FAILED, detail or reason, reason)
        case commands.Record():
            ended_by: Literal["hang_up", "failed"] = "hang_up" if reason == "leg_gone" else "failed"
            return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, ended_by)
        case _:
            return events.CommandFailed(command.attempt, reason, command.leg, detail)
