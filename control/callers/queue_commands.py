"""Commands of the queues, carried into the house: offers, callers who are let go or moved, what screens are told."""

from typing import assert_never

from acd.commands import (
    AcdCommand,
    AgentChanged,
    CalledAgain,
    MoveDone,
    MoveRefused,
    Offer,
    OfferLapsed,
    ReleaseCall,
    SuggestWayOut,
    WaitWidened,
    WithdrawOffer,
)
from control.callers.callers import Callers
from control.hub.hub import Hub
from control.outgoing.campaigns import CampaignCalls
from control.overrides.overrides import Overrides
from control.queues.announcements import Announcements
from control.queues.offer_ports import AgentFirst, Contacts, HandedOn
from control.queues.offers import Offers
from control.talks.dispositions import Dispositions
from ivr.events import LeftQueue, WayOutSuggested

_FAULTS = 3
"""Faults of the switch or the network in a row, of which the operator is told."""


class QueueCommands:
    """Carries out the queues' commands."""

    def __init__(
        self,
        hub: Hub,
        offers: Offers,
        callers: Callers,
        announcements: Announcements,
        overrides: Overrides,
        handed_on: HandedOn,
        agent_first: AgentFirst,
        contacts: Contacts,
        dispositions: Dispositions,
        campaigns: CampaignCalls,
    ) -> None:
        self._hub = hub
        self._offers = offers
        self._callers = callers
        self._announcements = announcements
        self._overrides = overrides
        self._handed_on = handed_on
        self._agent_first = agent_first
        self._contacts = contacts
        self._dispositions = dispositions
        self._campaigns = campaigns

    def on_queue_command(self, command: AcdCommand) -> None:
        """Carry out one command of the queues."""
        hub, calls = self._hub, self._hub.register.calls
        match command:
            case Offer():
                self._offers.offer(command)
            case WithdrawOffer(attempt):
                self._offers.withdraw(attempt)
            case ReleaseCall():
                self._release(command)
            case WaitWidened(call_id, _, queue):
                call = calls[call_id]
                hub.give(command)
                if call.queue != queue:
                    call.enter_queue(queue)
                    self._announcements.moved(call)
                    self._overrides.entered(call)
            case MoveDone(call_id, queue):
                self._callers.move(calls[call_id], queue)
            case MoveRefused(call_id, queue, refusal):
                advice = "the caller waits on; sign agents in there, or let the queue be longer"
                hub.notice("warning", "caller not moved", call=call_id, detail=f"{queue}: {refusal}", advice=advice)
            case OfferLapsed():
                hub.give(command)
                if command.fault and command.in_a_row == _FAULTS:
                    advice = "is their phone on, and its network well? Does the switch connect others? Nobody is paused"
                    detail = f"{command.agent}: {command.in_a_row} offers {command.reason}"
                    hub.notice("warning", "offers do not reach an agent", detail=detail, advice=advice)
            case SuggestWayOut(call_id, attempt, way):
                hub.give(command)
                if calls[call_id].flow_attempt == attempt:
                    hub.tell_flows(WayOutSuggested(call_id, attempt, way))
            case CalledAgain():
                hub.give(command)
                self._announcements.called_again(command)
            case AgentChanged():
                hub.give(command)
                self._dispositions.agent_changed(command)
                self._campaigns.agent_changed(command)
            case _:
                assert_never(command)

    def _release(self, command: ReleaseCall) -> None:
        """The queues let a call go: whoever put it there goes on with it."""
        hub = self._hub
        call = hub.register.calls.get(command.call)
        if call is None or self._handed_on.released(call, command.attempt, command.reason):
            return  # it is over, or goes back to whoever handed the caller on
        if call.flow_attempt == command.attempt:
            call.on("released")
            call.flow_attempt = None
            hub.tell_flows(LeftQueue(call.call, command.attempt, command.reason))
        elif self._agent_first.concerns(call):
            self._agent_first.released(call, command.attempt)
        else:
            self._contacts.let_go(call, command.attempt)
