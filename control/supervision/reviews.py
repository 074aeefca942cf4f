"""Reviews: people at silent seats see what the robot would say before it does: they approve, edit, or decline it.

The flow waits for the word and keeps the deadline; here stand the seats, and who has which proposal. The first seat
that takes a proposal has it, until it is left.
"""

from typing import Literal

import msgspec

from calls.words import DOT, masked_words
from control.hub.hub import Hub
from control.machines.proposals import MOST_SIGNS, Proposal
from control.messages.events import ProposalAnswered, ProposalTaken, SeatLeft, SeatTaken
from control.register.call import Call
from ivr.commands import EndProposal, ProposeAnswer
from ivr.events import AnswerReviewed


class Reviews:
    """Keeps the proposals, and tells the flows what became of each."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def proposed(self, call: Call, wanted: ProposeAnswer) -> None:
        """Show a proposal to the seats; without one the flow goes on at once."""
        hub, register = self._hub, self._hub.register
        if not any(until > hub.now for until in register.seats.values()):
            hub.tell_flows(AnswerReviewed(call.call, wanted.attempt, "nobody"))
            return
        region = hub.directory.region(call.version)
        candidates = tuple(
            msgspec.structs.replace(one, text=masked_words(one.text, region)) for one in wanted.candidates
        )
        register.proposals[call.call] = Proposal(
            call.call,
            wanted.attempt,
            wanted.language,
            masked_words(wanted.said, region),
            wanted.decision,
            wanted.score,
            wanted.margin,
            candidates,
            hub.now,
            hub.now + wanted.within_s,
        )
        hub.tell_flows(AnswerReviewed(call.call, wanted.attempt, "opened"))

    def taken_back(self, call: Call, command: EndProposal) -> None:
        """The caller goes another way, or nobody has looked in time."""
        proposal = self._hub.register.proposals.get(call.call)
        if proposal is not None and proposal.attempt == command.attempt:
            proposal.on("take_back")
            del self._hub.register.proposals[call.call]
            if command.lapsed:
                self._hub.register.ladder(call.call).reviewed("lapsed")

    def ended(self, call: Call) -> None:
        """The walk of this call is over, and its proposal with it."""
        self._hub.register.proposals.pop(call.call, None)

    def seat_taken(self, event: SeatTaken) -> None:
        """Somebody looks, for a while."""
        register, now = self._hub.register, self._hub.now
        register.seats = {seat: until for seat, until in register.seats.items() if until > now}
        register.seats[event.seat] = now + event.for_s

    def seat_left(self, event: SeatLeft) -> None:
        """Somebody looks no more: what they had others may have."""
        self._hub.register.seats.pop(event.seat, None)
        for proposal in self._hub.register.proposals.values():
            if proposal.seat == event.seat and proposal.state == "taken":
                self._put_back(proposal)

    def taken(self, event: ProposalTaken) -> None:
        """Let a seat have a proposal, if it may."""
        if self.refusal(event):
            return
        proposal = self._hub.register.proposals[event.call]
        if proposal.state == "taken" and proposal.seat != event.seat:
            self._put_back(proposal)
        if proposal.on("take"):
            proposal.seat = event.seat

    def answered(self, event: ProposalAnswered) -> None:
        """Let the robot say what a seat has approved, or not."""
        if self.refusal(event):
            return
        hub = self._hub
        proposal = hub.register.proposals.pop(event.call)
        proposal.on(event.act)
        text = "" if event.act == "decline" or event.text == self._text(proposal, event.intent) else event.text
        intent = event.intent or proposal.candidates[0].intent
        hub.register.ladder(event.call).reviewed(
            "declined" if event.act == "decline" else "edited" if text else "approved"
        )
        outcome: Literal["approved", "declined"] = "declined" if event.act == "decline" else "approved"
        hub.tell_flows(AnswerReviewed(event.call, event.attempt, outcome, intent, text))

    def refusal(self, event: ProposalTaken | ProposalAnswered) -> str:
        """Why this cannot be done now; empty where it can. Nothing changes."""
        proposal = self._hub.register.proposals.get(event.call)
        if proposal is None or proposal.attempt != event.attempt:
            return "there is no such proposal any more: the caller went on, or another seat has answered"
        if self.holder(proposal) not in ("", event.seat):
            return f"{proposal.seat} has it: the first seat that takes a proposal has it"
        if isinstance(event, ProposalTaken) or event.act == "decline":
            return ""
        known = [one.intent for one in proposal.candidates]
        if event.intent and event.intent not in known:
            return f"intent: {event.intent} is none of this proposal; there are {', '.join(known)}"
        proposed = self._text(proposal, event.intent)
        if not event.text or event.text == proposed:
            return ""
        if not proposed:
            return "text: nothing is said there, the caller is put through; approve it, or decline"
        if DOT in event.text:
            return f"text: {DOT} stands for figures that are hidden: write it without them, or approve it as it is"
        if len(event.text) > MOST_SIGNS or not event.text.isprintable():
            return f"text: one line of at most {MOST_SIGNS} signs"
        return ""

    def holder(self, proposal: Proposal) -> str:
        """The seat that has a proposal and is still there; empty: none."""
        if proposal.state != "taken":
            return ""
        return proposal.seat if self._hub.register.seats.get(proposal.seat, 0.0) > self._hub.now else ""

    def _text(self, proposal: Proposal, intent: str) -> str:
        wanted = intent or proposal.candidates[0].intent
        return next(one.text for one in proposal.candidates if one.intent == wanted)

    def _put_back(self, proposal: Proposal) -> None:
        proposal.on("put_back")
        proposal.seat = ""
