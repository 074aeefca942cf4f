"""The events of the queues core."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from calls.events import ClockSet, Event, Tick
from calls.ids import AgentId, AttemptId, CallId, QueueName, Seconds

Class = Literal["urgent", "important", "general"]


class Configured(Event, frozen=True):
    """Queues, agents and skills of version `version` hold from now on; waiting calls keep their own skills."""

    version: str


class AgentSignedIn(Event, frozen=True):
    """An agent is at the phone and idle."""

    agent: AgentId


class AgentSignedOut(Event, frozen=True):
    """An agent goes home; a talk under way goes on to its end."""

    agent: AgentId


class AgentPaused(Event, frozen=True):
    """No offers from now on, `reason` is a pause code; while talking, it takes effect after."""

    agent: AgentId
    reason: str


class AgentResumed(Event, frozen=True):
    """Ready again."""

    agent: AgentId


class WrapUpEnded(Event, frozen=True):
    """The agent ended the after-call work before its time was over."""

    agent: AgentId


class AgentReachable(Event, frozen=True):
    """The agent's phone went out of reach or came back (registration)."""

    agent: AgentId
    reachable: bool


class AgentEngaged(Event, frozen=True):
    """The agent's phone is in a call that the queues did not bring, or no longer: one person has one call."""

    agent: AgentId
    engaged: bool


class AgentMoved(Event, frozen=True):
    """A supervisor moved an agent: these are the queues from now on, until the next `Configured`."""

    agent: AgentId
    queues: tuple[QueueName, ...]


class Within(Struct, frozen=True, gc=False):
    """The bound of a wait: `most_s` from entry on.

    With `only` nobody but the agent who is asked for is ever offered the caller, who is released when that agent is not
    there, misses the offer, or the time is over.
    """

    most_s: Seconds
    only: bool = False


class CallQueued(Event, frozen=True):
    """A caller waits from now on. `skills` are expressions as written in dialplans/: `complaints>=3`.

    `priority` is in minutes: it counts like so many minutes already waited, on top of the queue's and the class's own.
    `agent`, if set, is asked for alone during the first `sticky_s` (last agent, named agent); somebody who is not
    there is not waited for. `waited_s` was waited before, and counts: a callback that is tried again. `within` bounds
    this wait beside the queue's own limit; it is left out where nothing does, as in journals of before it. `wrap_up_s`
    takes the place of the queue's and the agent's own after-call work: a campaign's disposition ends it.
    """

    call: CallId
    attempt: AttemptId
    queue: QueueName
    skills: tuple[str, ...] = ()
    class_: Class = "general"
    language: str = ""
    caller: str = ""
    priority: float = 0.0
    vip: bool = False
    agent: AgentId | None = None
    sticky_s: Seconds = 0.0
    waited_s: Seconds = 0.0
    within: Within | UnsetType = UNSET
    wrap_up_s: Seconds | UnsetType = UNSET

    @property
    def only(self) -> bool:
        """Whether nobody but `agent` is ever offered the caller."""
        return self.within is not UNSET and self.within.only

    @property
    def most_s(self) -> Seconds:
        """The bound of this wait; 0: none beside the queue's own."""
        return 0.0 if self.within is UNSET else self.within.most_s


class CallMoved(Event, frozen=True):
    """A supervisor moves a waiting caller; the time waited and the skills go along. MoveDone or MoveRefused answers, or
    nothing where the caller does not wait."""

    call: CallId
    queue: QueueName


class CallLeft(Event, frozen=True):
    """The caller is gone from the queue: hung up, or took a way out."""

    call: CallId
    reason: Literal["hung_up", "way_out", "lost"]


class OfferTaken(Event, frozen=True):
    """The agent took the offer and both are connected."""

    attempt: AttemptId


class OfferMissed(Event, frozen=True):
    """The offer came to nothing on the agent's side; the caller goes back to the old place."""

    attempt: AttemptId
    reason: Literal["no_answer", "busy", "rejected", "unreachable", "failed", "forwarded"]


class TalkEnded(Event, frozen=True):
    """The talk that came of offer `attempt` is over; wrap-up begins. `cut_off`: the agent's phone died in it."""

    attempt: AttemptId
    cut_off: bool = False


AcdEvent = (
    Configured
    | AgentSignedIn
    | AgentSignedOut
    | AgentPaused
    | AgentResumed
    | WrapUpEnded
    | AgentReachable
    | AgentEngaged
    | AgentMoved
    | CallQueued
    | CallMoved
    | CallLeft
    | OfferTaken
    | OfferMissed
    | TalkEnded
    | ClockSet
    | Tick
)
