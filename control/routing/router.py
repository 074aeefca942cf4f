"""The router: one core made of the others. Every event of the house comes in here, every command goes out.

Synchronous and deterministic like the cores that it holds: the live driver journals what it takes, and a replay of the
journal gives the same commands. An event about a leg goes to the part of that leg's role
(`control.routing.leg_events`); the router keeps the order.
"""

from typing import Any, Literal, assert_never

from acd.agents import Standing
from acd.commands import AcdCommand, AgentChanged
from acd.events import (
    AcdEvent,
    AgentMoved,
    AgentPaused,
    AgentReachable,
    AgentResumed,
    AgentSignedIn,
    AgentSignedOut,
    CallMoved,
    Configured,
    WrapUpEnded,
)
from calls import events as door
from calls.ids import AgentId, CallId, Instant
from calls.ports import Core
from complaints.cases import CaseAsked, Complaints
from control.hub import nodes
from control.hub.hub import Hub
from control.hub.parts import Part
from control.hub.ports import Directory, Flows, QueueView
from control.machines.proposals import Proposal
from control.messages import commands, events, log_commands
from control.register import register as at
from control.register import snapshot
from control.routing import resync
from control.routing.leg_events import LegEvents
from control.routing.wiring import Wiring
from control.transfers import consultation_rules
from dialer.campaigns.core import Campaigns
from dialer.campaigns.events import (
    CampaignOrdered,
    Dispositioned,
    Fetched,
    ListGrew,
    PreviewAnswered,
    Recalled,
    SettingsInForce,
)
from ivr.events import CaseOpened, LookupFinished, SecretChecked, Understood

_NO_FAULT_OF_A_PROMPT = frozenset({"leg_gone", "switch_lost"})
"""Its listener hung up meanwhile, or the switch is away, of which the operator is told once and not by each prompt."""

Rarer = (
    door.ClockSet
    | door.Tick
    | events.VersionPublished
    | events.WaitModelFitted
    | events.Restarted
    | events.CaseFiled
    | events.CaseWanted
    | events.SupervisionWanted
    | events.DialWanted
    | events.TalkMoveWanted
    | events.ConsultationWanted
    | events.RecordingMaskWanted
    | events.CallDeclined
    | events.EchoTestWanted
    | events.SeatTaken
    | events.SeatLeft
    | events.ProposalTaken
    | events.ProposalAnswered
    | events.NumberChecked
    | events.GateAnswered
    | events.AttemptSettled
    | events.TrunksChanged
    | events.OverrideWanted
    | events.OverrideLifted
)


class Router:
    """Events in, commands out; see the module's first lines."""

    def __init__(
        self,
        flows: Flows,
        queues: Core[AcdEvent, AcdCommand],
        directory: Directory,
        queue_view: QueueView,
        campaigns: Campaigns,
    ) -> None:
        self.hub = hub = Hub(flows, queues, Complaints(), directory, queue_view, campaigns)
        self._parts = parts = Wiring(hub)
        self._legs = LegEvents(hub, parts)
        cores = (flows, queues, campaigns)
        self._deadlines = (*(core.next_deadline for core in cores), *parts.deadlines())  # asked after each event

    @property
    def parts(self) -> dict[log_commands.LegRole, Part]:
        """The part of each role that a leg can have (`control.hub.parts`)."""
        return self._parts.by_role

    @property
    def register(self) -> at.Register:
        """Every call, leg and offer, to read."""
        return self.hub.register

    def agents(self) -> list[AgentChanged]:
        """Every agent's state, for a screen that was not there when it changed."""
        return self.hub.queue_view.agents()

    def agent(self, agent: AgentId, now: Instant) -> Standing | None:
        """An agent's state, and what comes after it, for an answer to whoever changed it."""
        return self.hub.queue_view.agent(agent, now)

    def versions(self) -> frozenset[str]:
        """Every version that a controller needs who goes on from a snapshot taken now."""
        register = self.register
        return frozenset({register.version, *(call.version for call in register.calls.values())}).union(
            self.hub.queue_view.versions()
        )

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """The wait of a caller, as they may know it; see `Announcements.wait_of`."""
        return self._parts.announcements.wait_of(self.register.calls[call])

    def transfer_refusal(self, call: CallId, to: str) -> str:
        """Why the agent who talks to this caller cannot hand them to `to`; empty when they can. Nothing changes."""
        return self._parts.blind_transfers.refusal(self.register.calls[call], to)

    def is_news(self, event: door.AgentDeviceChanged) -> bool:
        """Whether the phone's state says of its calls what is not known; if it can be reached is another matter."""
        return self._parts.phones.is_news(event)

    def talk_move_refusal(self, agent: AgentId) -> str:
        """Why this agent's talk cannot move to their phone as it is now; empty where it can. Nothing changes."""
        return self._parts.moved_talks.refusal(agent)

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        return consultation_rules.refusal(self.hub, event)

    def mask_refusal(self, call: CallId) -> str:
        """Why the recording of this call's talk cannot be silenced now; empty where it can. Nothing changes."""
        return self._parts.recordings.mask_refusal(self.register.calls[call])

    def decline_refusal(self, agent: AgentId) -> str:
        """Why this agent can decline nothing now; empty where they can. Nothing changes."""
        return self._parts.declines.refusal(agent)

    def echo_test_refusal(self, agent: AgentId) -> str:
        """Why this agent's phone cannot be tried now; empty where it can. Nothing changes."""
        return self._parts.echo_tests.refusal(agent)

    def review_refusal(self, event: events.ProposalTaken | events.ProposalAnswered) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        return self._parts.reviews.refusal(event)

    def proposals(self) -> list[tuple[Proposal, str]]:
        """What the robot waits to say, the oldest first, each with the seat that has it; an empty one: none."""
        reviews = self._parts.reviews
        return [(one, reviews.holder(one)) for one in self.register.proposals.values()]

    def handle(self, event: events.RouterEvent, now: Instant) -> list[commands.RouterCommand]:
        """Take one event; `now` never goes back."""
        hub = self.hub
        hub.now = now
        hub.out = []
        self._take(event)
        hub.settle()
        self._parts.look()
        return hub.out

    def next_deadline(self) -> Instant | None:
        """The earliest of all parts' deadlines."""
        first: Instant | None = None
        for next_deadline in self._deadlines:
            due = next_deadline()
            if due is not None and (first is None or due < first):
                first = due
        return first

    def tick(self, now: Instant) -> list[commands.RouterCommand]:
        """Do what is due. The live driver journals a Tick and hands that to `handle` instead; it is the same."""
        return self.handle(door.Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two events."""
        hub = self.hub
        cores = (hub.flows.snapshot(), hub.queues.snapshot(), hub.cases.snapshot(), hub.campaigns.snapshot())
        return snapshot.encode(hub.register, *cores)

    def restore(self, data: bytes) -> None:
        """Go on from a snapshot. Raises msgspec.MsgspecError where it cannot be read."""
        hub, state = self.hub, snapshot.decode(data)
        hub.register = state.register
        hub.flows.restore(state.flows)
        hub.queue_view.use(state.register.wait_model)
        hub.queues.restore(state.queues)
        hub.cases.restore(state.cases)
        if state.campaigns:
            hub.campaigns.restore(state.campaigns)
        else:  # of a release before campaigns: there were none, and they know the clock and the version
            hub.campaigns.handle(door.ClockSet(hub.register.offset_s), hub.now)
            hub.campaigns.handle(SettingsInForce(hub.register.version), hub.now)
        self._parts.restored()

    def _take(self, event: events.RouterEvent) -> None:
        hub = self.hub
        match event:
            case door.CallArrived():
                self._legs.arrived(event)
            case door.DigitPressed(leg_id):
                if (leg := hub.register.legs.get(leg_id)) is not None:
                    self._parts.by_role[leg.role].digit(leg, event)
            case door.PlaybackFinished():
                self._legs.played(event)
            case door.CallRinging(leg_id):
                if (leg := hub.register.legs.get(leg_id)) is not None:
                    self._parts.contacts.rings(leg)  # of all others it is the phone's own business
            case door.CallAnswered():
                self._legs.answered(event)
            case door.SpeechHeard():
                hub.tell_flows(event)
            case door.Bridged() | door.Unbridged():
                self._legs.bridge_changed(event)
            case door.CallHeld() | door.CallResumed():
                self._parts.holds.changed(event)
            case door.VoiceBegan(leg_id) | door.VoiceEnded(leg_id):
                self._parts.contacts.voice(leg_id, event)
            case door.RecordingFinished():
                taken = (self._parts.override_phone.recorded, self._parts.echo_tests.recorded)
                if self._parts.recordings.is_new(event) and not any(take(event) for take in taken):
                    self._parts.recordings.finished(event)
            case door.CallEnded():
                self._legs.ended(event)
            case door.AgentDeviceChanged(device):
                reachable = nodes.phone_seen(hub.register, event)
                agent = hub.directory.agent(hub.register.version, device)
                if agent is not None:
                    hub.tell_queues(AgentReachable(agent, reachable))
                self._parts.phones.device_changed(event)
            case door.TransferRequested():
                if event.replaces is None:
                    self._parts.blind_transfers.requested(event)
                else:
                    self._parts.attended_transfers.requested(event, event.replaces)
            case door.SwitchLost(switch, detail):
                advice = "calls go on; the link is tried again by itself. Is the switch running?"
                hub.notice("error", "switch lost", detail=f"{switch} {detail}".strip(), advice=advice)
                nodes.switch_lost(hub, event)
                self._parts.contacts.judging.link_lost(event.switch, event.alone)
            case door.SwitchBack():
                self._switch_back(event)
            case door.CommandDone():
                pass  # nothing waits for a quick command
            case door.CommandFailed():
                self._legs.failed(event)
            case SecretChecked():
                if not self._parts.override_phone.checked(event):
                    hub.tell_flows(event)
            case LookupFinished() | Understood():
                hub.tell_flows(event)
            case AgentMoved():
                hub.tell_queues(event)
                hub.settle()
                self._parts.campaigns.look_at_agents()
            case WrapUpEnded(agent) if self._owes_a_word(agent):
                pass  # the disposition ends it, or the limit
            case Dispositioned() if self._parts.dispositions.takes(event):
                pass  # of a queue's talk
            case AgentSignedIn() | AgentSignedOut() | AgentPaused() | AgentResumed() | WrapUpEnded():
                hub.tell_queues(event)
            case CampaignOrdered() | Dispositioned() | Fetched() | ListGrew() | PreviewAnswered():
                hub.tell_campaigns(event)
            case Recalled():
                self._parts.campaigns.recalled(event)
            case CallMoved():
                self._parts.callers.moved(event)
            case _:
                self._take_own(event)

    def _take_own(self, event: Rarer) -> None:
        hub = self.hub
        match event:
            case door.ClockSet(offset_s):
                hub.register.offset_s = offset_s
                hub.tell_flows(event)
                hub.tell_queues(event)
                hub.tell_campaigns(event)
                hub.cases.handle(event, hub.now)
                self._parts.overrides.tick()  # the clock may have jumped past an end
            case door.Tick():
                hub.tick()
                self._parts.tick()
            case events.VersionPublished(version):
                before, hub.register.version = hub.register.version, version
                hub.tell_queues(Configured(version))
                self._parts.phones.published(before)
                self._parts.campaigns.published(version)
                self._parts.overrides.tell_again()
            case events.WaitModelFitted(model):
                hub.register.wait_model = model
                hub.queue_view.use(model)
            case events.Restarted():
                for command in hub.register.filing.values():
                    hub.give(command)
                self._parts.restarted()
            case events.CaseFiled(attempt, call_id, number):
                filed = hub.register.filing.pop(attempt, None)
                if filed is not None and filed.case.asked_by == "caller" and call_id in hub.register.calls:
                    hub.tell_flows(CaseOpened(call_id, attempt, number))
            case events.CaseWanted(call_id, attempt, category, fields):
                call = hub.register.calls.get(call_id)
                caller = call.caller if call is not None else ""
                hub.ask_case(CaseAsked(call_id, attempt, caller, category, "agent", fields))
            case events.ConsultationWanted():
                self._parts.consultations.wanted(event)
            case events.RecordingMaskWanted():
                self._parts.recordings.mask(event)
            case events.CallDeclined():
                self._parts.declines.wanted(event)
            case events.EchoTestWanted():
                self._parts.echo_tests.wanted(event)
            case events.SeatTaken():
                self._parts.reviews.seat_taken(event)
            case events.SeatLeft():
                self._parts.reviews.seat_left(event)
            case events.ProposalTaken():
                self._parts.reviews.taken(event)
            case events.ProposalAnswered():
                self._parts.reviews.answered(event)
            case events.SupervisionWanted():
                self._parts.supervision.wanted(event)
            case events.TalkMoveWanted():
                self._parts.moved_talks.wanted(event)
            case events.DialWanted():
                self._parts.agent_calls.wanted(event)
            case events.GateAnswered():
                self._parts.gate_answered(event)
            case events.NumberChecked(call_id, attempt, allowed, reason):
                verdict: Literal["allow", "deny"] = "allow" if allowed else "deny"
                self._parts.gate_answered(events.GateAnswered(call_id, attempt, verdict, reason=reason))
            case events.AttemptSettled():
                self._parts.gate.settled(event)
            case events.OverrideWanted():
                self._parts.overrides.wanted(event)
            case events.OverrideLifted():
                self._parts.overrides.lifted(event)
            case events.TrunksChanged(down):
                hub.register.trunks_down = list(down)
            case _:
                assert_never(event)

    def _owes_a_word(self, agent: AgentId) -> bool:
        return self._parts.campaigns.owes_a_word(agent) or self._parts.dispositions.is_owed(agent)

    def _switch_back(self, event: door.SwitchBack) -> None:
        hub = self.hub
        before = resync.Before.of(hub.register)
        for missed in resync.missed(hub, event):
            self._take(missed)
            hub.settle()
        resync.adopt(hub, self._parts.offers, self._parts.callers, self._parts.agent_calls, event, before)
        self._parts.override_phone.adopted({leg.leg for leg in event.live})
        self._parts.consultations.adopt({leg.leg: leg for leg in event.live})
        nodes.switch_back(hub, event)
        self._parts.contacts.judging.link_back(event)
        self._parts.gate.switch_back(event)
