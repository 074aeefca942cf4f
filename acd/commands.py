"""What the queues order."""

from typing import Literal

from calls.commands import Command
from calls.ids import AgentId, AttemptId, CallId, Instant, QueueName, Seconds

AgentState = Literal["offline", "idle", "offered", "talking", "wrap_up", "paused"]


class Offer(Command, frozen=True):
    """Ring this agent for this call for `ring_s`. OfferTaken or OfferMissed answers, with the same attempt."""

    attempt: AttemptId
    call: CallId
    agent: AgentId
    queue: QueueName
    ring_s: Seconds


class WithdrawOffer(Command, frozen=True):
    """Stop ringing: the caller is gone. No answer is expected; a late one is stale."""

    attempt: AttemptId
    call: CallId
    agent: AgentId


class ReleaseCall(Command, frozen=True):
    """The queue has no more to give to this call; `attempt` is the one of CallQueued."""

    call: CallId
    attempt: AttemptId
    reason: Literal["no_agents", "timed_out", "full"]


class WaitWidened(Command, frozen=True):
    """A widening step of the queue took effect on this caller: for the log, and `queue` where it waits from now on."""

    call: CallId
    attempt: AttemptId
    queue: QueueName
    step: int
    wish: str


class SuggestWayOut(Command, frozen=True):
    """A widening step says: offer this caller a callback that keeps the place, or a message. The caller waits on."""

    call: CallId
    attempt: AttemptId
    way: Literal["callback", "message"]


class CalledAgain(Command, frozen=True):
    """The number of this call waits in the queue already, or was cut off from it a moment ago; `waited_s` counts.

    `line` is the call that holds the place; None when this one has it from now on.
    """

    call: CallId
    attempt: AttemptId
    waited_s: Seconds
    line: CallId | None


class AgentChanged(Command, frozen=True):
    """A fact for screens, metrics and the bus: an agent's state is another since `since`."""

    agent: AgentId
    state: AgentState
    reason: str
    since: Instant


AcdCommand = Offer | WithdrawOffer | ReleaseCall | WaitWidened | SuggestWayOut | CalledAgain | AgentChanged
