"""Resync after a gap: the control link was away, or the controller was.

The switch says what is live. A leg that we knew and that is not there has ended; one that is there and that we did not
see come, came in the gap; one that stands in another place than we thought has moved on. Each difference becomes the
event that was missed.
"""

from typing import NamedTuple

from calls.causes import Cause
from calls.commands import HangUp
from calls.events import (
    Bridged,
    CallAnswered,
    CallArrived,
    CallEnded,
    CallHeld,
    CallResumed,
    EndedLeg,
    LiveLeg,
    SwitchBack,
    SwitchEvent,
    Unbridged,
)
from calls.ids import LegId
from control.callers.callers import Callers
from control.hub.hub import Hub
from control.hub.nodes import lives_on
from control.outgoing.agent_calls import AgentCalls
from control.outgoing.contact_calls import ROLE as CONTACT
from control.queues.offers import Offers
from control.register.call import Call
from control.register.register import Register
from ivr.commands import HideDigits
from ivr.events import CallAdopted


class Before(NamedTuple):
    """What was so before the missed events were told: the legs known, and those of agents who heard a whisper."""

    known: frozenset[LegId]
    whispered_to: frozenset[LegId]

    @classmethod
    def of(cls, register: Register) -> "Before":
        """As it is now."""
        whispered_to = (offer.leg for offer in register.offers.values() if offer.state == "whispering")
        return cls(frozenset(register.legs), frozenset(whispered_to))


def missed(hub: Hub, back: SwitchBack) -> list[SwitchEvent]:
    """The events that the gap hid, in an order in which they could have happened: ends first."""
    register = hub.register
    live: dict[str, LiveLeg] = {leg.leg: leg for leg in back.live}
    told = {leg.leg: leg for leg in back.ended}
    events: list[SwitchEvent] = [
        _ended(hub, leg, told.get(leg)) for leg in register.legs if leg not in live and lives_on(leg, back)
    ]
    for leg in back.live:
        if leg.leg not in register.legs and leg.inbound:
            events.append(CallArrived(leg.leg, leg.caller, leg.called, device=leg.device, trunk=leg.trunk))
    for known in register.legs.values():
        here = live.get(known.leg)
        if here is not None and here.answered and known.answered_at is None and known.role != "caller":
            events.append(CallAnswered(known.leg, register.mint(known.leg)))
    for call in register.calls.values():
        here = live.get(call.leg)
        if here is None or call.bridge is None:
            continue
        if call.place == "talking" and call.talk is None:
            continue  # back from a consultation, and perhaps never done: `Consultations.adopt` orders it again
        attempt = call.bridge.attempt
        # of one who was handed on, the talk before may stand: the command to connect went down with its controller
        another = call.place == "transferring" and here.bridge is not None and here.bridge != attempt
        if here.bridged_with is not None and here.bridged_with in live and not another:
            events.append(Bridged(attempt, (call.leg, here.bridged_with)))
        else:
            events.append(Unbridged(attempt, tuple(leg.leg for leg in back.live if leg.leg == call.leg)))
    for leg in back.live:
        if leg.leg in register.legs and register.legs[leg.leg].held is not leg.held:
            events.append(CallHeld(leg.leg) if leg.held else CallResumed(leg.leg))
    return events


def _ended(hub: Hub, leg: LegId, told: EndedLeg | None) -> CallEnded:
    """The end that nobody heard of. The switch's own records are asked of people whom the house called: an answer that
    nobody heard is a call of theirs that counts."""
    known = hub.register.legs[leg]
    if told is None or known.role != CONTACT or known.answered_at is not None:
        return CallEnded(leg, _cause_of(hub, leg), "gone after a gap")
    return CallEnded(leg, told.cause, "gone after a gap, as the switch's records tell", unheard_s=told.answered_s)


def _cause_of(hub: Hub, leg: LegId) -> Cause:
    """The cause of an end that nobody heard of."""
    return Cause.NORMAL if _was_hung_up(hub, hub.register.call_of(leg), leg) else Cause.LOST


def _was_hung_up(hub: Hub, call: Call | None, leg: LegId) -> bool:
    """Whether the flow of this caller's leg was over, and with that it was hung up: its end is no loss."""
    if call is None or call.leg != leg or call.place != "menu" or call.call in hub.register.openings:
        return False
    return not hub.flows.walks(call.call)


def adopt(
    hub: Hub, offers: Offers, callers: Callers, agent_calls: AgentCalls, back: SwitchBack, before: Before
) -> None:
    """Go on with every caller who was here before and still is; the missed events are told already."""
    register = hub.register
    live = {leg.leg: leg for leg in back.live}
    for call in register.calls.values():
        here = live.get(call.leg)
        if here is None or call.leg not in before.known:
            continue
        if call.place in ("waiting", "offered", "transferring") and not here.in_music and call.bridge is None:
            hub.start_music(call)
        talked = call.place == "menu" and (call.kept_callback is not None or register.has_no_flow(call))
        if talked or _was_hung_up(hub, call, call.leg):
            hub.give(HangUp(call.leg))  # all is over, and the command to hang up went down with its controller
        elif call.call in register.openings:
            callers.adopted(call)
        elif offers.contacts.adopted(call):
            pass
        elif call.place in ("menu", "waiting", "offered", "booked") and not register.has_no_flow(call):
            hub.tell_flows(CallAdopted(call.call))
        if call.recording.hiding:  # the vault died with its controller; what was keyed until then is keyed again
            hub.give(HideDigits(call.call, call.leg, "talk"))
    for offer in register.offers.values():
        if offer.leg in before.whispered_to and lives_on(offer.leg, back):  # nobody told the end of what was said
            offers.whisper(offer)
    ringing_or_talking = {offer.leg for offer in register.offers.values()}
    for leg in back.live:
        known = register.legs.get(leg.leg)
        if known is not None and known.role == "agent" and leg.leg not in ringing_or_talking:
            hub.give(HangUp(leg.leg))  # as above: the offer is over
        elif known is not None and agent_calls.is_over(known):
            hub.give(HangUp(leg.leg))
        elif known is None:
            hub.notice("warning", "hung up a leg that nobody owns", detail=leg.leg)
            hub.give(HangUp(leg.leg))
