"""The routing view: where a caller stands in the queues, and which queues an agent serves, as the feed asks it.

The core itself answers, so the live server, a replay and a simulation cannot differ.
"""

from typing import Protocol

from acd.matching import Matching
from acd.skills import parse_all
from calls.ids import AgentId, CallId, QueueName, Seconds


class RoutingView(Protocol):
    """The port to the queues, asked after they have taken an event."""

    def place(self, call: CallId) -> tuple[QueueName, Seconds] | None:
        """The queue of a waiting caller, and the seconds by which they rank earlier than they came; None: no such."""
        ...

    def serves(self, agent: AgentId) -> frozenset[QueueName] | None:
        """The queues whose callers may be offered to the agent; None while no caller may be."""
        ...


class AcdRoutingView:
    """The `RoutingView` of the queues core."""

    def __init__(self, queues: Matching) -> None:
        self._queues = queues

    def place(self, call: CallId) -> tuple[QueueName, Seconds] | None:
        """The rank by queue, class, priority, and a place kept from an earlier try."""
        caller = self._queues.callers.by_call.get(call)
        return None if caller is None else (caller.queue.name, caller.queued_at - caller.key)

    def serves(self, agent: AgentId) -> frozenset[QueueName] | None:
        """The agent's queues, as published or as a supervisor moved them, whose own `skills` the agent has."""
        known = self._queues.agents.by_id.get(agent)
        if known is None or not known.bit or known.state in ("offline", "paused"):
            return None
        callers, index = self._queues.callers, self._queues.agents.index
        return frozenset(
            name
            for name in callers.open
            if known.bit & callers.members(name) & index.select(parse_all(callers.queues[name].config.skills))
        )
