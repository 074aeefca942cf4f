"""Taking stock after a gap: the control link was away, or the controller was.

The switch says what is live. What we knew and is not there has ended; what is there and we did not see come, came in
the gap; what stands in another place than we thought has moved on. Each difference becomes the fact that was missed.
"""

from calls.causes import Cause
from calls.commands import HangUp, StartMusic
from calls.events import Bridged, CallAnswered, CallArrived, CallEnded, LiveLeg, SwitchBack, SwitchEvent, Unbridged
from control import register as at
from control.hub import Hub
from ivr.commands import HideDigits
from ivr.events import CallAdopted


def missed(register: at.Register, back: SwitchBack) -> list[SwitchEvent]:
    """The facts that the gap hid, in an order in which they could have happened: ends first."""
    live: dict[str, LiveLeg] = {leg.leg: leg for leg in back.live}
    facts: list[SwitchEvent] = [
        CallEnded(leg, Cause.LOST, "gone after a gap") for leg in register.legs if leg not in live
    ]
    for leg in back.live:
        if leg.leg not in register.legs and leg.inbound:
            facts.append(CallArrived(leg.leg, leg.caller, leg.called, device=leg.device))
    for known in register.legs.values():
        here = live.get(known.leg)
        if here is not None and here.answered and known.answered_at is None and known.role != "caller":
            facts.append(CallAnswered(known.leg, register.mint(known.leg)))
    for call in register.calls.values():
        here = live.get(call.leg)
        if here is None or call.bridge is None:
            continue
        if here.bridged_with is not None and here.bridged_with in live:
            facts.append(Bridged(call.bridge, (call.leg, here.bridged_with)))
        else:
            facts.append(Unbridged(call.bridge, tuple(leg.leg for leg in back.live if leg.leg == call.leg)))
    return facts


def adopt(hub: Hub, back: SwitchBack, known_before: frozenset[str], whispered_to: frozenset[str]) -> None:
    """After the missed facts are told: go on with every caller who was here before and still is.

    `known_before` are the legs of before those facts, `whispered_to` those of agents who were being told why.
    """
    live = {leg.leg: leg for leg in back.live}
    for call in hub.register.calls.values():
        here = live.get(call.leg)
        if here is None or call.leg not in known_before:
            continue
        if call.place in ("waiting", "offered", "transferring") and not here.in_music:
            hub.order(StartMusic(call.leg, hub.mint(call.call)))
        if call.callback is not None and call.place == "menu":
            hub.order(HangUp(call.leg))  # the talk is over, and the order to hang up went down with its controller
        elif call.place in ("menu", "waiting", "offered", "booked"):
            hub.tell_flows(CallAdopted(call.call))
        if call.hiding:  # the vault died with its controller; what was keyed until then is keyed again
            hub.order(HideDigits(call.call, call.leg, "talk"))
    for offer in hub.register.offers.values():
        if offer.leg in whispered_to:  # nobody tells the end of what was being said
            hub.whisper(offer)
    ringing_or_talking = {offer.leg for offer in hub.register.offers.values()}
    for leg in back.live:
        known = hub.register.legs.get(leg.leg)
        if known is not None and known.role == "agent" and leg.leg not in ringing_or_talking:
            hub.order(HangUp(leg.leg))  # as above: the offer is over
        elif known is None:
            hub.notice("warning", "hung up a leg that nobody owns", detail=leg.leg)
            hub.order(HangUp(leg.leg))
