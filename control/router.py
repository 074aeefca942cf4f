"""The router: one core made of the others. Every fact of the house comes in here, every order goes out.

Synchronous and deterministic like the cores that it holds: the live driver journals what it takes, and a replay of the
journal gives the same orders. What to do with a fact is decided by whose leg it is about and where that call is.
"""

from typing import Any, assert_never

import msgspec

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
from calls.causes import Cause, DeviceState, Outcome
from calls.commands import HangUp
from calls.ids import CallId, Instant
from calls.numbers import e164
from calls.ports import Core
from complaints.cases import CaseAsked, Complaints
from control import commands, events
from control import register as at
from control import resync as adopting
from control.announcements import Announcements
from control.callbacks import Callbacks
from control.flow_orders import FlowOrders
from control.hub import Hub
from control.offers import Offers
from control.ports import Directory, QueueView
from control.star_codes import StarCodes
from control.supervision import Supervision
from ivr.commands import IvrCommand
from ivr.events import CallStarted, CaseOpened, IvrEvent, LookupFinished, SecretChecked

_NO_FAULT_OF_A_PROMPT = frozenset({"leg_gone", "switch_lost"})
"""Its listener hung up meanwhile, or the switch is away, of which the operator is told once and not by each prompt."""
LOST_CALL = "lost_call"
"""Category of the case that each call leaves which the switch lost: somebody is owed a call back."""


class Snapshot(msgspec.Struct):
    """The router's whole state."""

    register: at.Register
    flows: bytes
    queues: bytes
    cases: bytes


class Router:
    """Facts in, orders out; see the module's first lines."""

    def __init__(
        self,
        flows: Core[IvrEvent, IvrCommand],
        queues: Core[AcdEvent, AcdCommand],
        directory: Directory,
        queue_view: QueueView,
    ) -> None:
        self._hub = Hub(flows, queues, Complaints(), directory, queue_view)
        self._announcements = Announcements(self._hub)
        self._offers = Offers(self._hub, self._announcements)
        self._callbacks = Callbacks(self._hub, self._offers)
        self._offers.callbacks = self._callbacks
        self._star_codes = StarCodes(self._hub)
        self._supervision = Supervision(self._hub)
        self._flow_orders = FlowOrders(self._hub, self._announcements, self._callbacks)
        self._hub.on_flow_order = self._flow_orders.on_flow_order
        self._hub.on_queue_order = self._offers.on_queue_order

    @property
    def register(self) -> at.Register:
        """Who is where, to read."""
        return self._hub.register

    def agents(self) -> list[AgentChanged]:
        """Every agent's state, for a screen that was not there when it changed."""
        return self._hub.queue_view.agents()

    def versions(self) -> frozenset[str]:
        """Every version that a controller needs who goes on from a snapshot taken now."""
        register = self._hub.register
        return frozenset({register.version, *(call.version for call in register.calls.values())}).union(
            self._hub.queue_view.versions()
        )

    def wait_of(self, call: CallId) -> dict[str, Any]:
        """What the caller may know of the own wait; see `Announcements.told`."""
        return self._announcements.told(self._hub.register.calls[call])

    def handle(self, event: events.RouterEvent, now: Instant) -> list[commands.RouterCommand]:
        """Take one fact; `now` never goes back."""
        hub = self._hub
        hub.now = now
        hub.out = []
        self._take(event)
        hub.settle()
        return hub.out

    def next_deadline(self) -> Instant | None:
        """The earliest of all parts' deadlines."""
        first: Instant | None = None
        for part in (self._hub.flows, self._hub.queues, self._announcements, self._callbacks):
            due = part.next_deadline()
            if due is not None and (first is None or due < first):
                first = due
        return first

    def tick(self, now: Instant) -> list[commands.RouterCommand]:
        """Do what is due. The live driver journals a Tick and hands that to `handle` instead; it is the same."""
        return self.handle(door.Tick(now), now)

    def snapshot(self) -> bytes:
        """The whole state, between two facts."""
        hub = self._hub
        return msgspec.json.encode(
            Snapshot(hub.register, hub.flows.snapshot(), hub.queues.snapshot(), hub.cases.snapshot())
        )

    def restore(self, snapshot: bytes) -> None:
        """Go on from `snapshot`."""
        hub, state = self._hub, msgspec.json.decode(snapshot, type=Snapshot)
        hub.register = state.register
        hub.flows.restore(state.flows)
        hub.queue_view.use(state.register.wait_model)
        hub.queues.restore(state.queues)
        hub.cases.restore(state.cases)
        self._announcements.restored()
        self._callbacks.restored()

    def _take(self, event: events.RouterEvent) -> None:
        hub = self._hub
        match event:
            case door.CallArrived():
                self._arrived(event)
            case door.DigitPressed(leg_id, digit):
                self._digit(event, hub.register.legs.get(leg_id), digit)
            case door.PlaybackFinished(leg_id):
                self._played(event, hub.register.legs.get(leg_id))
            case door.CallRinging():
                pass  # the phone's own business until it is answered or not
            case door.CallAnswered(leg_id):
                self._answered(event, hub.register.legs.get(leg_id))
            case door.SpeechHeard():
                hub.tell_flows(event)
            case door.Bridged() | door.Unbridged():
                self._bridge_changed(event)
            case door.RecordingFinished():
                self._recorded(event)
            case door.CallEnded():
                self._ended(event)
            case door.AgentDeviceChanged(device, state):
                agent = hub.directory.agent(hub.register.version, device)
                if agent is not None:
                    hub.tell_queues(AgentReachable(agent, state is not DeviceState.UNREACHABLE))
            case door.SwitchLost(switch, detail):
                advice = "calls go on; the link is tried again by itself. Is the switch running?"
                hub.notice("error", "switch lost", detail=f"{switch} {detail}".strip(), advice=advice)
            case door.SwitchBack():
                self._switch_back(event)
            case door.CommandDone():
                pass  # nothing waits for a quick command
            case door.CommandFailed():
                self._failed(event)
            case LookupFinished() | SecretChecked():
                hub.tell_flows(event)
            case AgentSignedIn() | AgentSignedOut() | AgentPaused() | AgentResumed() | WrapUpEnded() | AgentMoved():
                hub.tell_queues(event)
            case CallMoved():
                self._moved(event)
            case _:
                self._house(event)

    def _house(
        self,
        event: door.ClockSet
        | door.Tick
        | events.VersionPublished
        | events.WaitModelFitted
        | events.Restarted
        | events.CaseFiled
        | events.CaseWanted
        | events.SupervisionWanted
        | events.NumberChecked,
    ) -> None:
        hub = self._hub
        match event:
            case door.ClockSet(offset_s):
                hub.register.offset_s = offset_s
                hub.tell_flows(event)
                hub.tell_queues(event)
                hub.cases.handle(event, hub.now)
            case door.Tick():
                hub.tick()
                self._announcements.tick()
                self._callbacks.tick()
            case events.VersionPublished(version):
                hub.register.version = version
                hub.tell_queues(Configured(version))
            case events.WaitModelFitted(model):
                hub.register.wait_model = model
                hub.queue_view.use(model)
            case events.Restarted():
                for order in hub.register.filing.values():
                    hub.order(order)
            case events.CaseFiled(attempt, call_id, number):
                filed = hub.register.filing.pop(attempt, None)
                if filed is not None and filed.case.asked_by == "caller" and call_id in hub.register.calls:
                    hub.tell_flows(CaseOpened(call_id, attempt, number))
            case events.CaseWanted(call_id, attempt, category, fields):
                call = hub.register.calls.get(call_id)
                caller = call.caller if call is not None else ""
                hub.ask_case(CaseAsked(call_id, attempt, caller, category, "agent", fields))
            case events.SupervisionWanted():
                self._supervision.wanted(event)
            case events.NumberChecked():
                self._callbacks.checked(event)
            case _:
                assert_never(event)

    def _arrived(self, event: door.CallArrived) -> None:
        hub = self._hub
        if event.leg in hub.register.legs:
            return
        if event.device is not None:
            self._star_codes.dialled(event, event.device)
            return
        version = hub.register.version
        caller, called = e164(event.caller), e164(event.called)
        call = at.Call(event_call := at.call_id(event.leg), event.leg, caller, called, version, hub.now)
        hub.register.calls[event_call] = call
        hub.register.legs[event.leg] = at.Leg(event.leg, "caller", event_call, caller, hub.now)
        flow = hub.directory.entry(version, event.called)
        if flow is None:
            call.outcome = "refused"
            advice = "add the number to dialplans/entry.yaml, or a default entry"
            hub.notice("error", "no flow for this number", call=event_call, detail=event.called, advice=advice)
            hub.order(HangUp(event.leg, Cause.UNREACHABLE))
            return
        hub.tell_flows(CallStarted(event_call, event.leg, version, flow, caller, called))

    def _moved(self, event: CallMoved) -> None:
        call = self._hub.register.calls.get(event.call)
        if call is None or call.place not in ("waiting", "booked"):
            return  # a phone rings for it, both talk already, or it is gone: there is nothing to move
        call.queue = event.queue
        self._announcements.moved(call)
        if call.entry is not None:  # a callback that is put back goes where it was moved to
            call.entry = msgspec.structs.replace(call.entry, queue=event.queue)
        self._hub.tell_queues(event)

    def _digit(self, event: door.DigitPressed, leg: at.Leg | None, digit: str) -> None:
        if leg is None:
            return
        if leg.role == "agent":
            if not self._callbacks.agent_key(leg, digit):
                self._offers.agent_key(leg, digit)
        elif leg.role == "caller":
            call = self._hub.call_of(leg.leg)
            if call is not None and call.place in ("talking", "transferring", "transferred"):
                self._offers.caller_key(call, digit)
            else:
                self._hub.tell_flows(event)

    def _played(self, event: door.PlaybackFinished, leg: at.Leg | None) -> None:
        if event.outcome is Outcome.FAILED and leg is not None and event.reason not in _NO_FAULT_OF_A_PROMPT:
            advice = "read the switch's own log of that moment"
            if event.reason == "missing_file":
                advice = "publish again, or put the recording back"
            self._hub.notice("warning", "prompt not played", detail=event.detail, advice=advice)
        if leg is None or (event.reason == "switch_lost" and self._is_said_again(leg)):
            return
        if leg.role == "caller":
            self._hub.tell_flows(event)
        elif leg.role == "agent":
            self._offers.whispered(leg, event.attempt)
        elif leg.role == "code":
            self._hub.order(HangUp(leg.leg))

    def _is_said_again(self, leg: at.Leg) -> bool:
        """Once the link is back, by `adopting`: what it cut off was not said, and nothing follows from it."""
        call = self._hub.call_of(leg.leg)
        return leg.role == "agent" or (call is not None and call.place in ("menu", "booked"))

    def _answered(self, event: door.CallAnswered, leg: at.Leg | None) -> None:
        if leg is None:
            self._hub.order(HangUp(event.leg))  # withdrawn before it was answered
            return
        leg.answered_at = self._hub.now
        if leg.role == "caller":
            self._hub.tell_flows(event)
        elif leg.role == "agent":
            self._offers.answered(leg)
        elif leg.role == "transfer":
            self._flow_orders.transfer_answered(leg)
        elif leg.role == "callback":
            self._callbacks.reached(leg)
        elif leg.role == "supervisor":
            self._supervision.answered(leg)

    def _bridge_changed(self, event: door.Bridged | door.Unbridged) -> None:
        register = self._hub.register
        legs = event.legs if isinstance(event, door.Bridged) else event.survivors
        for leg in legs:
            call = self._hub.call_of(leg)
            if call is None or call.bridge != event.attempt:
                continue
            if isinstance(event, door.Bridged):
                if call.place == "transferring":
                    self._flow_orders.transfer_bridged(call)
                else:
                    self._offers.bridged(call)
            else:
                if call.place in ("transferring", "transferred"):
                    self._flow_orders.transfer_unbridged(call)
                else:
                    self._offers.unbridged(call)
            return
        for leg in legs:  # the call moved on while the switch connected them
            call = self._hub.call_of(leg)
            if isinstance(event, door.Unbridged):
                if call is not None and call.leg == leg:
                    self._offers.left_alone(call)
            elif leg in register.legs and register.legs[leg].role in ("agent", "transfer"):
                self._hub.order(HangUp(leg))

    def _recorded(self, event: door.RecordingFinished) -> None:
        talk = at.call_id(event.leg)
        declined = event.attempt in self._hub.register.unwanted
        if declined:
            self._hub.register.unwanted.remove(event.attempt)
        if not at.is_bridge(event.attempt, event.leg):
            self._hub.tell_flows(event)
        elif event.outcome is Outcome.FAILED:
            advice = "is the disk full, or the recordings folder not writable for the switch?"
            self._hub.notice("error", "recording failed", call=talk, detail=event.path, advice=advice)
        elif declined:
            self._hub.order(commands.DropRecording(talk, event.path))
        else:
            call = self._hub.register.calls.get(talk)
            if call is not None:
                call.recordings.append(event.path)
            self._hub.order(commands.LogRecording(talk, event.path, event.duration_s, "talk"))

    def _ended(self, event: door.CallEnded) -> None:
        hub = self._hub
        leg = hub.register.legs.pop(event.leg, None)
        if leg is None:
            return
        home = hub.register.calls.get(leg.call) if leg.call is not None else None
        if home is not None and leg.leg in home.guests:
            home.guests.remove(leg.leg)
        if leg.role == "agent":
            self._offers.agent_left(leg, event)
        elif leg.role == "transfer":
            self._flow_orders.transfer_left(leg, event)
        elif leg.role == "callback":
            self._callbacks.not_reached(leg, event)
        elif leg.role == "caller" and leg.call is not None:
            self._caller_ended(hub.register.calls[leg.call], event)
        began, offset = leg.began_at, hub.register.offset_s
        answered_at = None if leg.answered_at is None else leg.answered_at + offset
        call = leg.call or at.call_id(leg.leg)
        hub.order(
            commands.LogLeg(leg.leg, call, leg.role, leg.party, began + offset, answered_at, hub.utc, event.cause)
        )

    def _caller_ended(self, call: at.Call, event: door.CallEnded) -> None:
        hub = self._hub
        if self._callbacks.keeps(call, event):
            hub.tell_flows(event)
            return
        lost, place = event.cause is Cause.LOST, call.place
        self._offers.caller_left(call, "lost" if lost else "hung_up")
        for guest in call.guests:
            hub.order(HangUp(guest))
        hub.register.apart(call)
        hub.tell_flows(event)
        hub.settle()  # the flow's last steps belong to a call that is still known
        if lost:
            call.outcome = "lost"
            fields = {"place": place, "queue": call.queue, "agent": call.agent or "", "reason": call.reason}
            told = {name: value for name, value in fields.items() if value}
            hub.ask_case(CaseAsked(call.call, hub.mint(call.call), call.caller, LOST_CALL, "house", told))
            advice = "call the person back: the switch lost the call; a case says so too"
            hub.notice("error", "call lost", call=call.call, detail=place, advice=advice)
        hub.close(call, event.cause)

    def _failed(self, event: door.CommandFailed) -> None:
        hub = self._hub
        bridging = hub.register.bridges.get(event.attempt)
        if bridging is not None:
            call = hub.register.calls[bridging]
            if call.place == "transferring":
                self._flow_orders.transfer_unbridged(call)
            else:
                self._offers.bridge_failed(call)
            return
        leg = hub.register.legs.get(event.leg) if event.leg is not None else None
        if leg is not None and leg.role == "caller":
            hub.tell_flows(event)

    def _switch_back(self, event: door.SwitchBack) -> None:
        hub = self._hub
        known = frozenset(hub.register.legs)
        whispered_to = frozenset(offer.leg for offer in hub.register.offers.values() if offer.state == "whispering")
        for fact in adopting.missed(hub.register, event):
            self._take(fact)
            hub.settle()
        adopting.adopt(hub, event, known, whispered_to)
