"""Attended transfers by a phone's own key: an agent holds the caller, calls somebody, and hands the caller on to them.

REFER with Replaces. The phone names another call of its own; only where that is a call which the house has placed for
the same agent (`agent_calls`), and the first one is their talk with a caller, both are joined, and the agent is free.
It is also done while the other one's phone still rings: the caller hears music, and comes back when nobody answers.
What follows is as after a consultation: `BlindTransfers` has the caller and the leg of the other one.
"""

from calls.commands import HangUp
from calls.events import TransferRequested
from calls.ids import LegId
from control.hub.hub import Hub
from control.messages.log_commands import LogTransfer
from control.outgoing.agent_calls import AgentCalls
from control.queues.offers import Offers
from control.register import register as at
from control.register.call import Call
from control.register.handing_on import Consultation, HandedOn, Target
from control.transfers import transfer_targets
from control.transfers.blind_transfers import BlindTransfers


class AttendedTransfers:
    """Takes a `TransferRequested` that names another call of the phone."""

    def __init__(self, hub: Hub, offers: Offers, transfers: BlindTransfers, agent_calls: AgentCalls) -> None:
        self._hub = hub
        self._offers = offers
        self._transfers = transfers
        self._agent_calls = agent_calls

    def requested(self, event: TransferRequested, other: LegId) -> None:
        """Join the far sides of both calls, or let both go on. `other` is the second one of the phone."""
        register = self._hub.register
        # phones ask on either of the two calls
        talk, own = (event.leg, other) if self._talk(event.leg) is not None else (other, event.leg)
        call, made = self._talk(talk), register.call_of(own)
        dialled = register.agent_calls.get(made.call) if made is not None else None
        if call is None or made is None or dialled is None or made.leg != own:
            self._refuse(event, call, Target("none", event.to), "these are not a talk with a caller and a call of ours")
        elif register.legs[talk].party != made.caller:
            self._refuse(event, call, Target("none", event.to), "the two calls are not of one phone")
        else:
            target = self._target(call, made, dialled)
            if isinstance(target, str):
                self._refuse(event, call, Target("none", made.called), target)
            elif refused := self._refusal(call, dialled):
                self._refuse(event, call, target, refused)
            else:
                self._join(event, call, made, target)

    def _talk(self, leg: LegId) -> Call | None:
        """The call whose agent is on this leg, while they talk with its caller."""
        call = self._hub.register.call_of(leg)
        offer = self._hub.register.offer_of(call) if call is not None else None
        if call is None or offer is None or offer.leg != leg or offer.state != "talking" or call.queued_as is None:
            return None
        return call

    def _refusal(self, call: Call, dialled: at.Dialled) -> str:
        if call.call in self._hub.register.consultations:
            return "somebody is consulted by a star code or a screen"
        if dialled.state not in ("ringing", "talking"):
            return "nobody is there yet"
        return ""

    def _target(self, call: Call, made: Call, dialled: at.Dialled) -> Target | str:
        """Who has been called. A number that agents may call need not be one to which they may hand callers on."""
        hub = self._hub
        version = hub.register.version
        kind, _, account = dialled.to.partition(":")
        if kind == "phone":
            agent = hub.directory.agent(version, account)
            return Target("agent", agent) if agent is not None else f"the phone {account} is nobody's"
        found = transfer_targets.find(hub.directory, version, call.version, f"tel:{made.called}")
        return "this number is the house's own" if isinstance(found, Target) and found.kind != "number" else found

    def _join(self, event: TransferRequested, call: Call, made: Call, target: Target) -> None:
        hub, register = self._hub, self._hub.register
        offer, dialled = register.offer_of(call), register.agent_calls[made.call]
        assert offer is not None  # it is a talk
        assert dialled.leg is not None  # it rings, or is in a talk
        self._transfers.drop(call)
        answered = dialled.state == "talking"
        consultation = Consultation(
            number=self._number(call),
            by="phone",
            agent=offer.agent,
            leg=offer.leg,
            target=target,
            attempt=hub.mint(call.call),
            began_at=made.arrived_at,
            talk=call.talks,
            other=dialled.leg,
            state="talking" if answered else "ringing",
        )
        other = self._agent_calls.hand_over(made, dialled)
        other.call = call.call
        call.guests.append(other.leg)
        self._offers.part_with(call, offer)
        call.on("transfer_begun")
        self._transfers.take_over(call, consultation, other, answered)
        if not answered:
            hub.start_music(call)
        self._transfers.report(event.leg, "phone", "done")
        hub.give(HangUp(offer.leg))
        hub.give(HangUp(made.leg))

    def _refuse(self, event: TransferRequested, call: Call | None, target: Target, why: str) -> None:
        hub = self._hub
        self._transfers.report(event.leg, "phone", "refused")
        advice = "both calls go on; docs/transfers.md says what the key of a phone may ask for"
        hub.notice("warning", "transfer refused", call="" if call is None else call.call, detail=why, advice=advice)
        offer = hub.register.offer_of(call) if call is not None else None
        if call is not None and offer is not None:
            one, of = self._number(call), (target.kind, target.name)
            row = LogTransfer(call.call, one, "phone", offer.agent, *of, hub.utc, hub.utc, "refused", 0, why, True)
            hub.give(row)

    def _number(self, call: Call) -> int:
        handed_on = self._hub.register.handed_on.setdefault(call.call, HandedOn())
        handed_on.transfers += 1
        return handed_on.transfers
