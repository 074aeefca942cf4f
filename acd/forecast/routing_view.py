"""What the feed asks of the queues once they have taken a fact: where a caller stands, and whom an agent may serve.

Asked of the core itself, so the live server, a replay and a simulation cannot answer differently.
"""

from typing import Protocol

from acd.core import Acd
from acd.skills import parse_all
from calls.ids import AgentId, CallId, QueueName, Seconds


class RoutingView(Protocol):
    """The port."""

    def place(self, call: CallId) -> tuple[QueueName, Seconds] | None:
        """The queue of a waiting caller, and how much earlier than it came it ranks; None for who does not wait."""
        ...

    def serves(self, agent: AgentId) -> frozenset[QueueName] | None:
        """The queues whose callers may be offered to the agent; None while nobody's are."""
        ...


class AcdRoutingView:
    """`RoutingView` by the queues core."""

    def __init__(self, queues: Acd) -> None:
        self._queues = queues

    def place(self, call: CallId) -> tuple[QueueName, Seconds] | None:
        """As the queues rank the caller: queue, class, priority, and a place kept from an earlier try."""
        caller = self._queues.callers.by_call.get(call)
        return None if caller is None else (caller.queue.name, caller.queued_at - caller.key)

    def serves(self, agent: AgentId) -> frozenset[QueueName] | None:
        """The agent's queues, as published or as a supervisor moved them, for whose own wish the skills are enough."""
        known = self._queues.agents.by_id.get(agent)
        if known is None or not known.bit or known.state in ("offline", "paused"):
            return None
        callers, index = self._queues.callers, self._queues.agents.index
        return frozenset(
            name
            for name in callers.open
            if known.bit & callers.members(name) & index.select(parse_all(callers.queues[name].config.skills))
        )
