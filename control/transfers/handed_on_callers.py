"""Callers whom an agent has handed on, and who wait: for one agent, in a queue, for the agent who asked.

To the queues each is a caller like any other, who has waited since they came. Who is not reached in time leaves them to
the agent who asked, and where that one is gone, to their queue, in front of all.
"""

import msgspec

from acd.events import CallQueued, Within, WrapUpEnded
from calls.commands import HangUp
from calls.ids import AgentId, AttemptId, QueueName
from control.hub.hub import Hub
from control.queues.announcements import Announcements
from control.queues.offers import CUT_OFF_PRIORITY
from control.register import register as at
from control.register.call import Call
from control.register.handing_on import BlindTransfer
from control.rules.transfer_rules import TransferRules


class HandedOnCallers:
    """Lets the callers of `register.transfers` wait. A `control.queues.offer_ports.HandedOn`."""

    def __init__(self, hub: Hub, announcements: Announcements) -> None:
        self._hub = hub
        self._announcements = announcements

    def wait_for(self, call: Call, transfer: BlindTransfer, agent: AgentId, most_s: float) -> None:
        """Wait for one agent and nobody else."""
        call.announced.next_at = None
        self._tell_queues(
            call,
            msgspec.structs.replace(
                transfer.origin,
                attempt=transfer.attempt,
                queue=QueueName(call.queue),
                skills=(),
                priority=CUT_OFF_PRIORITY,
                agent=agent,
                sticky_s=0.0,
                within=Within(most_s, only=True),
            ),
        )

    def wait_in(
        self,
        call: Call,
        transfer: BlindTransfer,
        queue: str,
        skills: tuple[str, ...],
        most_s: float,
        priority: float,
    ) -> None:
        """Wait in a queue, with the time since they came."""
        call.enter_queue(queue)
        self._announcements.entered(call, again=False)
        self._tell_queues(
            call,
            msgspec.structs.replace(
                transfer.origin,
                attempt=transfer.attempt,
                queue=QueueName(queue),
                skills=skills,
                priority=priority,
                agent=None,
                sticky_s=0.0,
                within=Within(most_s) if most_s else msgspec.UNSET,
            ),
        )

    def _tell_queues(self, call: Call, queued: CallQueued) -> None:
        waited_s = self._hub.now - (call.queued_at if call.queued_at is not None else call.arrived_at)
        call.queued_as = msgspec.structs.replace(queued, waited_s=waited_s)
        self._hub.tell_queues(call.queued_as)

    def released(self, call: Call, attempt: AttemptId, reason: str) -> bool:
        """The queues let the caller go: back to the agent who asked, then to the queue. False: it is the flow's."""
        transfer = self._hub.register.transfers.get(call.call)
        if transfer is not None and transfer.attempt == attempt and transfer.state in ("away", "returning"):
            self.not_reached(call, transfer, reason)
            return True
        if self._hub.register.has_no_flow(call) and call.queued_as is not None and call.queued_as.attempt == attempt:
            call.on("released")
            self._hub.give(HangUp(call.leg))  # nobody is there for them, and no flow that could say so
            return True
        return False

    def not_reached(self, call: Call, transfer: BlindTransfer, why: str) -> None:
        """Whom they were to have is not there: back to the agent who asked, or into their queue."""
        transfer.why = transfer.why or why
        transfer.on("not_reached")
        transfer.attempt = call.flow_attempt or self._hub.mint(call.call)
        if transfer.state == "returning":
            call.enter_queue(transfer.queue)
            self.wait_for(call, transfer, transfer.agent, self._rules.back_s)
            self._hub.tell_queues(WrapUpEnded(transfer.agent))
        else:
            skills = transfer.origin.skills
            self.wait_in(call, transfer, transfer.queue, skills, 0.0, CUT_OFF_PRIORITY)

    def agent_gone(self, leg: at.Leg) -> None:
        """The agent's phone is free: who comes back to them need not wait for the end of their wrap-up."""
        transfer = self._hub.register.transfers.get(leg.call) if leg.call is not None else None
        if transfer is not None and transfer.leg == leg.leg and transfer.state == "returning":
            self._hub.tell_queues(WrapUpEnded(transfer.agent))

    @property
    def _rules(self) -> TransferRules:
        return self._hub.directory.transfer_rules(self._hub.register.version)
