"""A leg on FreeSWITCH, the application that runs on it, and the causes of its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from calls import commands, events
from calls.causes import Cause, FailureReason, Outcome
from calls.ids import AttemptId, LegId
from calls.numbers import ANONYMOUS
from calls.sip_causes import cause_of_q850
from switch import legs
from switch.freeswitch.wire import Event
from switch.legs import LegCommand


class Execution:
    """One dialplan application on a leg, from the wish to its end.

    `on_done` is called once: with its CHANNEL_EXECUTE_COMPLETE, or with None when it never ran or its end was not
    seen; and with the reason when that is a failure.
    """

    __slots__ = (
        "application",
        "argument",
        "breaks",
        "commands",
        "id",
        "in_talk",
        "on_done",
        "started",
        "stopping",
        "timer",
    )

    def __init__(
        self, execution: str, application: str, argument: str, on_done: OnDone, *, in_talk: bool = False
    ) -> None:
        self.id = execution
        self.application = application
        self.argument = argument
        self.on_done = on_done
        self.in_talk = in_talk  # begun at once where the leg is in a talk, and heard on that leg alone
        self.started = False  # seen in the switch
        self.stopping = False  # told to stop: its end is a stop, not a finish
        self.breaks = 0
        self.commands: list[LegCommand] = []  # that took effect, or did not, once the switch has accepted it
        self.timer: asyncio.TimerHandle | None = None


OnDone = Callable[[Execution, Event | None, FailureReason | None], None]


class Leg(legs.Leg):
    """One channel of ours. Its id is the channel's own UUID."""

    __slots__ = (
        "away",
        "call_id",
        "created",
        "job_done",
        "parked",
        "refused",
        "running",
        "talk",
        "talking_ms",
        "wanted",
    )

    def __init__(self, leg: LegId, caller: str, called: str, *, inbound: bool, device: str | None = None) -> None:
        super().__init__(leg, caller, called, inbound=inbound, device=device)
        self.created = False  # of a leg that we called: its channel was seen
        self.parked = False  # in the switch's park, where applications can be run
        self.running: Execution | None = None
        self.wanted: Execution | None = None  # runs next, once what runs has ended
        self.talk: AttemptId | None = None  # of the Bridge that it is in
        self.away: commands.Redirect | None = None  # being given away
        self.call_id = ""  # the Call-ID of its dialog, by which a phone names it; of a leg that we call, once answered
        self.job_done = False  # of a call by a trunk: the job of its Originate has ended
        self.talking_ms = ""  # its media_timeout while it holds nobody, once it has
        self.refused: tuple[int, str] | None = None  # likewise its channel, with status and cause

    def cancel_timers(self) -> None:
        """The leg is over."""
        super().cancel_timers()
        if self.running is not None and self.running.timer is not None:
            self.running.timer.cancel()


def cause_of(name: str) -> Cause:
    """One of the switch's own names of a cause in the house's words."""
    return _OWN.get(name) or cause_of_q850(_Q850.get(name, _NONE_OF_Q850))


_NONE_OF_Q850 = 127
_Q850 = {
    "": 0,
    "NONE": 0,
    "UNALLOCATED_NUMBER": 1,
    "NO_ROUTE_DESTINATION": 3,
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_USER_RESPONSE": 18,
    "NO_ANSWER": 19,
    "SUBSCRIBER_ABSENT": 20,
    "CALL_REJECTED": 21,
    "NUMBER_CHANGED": 22,
    "REDIRECTION_TO_NEW_DESTINATION": 23,
    "DESTINATION_OUT_OF_ORDER": 27,
    "INVALID_NUMBER_FORMAT": 28,
    "NORMAL_UNSPECIFIED": 31,
    "NORMAL_CIRCUIT_CONGESTION": 34,
    "NETWORK_OUT_OF_ORDER": 38,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "SWITCH_CONGESTION": 42,
    "OUTGOING_CALL_BARRED": 52,
    "INCOMING_CALL_BARRED": 54,
    "BEARERCAPABILITY_NOTAUTH": 57,
    "RECOVERY_ON_TIMER_EXPIRE": 102,
}
_OWN = {
    "PROGRESS_TIMEOUT": Cause.NO_ANSWER,
    "ALLOTTED_TIMEOUT": Cause.NO_ANSWER,
    "USER_NOT_REGISTERED": Cause.UNREACHABLE,
    "INVALID_GATEWAY": Cause.UNREACHABLE,  # none is configured
    "GATEWAY_DOWN": Cause.UNREACHABLE,
    "ORIGINATOR_CANCEL": Cause.CANCELLED,
    "LOSE_RACE": Cause.CANCELLED,
    "UNWANTED": Cause.UNWANTED,
    "MEDIA_TIMEOUT": Cause.TIMED_OUT,
    "SYSTEM_SHUTDOWN": Cause.LOST,
    "CRASH": Cause.LOST,
}

FAULT = "NORMAL_TEMPORARY_FAILURE"
SAYS_500 = ("last_bridge_proto_specific_hangup_cause", "sip:500")
"""None of the switch's causes is a 500 to a caller (1.10.12, hangup_cause_to_sip); a bridge's answer is passed on."""
NAME_OF = {cause: FAULT for cause in Cause} | {
    Cause.NORMAL: "NORMAL_CLEARING",
    Cause.BUSY: "USER_BUSY",
    Cause.NO_ANSWER: "NO_ANSWER",
    Cause.REJECTED: "CALL_REJECTED",
    Cause.UNWANTED: "CALL_REJECTED",
    Cause.BLOCKED: "CALL_REJECTED",
    Cause.UNREACHABLE: "SUBSCRIBER_ABSENT",
    Cause.SWITCHED_OFF: "SUBSCRIBER_ABSENT",
    Cause.INVALID_NUMBER: "UNALLOCATED_NUMBER",
    Cause.CANCELLED: "ORIGINATOR_CANCEL",
    Cause.TIMED_OUT: "NORMAL_CLEARING",
    Cause.CONGESTION: "SWITCH_CONGESTION",
    Cause.NO_TRUNK: "SWITCH_CONGESTION",
    Cause.TRANSFERRED: "NORMAL_CLEARING",
}
"""What a HangUp with each cause tells the far end; a fault of ours for the rest, with SAYS_500 beside it where a caller
was not answered yet: 503 would say that we have no room."""


def end_of(event: Event) -> tuple[int, str]:
    """The SIP status that ended a leg, 0 where the switch ended it by itself, and the switch's own name of the cause.

    Both of its CHANNEL_HANGUP_COMPLETE. Where the network says that nobody is at the address, or no connection can be
    made, the switch gives itself a 503 (1.10.12). Only of an answer that came does it know from where.
    """
    given = event.variable("proto_specific_hangup_cause").removeprefix("sip:") or event.variable("sip_term_status")
    status = int(given) if given.isdecimal() else 0
    if status == _INVENTED and not event.variable("sip_network_ip"):
        return 0, "NO_USER_RESPONSE"
    return status, event.get("Hangup-Cause")


_INVENTED = 503


def failed(command: LegCommand, reason: FailureReason, detail: str = "") -> events.SwitchEvent:
    """As `switch.legs.failed`; a recording whose leg is gone was ended by the hang-up."""
    if isinstance(command, commands.Record) and reason == "leg_gone":
        return events.RecordingFinished(command.leg, command.attempt, "", 0.0, Outcome.FAILED, "hang_up")
    return legs.failed(command, reason, detail)


def shown_number(event: Mapping[str, object]) -> str:
    """The caller's number of an event; `anonymous` where they asked for privacy (RFC 3323): the number of a
    P-Asserted-Identity is for the network, and goes no further."""
    if event.get("Caller-Privacy-Hide-Number") == "true":
        return ANONYMOUS
    return str(event.get("Caller-Caller-ID-Number", ""))
