"""Events of legs: each goes to the part of its leg's role, after what holds for legs of all roles."""

from calls import events as door
from calls.causes import Outcome
from calls.commands import HangUp
from control.hub.hub import Hub
from control.messages import log_commands
from control.register import register as at
from control.register.call import Call
from control.routing.wiring import Wiring

_NO_FAULT_OF_A_PROMPT = frozenset({"leg_gone", "switch_lost"})
"""Its listener hung up meanwhile, or the switch is away, of which the operator is told once and not by each prompt."""


class LegEvents:
    """What becomes of a leg, told to its part."""

    def __init__(self, hub: Hub, parts: Wiring) -> None:
        self._hub = hub
        self._parts = parts

    def arrived(self, event: door.CallArrived) -> None:
        """A caller, an agent's phone or a star code: to whom the call goes."""
        if event.leg in self._hub.register.legs:
            return
        if at.call_id(event.leg) in self._hub.register.calls:
            advice = "they have a callback, and are called back"
            self._hub.notice("warning", "hung up a caller who was taken for gone", detail=event.leg, advice=advice)
            self._hub.give(HangUp(event.leg))
            return
        code, number = self._hub.directory.override_access(self._hub.register.version)
        if event.device is not None and code and event.called == code:
            self._parts.override_phone.arrived(event, event.device)
        elif event.device is None and number and self._parts.callers.called(event) == number:
            self._parts.override_phone.arrived(event, "")
        elif event.device is not None and event.called.startswith("*"):
            self._parts.star_codes.dialled(event, event.device)
        elif event.device is not None:
            self._parts.agent_calls.arrived(event, event.device)
        else:
            self._parts.callers.arrived(event)

    def played(self, event: door.PlaybackFinished) -> None:
        """A sound is over."""
        leg = self._hub.register.legs.get(event.leg)
        if event.outcome is Outcome.FAILED and leg is not None and event.reason not in _NO_FAULT_OF_A_PROMPT:
            advice = "read the switch's own log of that moment"
            if event.reason == "missing_file":
                advice = "publish again, or put the recording back"
            self._hub.notice("warning", "prompt not played", detail=event.detail, advice=advice)
        if leg is None or (event.reason == "switch_lost" and self._is_said_again(leg)):
            return
        self._parts.by_role[leg.role].played(leg, event)

    def _is_said_again(self, leg: at.Leg) -> bool:
        """Once the link is back, by `resync`: the rest was not said, and nothing follows from it."""
        call = self._hub.register.call_of(leg.leg)
        return leg.role == "agent" or (call is not None and call.place in ("menu", "booked"))

    def answered(self, event: door.CallAnswered) -> None:
        """A leg is up."""
        leg = self._hub.register.legs.get(event.leg)
        if leg is None:
            self._hub.give(HangUp(event.leg))  # withdrawn before it was answered
            return
        leg.answered_at = self._hub.now
        self._parts.gate.picked_up(leg.leg)
        self._parts.by_role[leg.role].answered(leg, event)

    def bridge_changed(self, event: door.Bridged | door.Unbridged) -> None:
        """Two were connected, or are apart."""
        register = self._hub.register
        if isinstance(event, door.Bridged):
            self._parts.gate.connected(event)
        if self._parts.consultations.bridge_changed(event):
            return
        legs = event.legs if isinstance(event, door.Bridged) else event.survivors
        for leg in legs:
            call = register.call_of(leg)
            if call is None or call.bridge is None or call.bridge.attempt != event.attempt:
                continue
            part = self._parts.by_role[call.bridge.role]
            if isinstance(event, door.Bridged):
                part.bridged(call)
                self._parts.holds.look(call)
            else:
                part.unbridged(call, failed=False, survivors=event.survivors)
            return
        for leg in legs:  # the call moved on while the switch connected them
            call = register.call_of(leg)
            if isinstance(event, door.Unbridged):
                if call is not None and call.leg == leg:
                    self._alone_again(call)
            elif (
                leg in register.legs and register.legs[leg].role != "caller" and not self._parts.consultations.has(leg)
            ):
                self._hub.give(HangUp(leg))

    def _alone_again(self, call: Call) -> None:
        """Two were connected whom nobody wanted connected any more, and are apart again: music for one who waits."""
        if call.place in ("waiting", "offered") and call.bridge is None:
            self._hub.start_music(call)

    def ended(self, event: door.CallEnded) -> None:
        """A leg is gone: out of the register, into the log."""
        hub, register = self._hub, self._hub.register
        leg = register.legs.pop(event.leg, None)
        if leg is None:
            return
        home = register.calls.get(leg.call) if leg.call is not None else None
        if home is not None and leg.leg in home.guests:
            home.guests.remove(leg.leg)
        self._parts.gate.ended(leg.leg, event.cause)
        self._parts.by_role[leg.role].ended(leg, event)
        self._parts.phones.leg_changed(leg)
        offset = register.offset_s
        answered_at = None if leg.answered_at is None else leg.answered_at + offset
        call = leg.call or at.call_id(leg.leg)
        began_at = leg.began_at + offset
        hub.give(log_commands.LogLeg(leg.leg, call, leg.role, leg.party, began_at, answered_at, hub.utc, event.cause))

    def failed(self, event: door.CommandFailed) -> None:
        """A command came to nothing."""
        register = self._hub.register
        if self._parts.consultations.connection_failed(event):
            return
        bridging = register.bridges.get(event.attempt)
        if bridging is not None and event.reason == "switch_lost":
            return  # `resync` says whether they are connected, once the switch is back
        if bridging is not None:
            call = register.calls[bridging]
            if call.bridge is not None:
                self._parts.by_role[call.bridge.role].unbridged(call, failed=True)
            return
        leg = register.legs.get(event.leg) if event.leg is not None else None
        if leg is not None:
            self._parts.by_role[leg.role].failed(leg, event)
