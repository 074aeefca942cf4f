"""What holds in the house at any moment, whatever happened: register, queues and flows tell one story."""

from collections.abc import Collection

from acd.core import Acd
from calls.ids import LegId
from control.register.call import Call
from control.routing.router import Router
from ivr.machine.core import Ivr

_IN_QUEUE = ("waiting", "offered")
_OUT = ("resting", "unchecked")


def each_call_is_in_one_place(router: Router, ivr: Ivr, acd: Acd, hidden: Collection[LegId], *, up: bool) -> None:
    """And the parts agree on it. `hidden` are legs whose keys go to the vault, `up` whether the link is."""
    register = router.register
    for name, transfer in register.transfers.items():
        places = {"checking": ("talking",), "away": ("waiting", "offered", "transferring"), "outside": ("transferred",)}
        assert register.calls[name].place in places.get(transfer.state, ("waiting", "offered")), (name, transfer)
    for name, one in register.consultations.items():
        call, offer = register.calls[name], register.offers[register.calls[name].offer or ""]
        assert (call.place, offer.leg, offer.state) == ("talking", one.leg, "talking"), (name, one, offer)
        assert name not in register.transfers, "one at a time"
        assert (one.other is None) == (one.state == "checking"), (name, one)
        assert one.other is None or one.other in call.guests, (name, one)
        if one.state in ("ringing", "talking"):
            assert call.talk is None, "who consults somebody does not talk to the caller"
    assert set(register.handed_on) <= set(register.calls)
    for call in register.calls.values():
        talk = call.talk
        assert talk is None or bool(talk.held_by) == (talk.held_since is not None), talk
        if call.call in register.agent_calls:
            _agents_own(router, ivr, acd, call)
            continue
        session = ivr.sessions.get(call.call)
        callback = call.callback if call.callback is not None and call.callback.state != "checking" else None
        assert call.leg in register.legs or callback is not None
        places = ("waiting", "offered", "booked") if callback and callback.state not in _OUT else _IN_QUEUE
        known = call.place in places and not register.is_lost(call.call)  # those of a lost switch are set aside
        assert (call.call in acd.callers.by_call) == known, call
        assert (call.offer is not None) == (call.place in ("offered", "talking")), call
        bridges = {attempt for attempt, of in register.bridges.items() if of == call.call}
        assert bridges == ({call.bridge.attempt} if call.bridge is not None else set()), call
        if callback is not None:
            assert call.place in ("booked", "offered", "talking", "menu"), call
            assert call.flow_attempt is None
            continue  # the flow says goodbye, or is over
        if session is None:
            over = call.place == "menu" or register.has_no_flow(call)
            assert over, "its walk is over, it is being hung up, or was called back and handed on"
            continue
        if call.place in ("waiting", "offered", "talking"):
            assert session.phase == "queued", (call, session.phase)
            assert session.awaits == call.flow_attempt
        elif call.place in ("transferring", "transferred"):
            by_agent = call.call in register.transfers
            assert session.phase == ("queued" if by_agent else "transferring"), (call, session.phase)
        else:
            assert session.phase not in ("queued", "transferring"), (call, session.phase)
        assert not call.recording.hiding or call.leg in hidden or not up, "secret digits stay hidden"


def _agents_own(router: Router, ivr: Ivr, acd: Acd, call: Call) -> None:
    """A call that an agent makes: no matter of flows and queues, and both legs are known while it has them."""
    register = router.register
    dialled = register.agent_calls[call.call]
    assert call.place in ("dialling", "talking"), call
    assert call.leg in register.legs
    assert call.call not in ivr.sessions
    assert call.call not in acd.callers.by_call
    assert call.offer is None
    assert dialled.state != "talking" or (call.place == "talking" and dialled.leg in register.legs)
    assert dialled.state not in ("ringing", "bridging") or dialled.leg in register.legs
    bridges = {attempt for attempt, of in register.bridges.items() if of == call.call}
    assert bridges == ({call.bridge.attempt} if call.bridge is not None else set()), call


def no_agent_is_on_two_calls(router: Router, ivr: Ivr, acd: Acd) -> None:
    """And the parts agree on who is offered to whom."""
    register = router.register
    offers = register.offers.values()
    assert len({offer.agent for offer in offers}) == len(offers)
    known = {*register.offers, *register.leaving.values()}
    assert set(acd.assignments) == known, "register and queues agree on who is offered to whom"
    for offer in offers:
        call, assignment = register.calls[offer.call], acd.assignments[offer.attempt]
        assert call.offer == offer.attempt
        assert (call.agent, assignment.call, assignment.agent.id) == (offer.agent, offer.call, offer.agent)
        talks = offer.state in ("talking", "parting")
        assert talks == (call.place == "talking") == (assignment.caller is None)
    assert set(ivr.sessions) <= set(register.calls)
    assert set(register.agent_calls) <= set(register.calls)
    own = {leg.party for leg in register.legs.values() if leg.role == "dialling"}
    assert own <= set(register.engaged), "whoever makes a call is offered nobody"
    assert set(register.bridges.values()) <= set(register.calls)
