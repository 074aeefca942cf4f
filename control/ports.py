"""What call control asks of the house around it: the published versions, and the queues beside their commands."""

from typing import Any, Protocol

from acd.commands import AgentChanged
from acd.forecast.announce import Said, Unsaid
from acd.forecast.forecaster import Example, Forecast
from calls.commands import Media
from calls.ids import AgentId, CallId, Instant
from control.register import Call
from control.treatment import QueueTreatment


class Directory(Protocol):
    """What the router asks of the published versions. Unknown names give None or nothing: no call is lost for it."""

    def entry(self, version: str, called: str) -> str | None:
        """The flow that answers this number."""
        ...

    def account(self, version: str, agent: AgentId) -> str | None:
        """The SIP account of the agent's phone."""
        ...

    def agent(self, version: str, account: str) -> AgentId | None:
        """Whose phone that is."""
        ...

    def records(self, version: str, queue: str) -> bool:
        """Whether talks of this queue are recorded."""
        ...

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        """What the house does around this queue's callers."""
        ...

    def open(self, version: str, hours: str, utc: float) -> bool:
        """Whether it is in these hours; what is not known is closed."""
        ...

    def say(self, version: str, language: str, phrase: str, **values: Any) -> tuple[Media, ...]:
        """A phrase to a caller, in this language where it is there; nothing where there is no such phrase."""
        ...

    def whisper(self, version: str, call: Call) -> tuple[Media, ...]:
        """What the agent hears before the caller does."""
        ...

    def sound(self, version: str, phrase: str) -> tuple[Media, ...]:
        """A phrase for the house's own people, in the site's first language."""
        ...

    def pause_reason(self, version: str, code: str) -> str | None:
        """The pause reason that the digit stands for; the empty code is the plain pause."""
        ...


class QueueView(Protocol):
    """What the router asks of the queues beside its orders: who is there, and the wait that is ahead of a caller."""

    def agents(self) -> list[AgentChanged]:
        """Every agent's state as it is now, said as it was when it became so."""
        ...

    def versions(self) -> set[str]:
        """The versions whose rules the queues' snapshot names."""
        ...

    def taken(self) -> list[Forecast]:
        """The forecasts made since the last question."""
        ...

    def examples(self) -> list[Example]:
        """The waits that ended with an agent since the last question, for the next fit."""
        ...

    def use(self, model: str) -> None:
        """Forecast with this fit of the learned layer from now on."""
        ...

    def position(self, call: CallId) -> int | None:
        """The place in the caller's queue, from 1; None for who does not wait."""
        ...

    def forecast(self, call: CallId) -> Forecast | None:
        """The last forecast of this caller."""
        ...

    def announce(self, call: CallId, now: Instant, only_if_improved: bool) -> Said | Unsaid:
        """What to tell the caller of the wait now, or why nothing. What is said is remembered."""
        ...
