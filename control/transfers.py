"""Transfers that a flow orders: a phone or a number is called, connected with the caller, and the flow goes on after.

The part of the legs that are called for it.
"""

from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate
from calls.events import CallAnswered, CallEnded
from calls.ids import AgentId, LegId
from control import nodes, notifications, talks
from control.callbacks import Callbacks
from control.hub import Hub
from control.parts import QuietPart
from control.phones import Phones
from control.register import Call, Leg
from ivr.commands import Transfer
from ivr.events import TransferEnded, TransferOutcome

_ENDS: dict[Cause, TransferOutcome] = {
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "no_answer",
    Cause.CANCELLED: "no_answer",
    Cause.SWITCHED_OFF: "no_answer",
}


class Transfers(QuietPart):
    """Calls the target, connects, and tells the flow how it ended."""

    def __init__(self, hub: Hub, callbacks: Callbacks, phones: Phones) -> None:
        self._hub = hub
        self._phones = phones
        self._callbacks = callbacks

    def begin(self, command: Transfer) -> None:
        """Call the target; the caller hears music meanwhile."""
        hub, register = self._hub, self._hub.register
        call = register.calls[command.call]
        _, left = self._callbacks.end_on_return(call, "")
        if left is not None:
            hub.tell_queues(left)
        call.on("transfer_begun")
        call.flow_attempt = command.attempt
        kind, _, account = command.to.partition(":")
        if kind == "phone" and self._phones.in_call(account):
            call.on("transfer_ended")
            call.flow_attempt = None
            hub.tell_flows(TransferEnded(call.call, command.attempt, "busy"))
            return
        leg = LegId(f"{command.attempt}-transfer")
        to, via = nodes.address(register, command.to, call.call)
        register.legs[leg] = Leg(leg, "transfer", call.call, command.to, hub.now, via=via)
        call.guests.append(leg)
        self._phones.leg_changed(register.legs[leg])
        hub.start_music(call)
        # Our own people see who calls; to a network outside, a caller's number as ours would be a false one.
        shown = call.caller if kind == "phone" else call.called
        hub.give(Originate(leg, hub.mint(leg), to, shown, "", command.ring_s))

    def answered(self, leg: Leg, event: CallAnswered) -> None:
        """The target picked up: connect."""
        register = self._hub.register
        call = register.call_of(leg.leg)
        if call is None or call.place not in ("transferring", "transferred"):
            self._hub.give(HangUp(leg.leg))
        elif call.bridge is None:  # else a switch tells of the answer once more
            self._hub.give(Bridge(register.connect(call, "transfer", False), call.leg, leg.leg))

    def bridged(self, call: Call) -> None:
        """Caller and target talk."""
        if call.place == "transferring":
            call.on("connected")
            call.end_as("transferred")
            for leg in map(self._hub.register.legs.__getitem__, call.guests):
                if leg.role == "transfer":
                    talks.begin(call, leg, self._agent_of(leg), self._hub.now)
                    notifications.talk_began(self._hub, call)

    def _agent_of(self, leg: Leg) -> AgentId | None:
        kind, _, account = leg.party.partition(":")
        return self._hub.directory.agent(self._hub.register.version, account) if kind == "phone" else None

    def unbridged(self, call: Call, failed: bool, survivors: tuple[LegId, ...] = ()) -> None:
        """The two came apart, or were never connected: the target's leg goes, its end tells the flow."""
        if failed and call.place == "transferred":
            return  # a deadline that ran out as both began to hear each other
        for leg in call.guests:
            if self._hub.register.legs[leg].role == "transfer":
                self._hub.give(HangUp(leg))

    def ended(self, leg: Leg, event: CallEnded) -> None:
        """The target is gone, or never came."""
        register = self._hub.register
        call = register.calls.get(leg.call) if leg.call is not None else None
        if call is None or call.place not in ("transferring", "transferred"):
            return
        talked, attempt = call.place == "transferred", call.flow_attempt
        self._hub.end_talk(call, event.cause)
        call.on("transfer_ended")
        call.flow_attempt = None
        register.part(call)
        if not talked:
            self._hub.stop_music(call)
        if attempt is not None:
            outcome = "talked" if talked and not talks.died(event.cause) else _ENDS.get(event.cause, "failed")
            self._hub.tell_flows(TransferEnded(call.call, attempt, outcome))
