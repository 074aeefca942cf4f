"""The router: one core made of the others. Every event of the house comes in here, every command goes out.

Synchronous and deterministic like the cores that it holds: the live driver journals what it takes, and a replay of the
journal gives the same commands. An event about a leg goes to the part of that leg's role; the router keeps the order.
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
from calls.causes import Outcome
from calls.commands import HangUp
from calls.ids import AgentId, CallId, Instant
from calls.ports import Core
from complaints.cases import CaseAsked, Complaints
from control import commands, events, nodes, resync, snapshot
from control import register as at
from control.agent_calls import AgentCalls
from control.announcements import Announcements
from control.attended_transfers import AttendedTransfers
from control.blind_transfers import ROLE as OUTSIDE
from control.blind_transfers import BlindTransfers
from control.call import Call
from control.callbacks import Callbacks
from control.callers import Callers
from control.campaigns import CampaignCalls
from control.consultations import ROLE as CONSULTED
from control.consultations import Consultations
from control.contact_calls import ROLE as CONTACT
from control.contact_calls import ContactCalls
from control.flow_commands import FlowCommands
from control.gate import OutgoingGate
from control.holds import Holds
from control.hub import Hub
from control.moved_talks import ROLE as MOVED
from control.moved_talks import MovedTalks
from control.offer_ports import AgentsFirst
from control.offers import Offers
from control.override_phone import ROLE, OverridePhone
from control.overrides import Overrides
from control.parts import Part
from control.phones import Phones
from control.ports import Directory, Flows, QueueView
from control.star_codes import StarCodes
from control.supervision import Supervision
from control.talk_keys import TalkKeys
from control.talk_recordings import TalkRecordings
from control.transfers import Transfers
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
    | events.NumberChecked
    | events.GateAnswered
    | events.AttemptSettled
    | events.TrunksChanged
    | events.OverrideWanted
    | events.OverrideLifted
)


class Router:
    """Events in, commands out; see the module's first lines.

    `parts`: the part of each role that a leg can have (`control.parts`).
    """

    def __init__(
        self,
        flows: Flows,
        queues: Core[AcdEvent, AcdCommand],
        directory: Directory,
        queue_view: QueueView,
        campaigns: Campaigns,
    ) -> None:
        self.hub = hub = Hub(flows, queues, Complaints(), directory, queue_view, campaigns)
        self._gate = gate = OutgoingGate(hub)
        self._recordings = TalkRecordings(hub, gate)
        self._overrides = overrides = Overrides(hub)
        self._override_phone = OverridePhone(hub, overrides)
        self._announcements = Announcements(hub)
        keys = TalkKeys(hub, self._recordings)
        self._offers = Offers(hub, self._announcements, self._recordings, keys, overrides)
        self._callbacks = Callbacks(hub, self._offers, gate)
        self._contacts = contacts = self._offers.contacts = ContactCalls(hub, self._offers, gate)
        self._campaigns = CampaignCalls(hub, gate, contacts)
        self._offers.agent_first = AgentsFirst((self._callbacks, contacts))
        self._phones = phones = Phones(hub)
        self._star_codes = StarCodes(hub, phones, self._campaigns)
        self._supervision = Supervision(hub, phones)
        self._holds = Holds(hub, self._recordings)
        self._agent_calls = AgentCalls(hub, phones, self._recordings, gate)
        self._transfers = transfers = Transfers(hub, self._callbacks, phones, gate)
        self._blind_transfers = self._offers.handed_on = keys.transfers = BlindTransfers(
            hub, self._offers, self._announcements, self._recordings, gate
        )
        self._consultations = self._offers.consultations = keys.consultations = Consultations(
            hub, self._offers, self._blind_transfers, phones, self._recordings, gate
        )
        self._moved_talks = MovedTalks(hub, self._offers)
        self._attended_transfers = AttendedTransfers(hub, self._offers, self._blind_transfers, self._agent_calls)
        self._callers = Callers(hub, self._announcements, self._offers, self._callbacks, keys, overrides, contacts)
        flow_commands = FlowCommands(hub, self._announcements, self._callbacks, transfers, self._recordings, overrides)
        self.parts: dict[commands.LegRole, Part] = {
            "caller": self._callers,
            "agent": self._offers,
            "transfer": transfers,
            "code": self._star_codes,
            "supervisor": self._supervision,
            "callback": self._callbacks,
            ROLE: self._override_phone,
            OUTSIDE: self._blind_transfers,
            "dialling": self._agent_calls,
            "dialled": self._agent_calls,
            CONSULTED: self._consultations,
            MOVED: self._moved_talks,
            CONTACT: contacts,
        }
        timed = (
            self._announcements,
            self._callbacks,
            overrides,
            self._override_phone,
            self._holds,
            self._agent_calls,
            gate,
            contacts,
        )
        self._deadlines = tuple(
            part.next_deadline for part in (flows, queues, campaigns, *timed)
        )  # asked after each event
        hub.on_flow_command = flow_commands.on_flow_command
        hub.on_queue_command = self._on_queue_command
        hub.on_campaign_command = self._campaigns.on_command

    def _on_queue_command(self, command: AcdCommand) -> None:
        self._offers.on_queue_command(command)
        if isinstance(command, AgentChanged):
            self._campaigns.agent_changed(command)

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
        return self._announcements.wait_of(self.register.calls[call])

    def transfer_refusal(self, call: CallId, to: str) -> str:
        """Why the agent who talks to this caller cannot hand them to `to`; empty when they can. Nothing changes."""
        return self._blind_transfers.refusal(self.register.calls[call], to)

    def is_news(self, event: door.AgentDeviceChanged) -> bool:
        """Whether the phone's state says of its calls what is not known; if it can be reached is another matter."""
        return self._phones.is_news(event)

    def talk_move_refusal(self, agent: AgentId) -> str:
        """Why this agent's talk cannot move to their phone as it is now; empty where it can. Nothing changes."""
        return self._moved_talks.refusal(agent)

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        return self._consultations.refusal(event)

    def handle(self, event: events.RouterEvent, now: Instant) -> list[commands.RouterCommand]:
        """Take one event; `now` never goes back."""
        hub = self.hub
        hub.now = now
        hub.out = []
        self._take(event)
        hub.settle()
        self._campaigns.look()
        self._overrides.look()
        if hub.register.transfers:
            self._blind_transfers.look()
        if hub.register.consultations:
            self._consultations.look()
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
        self._announcements.restored()
        self._callbacks.restored()
        self._holds.restored()
        self._agent_calls.restored()
        self._gate.restored()
        self._contacts.restored()

    def _take(self, event: events.RouterEvent) -> None:
        hub = self.hub
        match event:
            case door.CallArrived():
                self._arrived(event)
            case door.DigitPressed(leg_id):
                if (leg := hub.register.legs.get(leg_id)) is not None:
                    self.parts[leg.role].digit(leg, event)
            case door.PlaybackFinished():
                self._played(event)
            case door.CallRinging(leg_id):
                if (leg := hub.register.legs.get(leg_id)) is not None:
                    self._contacts.rings(leg)  # of all others the phone's own business until it is answered or not
            case door.CallAnswered():
                self._answered(event)
            case door.SpeechHeard():
                hub.tell_flows(event)
            case door.Bridged() | door.Unbridged():
                self._bridge_changed(event)
            case door.CallHeld() | door.CallResumed():
                self._holds.changed(event)
            case door.VoiceBegan(leg_id) | door.VoiceEnded(leg_id):
                self._contacts.voice(leg_id, event)
            case door.RecordingFinished():
                if self._recordings.is_new(event) and not self._override_phone.recorded(event):
                    self._recordings.finished(event)
            case door.CallEnded():
                self._ended(event)
            case door.AgentDeviceChanged(device):
                reachable = nodes.phone_seen(hub.register, event)
                agent = hub.directory.agent(hub.register.version, device)
                if agent is not None:
                    hub.tell_queues(AgentReachable(agent, reachable))
                self._phones.device_changed(event)
            case door.TransferRequested():
                if event.replaces is None:
                    self._blind_transfers.requested(event)
                else:
                    self._attended_transfers.requested(event, event.replaces)
            case door.SwitchLost(switch, detail):
                advice = "calls go on; the link is tried again by itself. Is the switch running?"
                hub.notice("error", "switch lost", detail=f"{switch} {detail}".strip(), advice=advice)
                nodes.switch_lost(hub, event)
                self._contacts.judging.link_lost(event.switch, event.alone)
            case door.SwitchBack():
                self._switch_back(event)
            case door.CommandDone():
                pass  # nothing waits for a quick command
            case door.CommandFailed():
                self._failed(event)
            case SecretChecked():
                if not self._override_phone.checked(event):
                    hub.tell_flows(event)
            case LookupFinished() | Understood():
                hub.tell_flows(event)
            case AgentMoved():
                hub.tell_queues(event)
                hub.settle()
                self._campaigns.look_at_agents()
            case WrapUpEnded(agent) if self._campaigns.owes_a_word(agent):
                pass  # the disposition ends it, or the campaign's limit
            case AgentSignedIn() | AgentSignedOut() | AgentPaused() | AgentResumed() | WrapUpEnded():
                hub.tell_queues(event)
            case CampaignOrdered() | Dispositioned() | Fetched() | ListGrew() | PreviewAnswered():
                hub.tell_campaigns(event)
            case Recalled():
                self._campaigns.recalled(event)
            case CallMoved():
                self._callers.moved(event)
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
                self._overrides.tick()  # the clock may have jumped past an end
            case door.Tick():
                hub.tick()
                self._announcements.tick()
                self._callbacks.tick()
                self._overrides.tick()
                self._override_phone.tick()
                self._holds.tick()
                self._agent_calls.tick()
                self._contacts.tick()
                for late in self._gate.overdue():
                    self._gate_answered(late)
            case events.VersionPublished(version):
                before, hub.register.version = hub.register.version, version
                hub.tell_queues(Configured(version))
                self._phones.published(before)
                self._campaigns.published(version)
                self._overrides.tell_again()
            case events.WaitModelFitted(model):
                hub.register.wait_model = model
                hub.queue_view.use(model)
            case events.Restarted():
                for command in hub.register.filing.values():
                    hub.give(command)
                self._gate.restarted()
                self._callbacks.restarted()
                self._agent_calls.restarted()
                self._blind_transfers.restarted()
                self._consultations.restarted()
                self._campaigns.restarted()
                self._overrides.tell_again()
                self._contacts.judging.restarted()
            case events.CaseFiled(attempt, call_id, number):
                filed = hub.register.filing.pop(attempt, None)
                if filed is not None and filed.case.asked_by == "caller" and call_id in hub.register.calls:
                    hub.tell_flows(CaseOpened(call_id, attempt, number))
            case events.CaseWanted(call_id, attempt, category, fields):
                call = hub.register.calls.get(call_id)
                caller = call.caller if call is not None else ""
                hub.ask_case(CaseAsked(call_id, attempt, caller, category, "agent", fields))
            case events.ConsultationWanted():
                self._consultations.wanted(event)
            case events.SupervisionWanted():
                self._supervision.wanted(event)
            case events.TalkMoveWanted():
                self._moved_talks.wanted(event)
            case events.DialWanted():
                self._agent_calls.wanted(event)
            case events.GateAnswered():
                self._gate_answered(event)
            case events.NumberChecked(call_id, attempt, allowed, reason):
                verdict: Literal["allow", "deny"] = "allow" if allowed else "deny"
                self._gate_answered(events.GateAnswered(call_id, attempt, verdict, reason=reason))
            case events.AttemptSettled():
                self._gate.settled(event)
            case events.OverrideWanted():
                self._overrides.wanted(event)
            case events.OverrideLifted():
                self._overrides.lifted(event)
            case events.TrunksChanged(down):
                hub.register.trunks_down = list(down)
            case _:
                assert_never(event)

    def _gate_answered(self, event: events.GateAnswered) -> None:
        self._gate.answered(event)
        callers = (self._callbacks, self._transfers, self._blind_transfers, self._consultations)
        asking = (self._campaigns, self._agent_calls, *callers)
        if not any(part.checked(event) for part in asking):
            self._gate.release(event)  # whoever asked is gone, or had waited for too long

    def _arrived(self, event: door.CallArrived) -> None:
        if event.leg in self.register.legs:
            return
        if at.call_id(event.leg) in self.register.calls:
            advice = "they have a callback, and are called back"
            self.hub.notice("warning", "hung up a caller who was taken for gone", detail=event.leg, advice=advice)
            self.hub.give(HangUp(event.leg))
            return
        code, number = self.hub.directory.override_access(self.register.version)
        if event.device is not None and code and event.called == code:
            self._override_phone.arrived(event, event.device)
        elif event.device is None and number and self._callers.called(event) == number:
            self._override_phone.arrived(event, "")
        elif event.device is not None and event.called.startswith("*"):
            self._star_codes.dialled(event, event.device)
        elif event.device is not None:
            self._agent_calls.arrived(event, event.device)
        else:
            self._callers.arrived(event)

    def _played(self, event: door.PlaybackFinished) -> None:
        leg = self.register.legs.get(event.leg)
        if event.outcome is Outcome.FAILED and leg is not None and event.reason not in _NO_FAULT_OF_A_PROMPT:
            advice = "read the switch's own log of that moment"
            if event.reason == "missing_file":
                advice = "publish again, or put the recording back"
            self.hub.notice("warning", "prompt not played", detail=event.detail, advice=advice)
        if leg is None or (event.reason == "switch_lost" and self._is_said_again(leg)):
            return
        self.parts[leg.role].played(leg, event)

    def _is_said_again(self, leg: at.Leg) -> bool:
        """Once the link is back, by `resync`: the rest was not said, and nothing follows from it."""
        call = self.register.call_of(leg.leg)
        return leg.role == "agent" or (call is not None and call.place in ("menu", "booked"))

    def _answered(self, event: door.CallAnswered) -> None:
        leg = self.register.legs.get(event.leg)
        if leg is None:
            self.hub.give(HangUp(event.leg))  # withdrawn before it was answered
            return
        leg.answered_at = self.hub.now
        self._gate.picked_up(leg.leg)
        self.parts[leg.role].answered(leg, event)

    def _bridge_changed(self, event: door.Bridged | door.Unbridged) -> None:
        register = self.register
        if isinstance(event, door.Bridged):
            self._gate.connected(event)
        if self._consultations.bridge_changed(event):
            return
        legs = event.legs if isinstance(event, door.Bridged) else event.survivors
        for leg in legs:
            call = register.call_of(leg)
            if call is None or call.bridge is None or call.bridge.attempt != event.attempt:
                continue
            part = self.parts[call.bridge.role]
            if isinstance(event, door.Bridged):
                part.bridged(call)
                self._holds.look(call)
            else:
                part.unbridged(call, failed=False, survivors=event.survivors)
            return
        for leg in legs:  # the call moved on while the switch connected them
            call = register.call_of(leg)
            if isinstance(event, door.Unbridged):
                if call is not None and call.leg == leg:
                    self._alone_again(call)
            elif leg in register.legs and register.legs[leg].role != "caller" and not self._consultations.has(leg):
                self.hub.give(HangUp(leg))

    def _alone_again(self, call: Call) -> None:
        """Two were connected whom nobody wanted connected any more, and are apart again: music for one who waits."""
        if call.place in ("waiting", "offered") and call.bridge is None:
            self.hub.start_music(call)

    def _ended(self, event: door.CallEnded) -> None:
        hub, register = self.hub, self.register
        leg = register.legs.pop(event.leg, None)
        if leg is None:
            return
        home = register.calls.get(leg.call) if leg.call is not None else None
        if home is not None and leg.leg in home.guests:
            home.guests.remove(leg.leg)
        self._gate.ended(leg.leg, event.cause)
        self.parts[leg.role].ended(leg, event)
        self._phones.leg_changed(leg)
        offset = register.offset_s
        answered_at = None if leg.answered_at is None else leg.answered_at + offset
        call = leg.call or at.call_id(leg.leg)
        began_at = leg.began_at + offset
        hub.give(commands.LogLeg(leg.leg, call, leg.role, leg.party, began_at, answered_at, hub.utc, event.cause))

    def _failed(self, event: door.CommandFailed) -> None:
        register = self.register
        if self._consultations.connection_failed(event):
            return
        bridging = register.bridges.get(event.attempt)
        if bridging is not None and event.reason == "switch_lost":
            return  # `resync` says whether they are connected, once the switch is back
        if bridging is not None:
            call = register.calls[bridging]
            if call.bridge is not None:
                self.parts[call.bridge.role].unbridged(call, failed=True)
            return
        leg = register.legs.get(event.leg) if event.leg is not None else None
        if leg is not None:
            self.parts[leg.role].failed(leg, event)

    def _switch_back(self, event: door.SwitchBack) -> None:
        hub = self.hub
        before = resync.Before.of(hub.register)
        for missed in resync.missed(hub, event):
            self._take(missed)
            hub.settle()
        resync.adopt(hub, self._offers, self._callers, self._agent_calls, event, before)
        self._override_phone.adopted({leg.leg for leg in event.live})
        self._consultations.adopt({leg.leg: leg for leg in event.live})
        nodes.switch_back(hub, event)
        self._contacts.judging.link_back(event)
        self._gate.switch_back(event)
