"""The hub: where the cores meet, and what every part of call control shares.

A part tells the flows or the queues something; it is put in line and done in order, never inside what is being done,
so that no core is entered twice and a replay takes the same turns.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from acd.commands import AcdCommand, ReleaseCall
from acd.events import AcdEvent, CallQueued
from calls.causes import Cause
from calls.commands import StartMusic, StopMusic
from calls.errors import BadInput
from calls.events import RecordingFinished
from calls.ids import AttemptId, CallId, Instant, LegId
from calls.ports import Core
from complaints.cases import CaseAsked, Complaints
from control.hub.ports import Directory, Flows, QueueView
from control.machines.ladder import Ladder, Rest
from control.messages.commands import ForecastMade, Noticed, RouterCommand
from control.messages.log_commands import DropRecording, LogCall, LogRung, LogWait
from control.register import talks
from control.register.call import Call
from control.register.register import Register, call_id
from dialer.campaigns.commands import CampaignCommand
from dialer.campaigns.core import Campaigns
from dialer.campaigns.events import CampaignEvent
from ivr.commands import IvrCommand, VoicemailLeft
from ivr.events import IvrEvent


class Hub:
    """Shared by the router's parts: the cores, the register, the commands of this turn."""

    def __init__(
        self,
        flows: Flows,
        queues: Core[AcdEvent, AcdCommand],
        cases: Complaints,
        directory: Directory,
        queue_view: QueueView,
        campaigns: Campaigns,
    ) -> None:
        self.flows = flows
        self.queues = queues
        self.cases = cases
        self.directory = directory
        self.queue_view = queue_view
        self.campaigns = campaigns
        self.register = Register()
        self.now: Instant = 0.0
        self.out: list[RouterCommand] = []
        self.queues_asked = self.campaigns_asked = True
        """An event went to them since the campaigns last looked at the house; so it may be in a new controller."""
        self.on_flow_command: Callable[[IvrCommand], None]
        self.on_queue_command: Callable[[AcdCommand], None]
        self.on_campaign_command: Callable[[CampaignCommand], None]
        self._line: deque[
            tuple[Literal["flows"], IvrEvent]
            | tuple[Literal["queues"], AcdEvent]
            | tuple[Literal["campaigns"], CampaignEvent]
        ] = deque()

    @property
    def utc(self) -> float:
        """The wall clock of this turn, epoch seconds."""
        return self.now + self.register.offset_s

    def give(self, command: RouterCommand) -> None:
        """Let the driver do this."""
        self.out.append(command)

    def tell_flows(self, event: IvrEvent) -> None:
        """Put an event in line for the flow machine."""
        self._line.append(("flows", event))

    def tell_queues(self, event: AcdEvent) -> None:
        """Put an event in line for the queues. One to wait on a lost switch is set aside until it is back."""
        if isinstance(event, CallQueued) and self.register.is_lost(event.call):
            self.register.aside.append(event.call)
            return
        self._line.append(("queues", event))

    def tell_campaigns(self, event: CampaignEvent) -> None:
        """Put an event in line for the campaigns."""
        self._line.append(("campaigns", event))

    def ask_case(self, asked: CaseAsked) -> None:
        """Open a case; it stays pending in the register until the store has it."""
        asked = msgspec.structs.replace(asked, zone=self.directory.zone(self.register.version))
        for command in self.cases.handle(asked, self.now):
            self.register.filing[command.attempt] = command
            self.give(command)

    def settle(self) -> None:
        """Do all that is in line, and what comes of it."""
        while self._line:
            match self._line.popleft():
                case ("flows", event):
                    flow_commands = self.flows.handle(event, self.now)
                    for flow_command in flow_commands:
                        self.on_flow_command(flow_command)
                    if type(event) is RecordingFinished:
                        self._drop_unless_left(event, flow_commands)
                case ("queues", event):
                    self.queues_asked = True
                    for queue_command in self._ask_queues(event):
                        self.on_queue_command(queue_command)
                    self._pass_on_forecasts()
                case ("campaigns", event):
                    self.campaigns_asked = True
                    for campaign_command in self.campaigns.handle(event, self.now):
                        self.on_campaign_command(campaign_command)

    def _drop_unless_left(self, event: RecordingFinished, flow_commands: Sequence[IvrCommand]) -> None:
        """What a caller said and no flow took as a message, too short or too late, is in no list: it does not stay."""
        if event.path and not any(isinstance(command, VoicemailLeft) for command in flow_commands):
            self.drop_recording(call_id(event.leg), event.path)

    def drop_recording(self, call: CallId, path: str) -> None:
        """Delete a file and its row, and remember that it is not wanted."""
        self.register.settled.update({attempt: "" for attempt, kept in self.register.settled.items() if kept == path})
        self.give(DropRecording(call, path))

    def _ask_queues(self, event: AcdEvent) -> list[AcdCommand]:
        try:
            return self.queues.handle(event, self.now)
        except BadInput as error:
            # A call keeps the flows that it came with, the queues are today's: one that is gone takes nobody new.
            if not isinstance(event, CallQueued):
                raise
            advice = "the flow's way out for no agents is taken; publish a version that has the queue"
            self.notice("error", "no such queue any more", call=event.call, detail=str(error), advice=advice)
            return [ReleaseCall(event.call, event.attempt, "no_agents")]

    def tick(self) -> None:
        """Let both cores do what is due."""
        for flow_command in self.flows.tick(self.now):
            self.on_flow_command(flow_command)
        for queue_command in self.queues.tick(self.now):
            self.on_queue_command(queue_command)
        self._pass_on_forecasts()
        for campaign_command in self.campaigns.tick(self.now):
            self.on_campaign_command(campaign_command)

    def _pass_on_forecasts(self) -> None:
        for forecast in self.queue_view.taken():
            call = self.register.calls.get(forecast.call)
            if call is not None and call.place == "waiting":  # a caller who is taken at once hears of no wait
                self.give(ForecastMade(call.call, call.queue, forecast))
        for one in self.queue_view.examples():
            joined_at = one.joined_at + self.register.offset_s
            self.give(LogWait(one.call, joined_at, one.kind, one.priority, one.wait_s, one.vector))

    def close(self, call: Call, cause: Cause) -> None:
        """End the call: its row of the log, and out of the register."""
        offset, direction = self.register.offset_s, self.register.direction(call.call)
        call.on("ended")
        del self.register.calls[call.call]
        self.register.handed_on.pop(call.call, None)
        self.register.declined.pop(call.call, None)
        self.register.agent_calls.pop(call.call, None)
        self.register.contacts.pop(call.call, None)
        self.register.asked_for.pop(call.call, None)
        self.end_talk(call, cause)
        ladder = self.register.ladders.pop(call.call, None) or Ladder()
        if direction == "in":
            self._write_rung(call, ladder, ladder.ended(call.outcome, call.talks, self.now, call.arrived_at))
        self.give(
            LogCall(
                call=call.call,
                caller=call.caller,
                called=call.called,
                version=call.version,
                language=call.language,
                arrived_at=call.arrived_at + offset,
                queued_at=None if call.queued_at is None else call.queued_at + offset,
                answered_at=None if call.answered_at is None else call.answered_at + offset,
                ended_at=self.utc,
                queue=call.queue,
                agent=call.agent if call.talks or direction != "in" else None,
                outcome=call.outcome,
                cause=cause,
                consent=call.recording.consent,
                direction=direction,
            )
        )

    def end_talk(self, call: Call, cause: Cause) -> None:
        """The row of the call's talk, if it is in one; that is over."""
        row = talks.end(call, cause, self.now, self.register.offset_s)
        if row is not None:
            self.give(row)

    def log_rung(self, call: Call, rest: Rest | None) -> None:
        """The row of a rung of the ladder that a caller has just left, if they have left one."""
        if rest is not None and self.register.direction(call.call) == "in":
            self._write_rung(call, self.register.ladder(call.call), rest)

    def _write_rung(self, call: Call, ladder: Ladder, rest: Rest | None) -> None:
        if rest is not None:
            offset_s = self.register.offset_s
            began_at, ended_at = rest.began_at + offset_s, rest.ended_at + offset_s
            self.give(LogRung(call.call, ladder.rows, rest.rung, began_at, ended_at, rest.because))

    def start_music(self, call: Call) -> None:
        """Let the caller hear music on hold."""
        self.give(StartMusic(call.leg, self.mint(call.call)))

    def stop_music(self, call: Call) -> None:
        """Let the caller hear music no more."""
        self.give(StopMusic(call.leg, self.mint(call.call)))

    def mint(self, call: CallId | LegId) -> AttemptId:
        """A new attempt's id."""
        return self.register.mint(call)

    def notice(self, level: Literal["info", "warning", "error"], event: str, **words: str) -> None:
        """Say something to the operator."""
        call = words.pop("call", None)
        self.give(Noticed(level, event, call=CallId(call) if call else None, **words))
