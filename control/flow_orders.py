"""What the flow machine orders, carried into the house: queues, cases, transfers, the log."""

from typing import assert_never

from acd.events import CallLeft, CallQueued
from calls.causes import Cause
from calls.commands import (
    Answer,
    Bridge,
    HangUp,
    Listen,
    Originate,
    Play,
    Record,
    Sentence,
    StartMusic,
    Stop,
    StopMusic,
)
from calls.events import CallEnded
from calls.ids import AgentId, AttemptId, LegId, QueueName
from complaints.cases import CaseAsked
from control import register as at
from control.announcements import Announcements
from control.callbacks import Callbacks
from control.commands import LogRecording, LogStep, PrepareSpeech
from control.hub import Hub
from ivr import commands as flow
from ivr.events import TransferEnded, TransferOutcome
from ivr.program import LAST_AGENT

_TRANSFER_ENDS: dict[Cause, TransferOutcome] = {
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",
}


class FlowOrders:
    """Carries out the flow machine's orders."""

    def __init__(self, hub: Hub, announcements: Announcements, callbacks: Callbacks) -> None:
        self._hub = hub
        self._callbacks = callbacks
        self._announcements = announcements

    def on_flow_order(self, order: flow.IvrCommand) -> None:
        """One order of the flow machine."""
        hub = self._hub
        match order:
            case Play(leg=leg):
                self._announcements.flow_speaks(leg)
                hub.order(order)
            case Answer() | Stop() | Listen() | Record() | StartMusic() | StopMusic() | HangUp():
                hub.order(order)
            case flow.HideDigits() | flow.ShowDigits() | flow.CheckSecret() | flow.Lookup():
                hub.order(order)
            case flow.SurveyAnswered():
                hub.order(order)
            case flow.VoicemailLeft():
                hub.register.calls[order.call].outcome = "message"
                hub.order(order)
                hub.order(LogRecording(order.call, order.path, order.duration_s, "message", order.box))
            case flow.OpenCase(call_id, attempt, category, fields):
                call = hub.register.calls[call_id]
                hub.ask_case(CaseAsked(call_id, attempt, call.caller, category, "caller", fields))
            case flow.RecordingConsent():
                self._consented(order)
            case flow.EnterQueue():
                self._enter_queue(order)
            case flow.LeaveQueue(call_id, attempt):
                self._leave_queue(hub.register.calls[call_id], attempt)
            case flow.BookCallback():
                self._callbacks.book(order)
            case flow.Transfer():
                self._transfer(order)
            case flow.StepTaken():
                call = hub.register.calls[order.call]
                call.steps += 1
                hub.order(LogStep(call.steps, order, order.began_at + hub.register.offset_s, hub.utc))
            case flow.FlowEnded(call_id, reason):
                self._flow_ended(hub.register.calls[call_id], reason)
            case _:
                assert_never(order)

    def _consented(self, order: flow.RecordingConsent) -> None:
        call = self._hub.register.calls[order.call]
        if order.consent == "declined":
            self._hub.decline_recording(call)
        else:
            call.consent = "allowed"

    def _enter_queue(self, order: flow.EnterQueue) -> None:
        hub = self._hub
        call = hub.register.calls[order.call]
        waited_s, left = self._callbacks.taken_up(call, order.queue)
        call.move("waiting")
        call.ask, call.queue, call.language, call.reason = order.attempt, order.queue, order.language, order.reason
        call.fields = {name: str(value) for name, value in order.fields.items()}
        if call.queued_at is None:
            call.queued_at = hub.now - waited_s
        self._announcements.entered(call, again=waited_s > 0)
        hub.order(StartMusic(call.leg, hub.mint(call.call)))
        whisper = hub.directory.whisper(call.version, call)
        sentences = tuple(media for media in whisper if isinstance(media, Sentence))
        if sentences:
            hub.order(PrepareSpeech(sentences))
        call.entry = CallQueued(
            call.call,
            order.attempt,
            QueueName(order.queue),
            order.skills,
            order.class_,
            order.language,
            call.caller,
            order.priority,
            order.vip,
            self._asked_for(call, order.agent),
            order.sticky_s,
            waited_s,
        )
        hub.tell_queues(call.entry)
        if left is not None:
            hub.tell_queues(left)

    def _asked_for(self, call: at.Call, agent: str) -> AgentId | None:
        if agent == LAST_AGENT:
            return self._hub.register.last_agent(call.caller, self._hub.now)
        return AgentId(agent) if agent else None

    def _leave_queue(self, call: at.Call, attempt: AttemptId) -> None:
        if call.ask == attempt and call.place in ("waiting", "offered"):
            call.move("menu")
            call.ask = None
            self._hub.order(StopMusic(call.leg, self._hub.mint(call.call)))
            self._hub.tell_queues(CallLeft(call.call, "way_out"))

    def _flow_ended(self, call: at.Call, reason: str) -> None:
        if call.outcome == "left_in_menu" and reason != "caller_left":
            call.outcome = "refused" if call.queued_at is not None else "self_service"
        if reason != "caller_left" and call.place in ("waiting", "offered") and call.ask is not None:
            # the cap on a call's time ran out while it waited: nobody may be offered a caller who is sent away
            self._hub.tell_queues(CallLeft(call.call, "way_out"))
            call.move("menu")

    def _transfer(self, order: flow.Transfer) -> None:
        hub = self._hub
        call = hub.register.calls[order.call]
        _, left = self._callbacks.taken_up(call, "")
        if left is not None:
            hub.tell_queues(left)
        call.move("transferring")
        call.ask = order.attempt
        leg = LegId(f"{order.attempt}-transfer")
        hub.register.legs[leg] = at.Leg(leg, "transfer", call.call, order.to, hub.now)
        call.guests.append(leg)
        hub.order(StartMusic(call.leg, hub.mint(call.call)))
        hub.order(Originate(leg, hub.mint(leg), order.to, call.called, "", order.ring_s))

    def transfer_answered(self, leg: at.Leg) -> None:
        """The other side picked up: connect."""
        call = self._hub.call_of(leg.leg)
        if call is None or call.place != "transferring":
            self._hub.order(HangUp(leg.leg))
            return
        self._hub.order(Bridge(self._hub.register.bridge(call, False), call.leg, leg.leg))

    def transfer_bridged(self, call: at.Call) -> None:
        """Caller and target talk."""
        if call.place == "transferring":
            call.move("transferred")
            call.outcome = "transferred"

    def transfer_left(self, leg: at.Leg, event: CallEnded) -> None:
        """The other side is gone, or never came."""
        call = self._hub.register.calls.get(leg.call) if leg.call is not None else None
        if call is None or call.place not in ("transferring", "transferred"):
            return
        talked = call.place == "transferred"
        ask = call.ask
        call.move("menu")
        call.ask = None
        self._hub.register.apart(call)
        if not talked:
            self._hub.order(StopMusic(call.leg, self._hub.mint(call.call)))
        if ask is not None:
            outcome = "talked" if talked else _TRANSFER_ENDS.get(event.cause, "failed")
            self._hub.tell_flows(TransferEnded(call.call, ask, outcome))

    def transfer_unbridged(self, call: at.Call) -> None:
        """The two came apart, or were never connected: the target's leg goes, its end tells the flow."""
        for leg in call.guests:
            if self._hub.register.legs[leg].role == "transfer":
                self._hub.order(HangUp(leg))
