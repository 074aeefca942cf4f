"""The commands of the queues core."""

from typing import Literal

from calls.commands import Command
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName, Seconds

AgentState = Literal["offline", "idle", "offered", "talking", "wrap_up", "paused"]

Refusal = Literal["closed", "full", "no_agents"]
"""Why a queue takes nobody: it is no longer published, `max_length` wait there, nobody present could ever answer."""


class Offer(Command, frozen=True):
    """Ring this agent for this call for `ring_s`. OfferTaken or OfferMissed answers, with the same attempt."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    queue: QueueName
    ring_s: Seconds


class WithdrawOffer(Command, frozen=True):
    """Stop ringing this agent: the caller is gone. No event answers it; a late one is stale."""

    attempt: AttemptId
    call: CallId
    agent: AgentId


class ReleaseCall(Command, frozen=True):
    """Give this call back to the flow; `attempt` is the one of CallQueued."""

    call: CallId
    attempt: AttemptId
    reason: Literal["no_agents", "timed_out", "full"]


class WaitWidened(Command, frozen=True):
    """Log that a widening step took effect on this caller, who waits in `queue` from now on.

    `step` is its place in the queue's rules, from 0; `expression` is what the caller asks for now.
    """

    call: CallId
    attempt: AttemptId
    queue: QueueName
    step: int
    expression: str


class MoveDone(Command, frozen=True):
    """Show that this caller waits in `queue` from now on, as a supervisor wanted."""

    call: CallId
    queue: QueueName


class MoveRefused(Command, frozen=True):
    """Tell whoever wanted this caller in `queue` why they wait on where they are."""

    call: CallId
    queue: QueueName
    reason: Refusal


class SuggestWayOut(Command, frozen=True):
    """Offer this caller a callback that keeps the place, or a message, as a widening step says. They wait on."""

    call: CallId
    attempt: AttemptId
    way: Literal["callback", "message"]


class CalledAgain(Command, frozen=True):
    """Tell the caller that their number waits in the queue already, or has its old place back; `waited_s` counts.

    `first_call` holds the place; None when this call has it from now on.
    """

    call: CallId
    attempt: AttemptId
    waited_s: Seconds
    first_call: CallId | None


class OfferLapsed(Command, frozen=True):
    """Count an offer that came to nothing. `fault`: of a switch or a network, which is not the agent's doing and pauses
    nobody; else `in_a_row` counts towards `miss_limit`. `busy` counts for nothing."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    reason: Literal["no_answer", "busy", "rejected", "unreachable", "failed", "forwarded"]
    fault: bool
    in_a_row: int


class AgentChanged(Command, frozen=True):
    """Show, on screens, in metrics and on the bus, that an agent's state is `state` since `since`."""

    agent: AgentId
    state: AgentState
    reason: str
    since: Instant


AcdCommand = (
    Offer
    | WithdrawOffer
    | ReleaseCall
    | WaitWidened
    | MoveDone
    | MoveRefused
    | SuggestWayOut
    | CalledAgain
    | OfferLapsed
    | AgentChanged
)
