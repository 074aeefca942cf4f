"""Commands of the flow machine, carried into the house: queues, cases, transfers, the log."""

from typing import assert_never

import msgspec

from acd.events import CallLeft, CallQueued
from calls.commands import Answer, HangUp, Listen, Play, Record, Sentence, StartMusic, Stop, StopMusic
from calls.identity import known_by
from calls.ids import AgentId, AttemptId, QueueName
from calls.overrides import closes
from complaints.cases import CaseAsked
from control.callbacks.callbacks import Callbacks
from control.hub.hub import Hub
from control.machines.ladder import Turn
from control.messages.commands import PrepareSpeech
from control.messages.log_commands import LogRecording, LogStep
from control.overrides.overrides import Overrides
from control.queues.announcements import Announcements
from control.register.call import Call
from control.supervision.reviews import Reviews
from control.talks.talk_recordings import TalkRecordings
from control.transfers.flow_transfers import Transfers
from dsl.values import as_text
from ivr import commands as flow
from ivr.events import LeftQueue
from ivr.steps import LAST_AGENT


class FlowCommands:
    """Carries out the flow machine's commands."""

    def __init__(
        self,
        hub: Hub,
        announcements: Announcements,
        callbacks: Callbacks,
        transfers: Transfers,
        recordings: TalkRecordings,
        overrides: Overrides,
        reviews: Reviews,
    ) -> None:
        self._hub = hub
        self._announcements = announcements
        self._callbacks = callbacks
        self._transfers = transfers
        self._recordings = recordings
        self._overrides = overrides
        self._reviews = reviews

    def on_flow_command(self, command: flow.IvrCommand) -> None:
        """Carry out one command of the flow machine."""
        hub, calls = self._hub, self._hub.register.calls
        match command:
            case Play(leg=leg):
                self._announcements.flow_speaks(leg)
                hub.give(command)
            case Answer() | Stop() | Listen() | Record() | StartMusic() | StopMusic() | HangUp():
                hub.give(command)
            case flow.HideDigits() | flow.ShowDigits() | flow.CheckSecret() | flow.Lookup():
                hub.give(command)
            case flow.Understand(call_id):
                self._spoke(calls[call_id])
                hub.give(command)
            case flow.TurnTaken():
                self._turn_taken(calls[command.call], command)
            case flow.ValuesTaken(call_id, values):
                hub.register.ladder(call_id).knows(values, hub.directory.region(calls[call_id].version))
            case flow.ProposeAnswer():
                self._reviews.proposed(calls[command.call], command)
            case flow.EndProposal():
                self._reviews.taken_back(calls[command.call], command)
            case flow.SurveyAnswered() | flow.QuestionAnswered() | flow.QuestionUnanswered():
                hub.give(command)
            case flow.VoicemailLeft():
                calls[command.call].end_as("message")
                hub.give(command)
                hub.give(LogRecording(command.call, command.path, command.duration_s, "message", command.box))
            case flow.OpenCase(call_id, attempt, category, fields):
                hub.ask_case(CaseAsked(call_id, attempt, calls[call_id].caller, category, "caller", fields))
            case flow.RecordingConsent(call_id, "declined"):
                self._recordings.decline(calls[call_id])
            case flow.RecordingConsent(call_id):
                calls[call_id].recording.consent = "allowed"
            case flow.EnterQueue():
                self._enter_queue(command)
            case flow.LeaveQueue(call_id, attempt):
                self._leave_queue(calls[call_id], attempt)
            case flow.BookCallback():
                self._callbacks.book(command)
            case flow.Transfer():
                self._to_person(calls[command.call])
                self._transfers.begin(command)
            case flow.StepTaken():
                call = calls[command.call]
                call.steps += 1
                hub.log_rung(
                    call,
                    hub.register.ladder(call.call).stepped(command.kind, command.outcome, hub.now, call.arrived_at),
                )
                hub.give(LogStep(call.steps, command, command.began_at + hub.register.offset_s, hub.utc))
            case flow.FlowEnded(call_id, reason):
                self._flow_ended(calls[call_id], reason)
            case _:
                assert_never(command)

    def _enter_queue(self, command: flow.EnterQueue) -> None:
        hub = self._hub
        call = hub.register.calls[command.call]
        if closes(hub.register.overrides, f"queue:{command.queue}") is not None:
            call.enter_queue(command.queue)
            call.language = command.language
            call.end_as("refused")
            hub.tell_flows(LeftQueue(call.call, command.attempt, "closed"))
            return
        self._to_person(call)
        waited_s, left = self._callbacks.end_on_return(call, command.queue)
        call.on("queued")
        call.enter_queue(command.queue)
        call.flow_attempt, call.language, call.reason = command.attempt, command.language, command.reason
        call.fields = {name: as_text(value) for name, value in command.fields.items() if value is not None}
        if call.queued_at is None:
            call.queued_at = hub.now - waited_s
        self._announcements.entered(call, again=waited_s > 0)
        hub.start_music(call)
        whisper = hub.directory.whisper(call.version, call)
        sentences = tuple(media for media in whisper if isinstance(media, Sentence))
        if sentences:
            hub.give(PrepareSpeech(sentences))
        call.queued_as = CallQueued(
            call.call,
            command.attempt,
            QueueName(command.queue),
            command.skills,
            command.class_,
            command.language,
            known_by(call.caller),
            command.priority,
            command.vip,
            self._agent_asked_for(call, command.agent),
            command.sticky_s,
            waited_s,
        )
        hub.tell_queues(call.queued_as)
        if left is not None:
            hub.tell_queues(left)

    def _to_person(self, call: Call) -> None:
        self._hub.log_rung(call, self._hub.register.ladder(call.call).to_person(self._hub.now, call.arrived_at))

    def _spoke(self, call: Call) -> None:
        self._hub.log_rung(call, self._hub.register.ladder(call.call).on("spoke", self._hub.now, call.arrived_at))

    def _turn_taken(self, call: Call, turn: flow.TurnTaken) -> None:
        hub = self._hub
        region = hub.directory.region(call.version)
        self._spoke(call)
        kept = Turn(hub.now, turn.said, turn.came_of, turn.intent, turn.second, turn.score, turn.margin)
        self._hub.register.ladder(call.call).heard(kept, region)
        hub.give(msgspec.structs.replace(turn, said=kept.said))

    def _agent_asked_for(self, call: Call, agent: str) -> AgentId | None:
        if agent == LAST_AGENT:
            return self._hub.register.last_agent(call.caller, self._hub.now)
        return AgentId(agent) if agent else None

    def _leave_queue(self, call: Call, attempt: AttemptId) -> None:
        if call.flow_attempt == attempt and call.place in ("waiting", "offered"):
            call.on("released")
            call.flow_attempt = None
            self._hub.stop_music(call)
            self._hub.tell_queues(CallLeft(call.call, "way_out"))

    def _flow_ended(self, call: Call, reason: str) -> None:
        self._reviews.ended(call)
        if call.outcome == "left_in_menu" and reason != "caller_left":
            call.end_as("refused" if call.queued_at is not None else "self_service")
        if reason != "caller_left" and call.place in ("waiting", "offered") and call.flow_attempt is not None:
            # the cap on a call's time ran out while it waited: nobody may be offered a caller who is sent away
            self._hub.tell_queues(CallLeft(call.call, "way_out"))
            call.on("released")
