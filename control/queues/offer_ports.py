"""What offers ask of the parts that share an agent's phone with them: callbacks, transfers, consultations."""

from typing import Protocol

from calls.ids import AgentId, AttemptId
from control.register import register as at
from control.register.call import Call


class AgentFirst(Protocol):
    """Calls in which the agent is there before the person who is called: callbacks, and previews of campaigns."""

    def concerns(self, call: Call) -> bool:
        """Whether this call is one."""
        ...

    def postponed(self, call: Call) -> bool:
        """Whether the person may not be called now; if so, the queues have been told to wait."""
        ...

    def agent_ready(self, call: Call) -> None:
        """The agent has heard who and why."""
        ...

    def agent_key(self, leg: at.Leg, digit: str) -> bool:
        """Take the agent's key; False where it is not meant for this."""
        ...

    def connected(self, call: Call) -> None:
        """Both hear each other."""
        ...

    def agent_lost(self, call: Call) -> None:
        """The agent declined, or went away."""
        ...

    def released(self, call: Call, attempt: AttemptId) -> None:
        """The queues let the call go."""
        ...


class AgentsFirst:
    """The parts whose calls have the agent first, as one: callbacks, and previews of campaigns."""

    def __init__(self, parts: tuple[AgentFirst, ...]) -> None:
        self._parts = parts

    def concerns(self, call: Call) -> bool:
        """Whether the call is one of any of them."""
        return any(part.concerns(call) for part in self._parts)

    def postponed(self, call: Call) -> bool:
        """As `AgentFirst` says; likewise below."""
        return self._of(call).postponed(call)

    def agent_ready(self, call: Call) -> None:
        """The agent has heard who and why."""
        self._of(call).agent_ready(call)

    def agent_key(self, leg: at.Leg, digit: str) -> bool:
        """Take the agent's key; False where no part wants it."""
        return any(part.agent_key(leg, digit) for part in self._parts)

    def connected(self, call: Call) -> None:
        """Both hear each other."""
        self._of(call).connected(call)

    def agent_lost(self, call: Call) -> None:
        """The agent declined, or went away."""
        self._of(call).agent_lost(call)

    def released(self, call: Call, attempt: AttemptId) -> None:
        """The queues let the call go."""
        self._of(call).released(call, attempt)

    def _of(self, call: Call) -> AgentFirst:
        return next(part for part in self._parts if part.concerns(call))


class Contacts(Protocol):
    """Calls of campaigns."""

    def hears_notice(self, call: Call) -> bool:
        """Whether the person hears what comes before the agent; then both are connected at its end."""
        ...

    def adopted(self, call: Call) -> bool:
        """A gap is over: say again what the person may have missed of the notice; False where they hear none."""
        ...

    def let_go(self, call: Call, attempt: AttemptId) -> None:
        """The queues let the call go, before an agent was there; nothing where it is of no campaign."""
        ...

    def talk_began(self, call: Call, agent: AgentId) -> None:
        """The person and an agent hear each other; nothing, as above."""
        ...


class HandedOn(Protocol):
    """Callers whom an agent has handed on, while nobody has them yet."""

    def released(self, call: Call, attempt: AttemptId, reason: str) -> bool:
        """The queues let the caller go; False where that is no matter of a transfer."""
        ...

    def agent_gone(self, leg: at.Leg) -> None:
        """The phone of the agent who handed a caller on is free."""
        ...


class Consulting(Protocol):
    """Consultations of agents about a caller."""

    def together(self, call: Call) -> None:
        """The agent and the caller hear each other again."""
        ...

    def agent_left(self, call: Call, offer: at.Offer, cut_off: bool) -> bool:
        """The agent's leg is gone; False where nobody is consulted."""
        ...

    def caller_left(self, call: Call) -> None:
        """The caller's leg is gone, and its end is on the way."""
        ...
