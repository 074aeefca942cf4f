"""The events of the forecaster. Those of the queues are richer, and `feed` translates them; a log has just these."""

from calls.events import Event
from calls.ids import AgentId, CallId, Seconds


class CallJoined(Event, frozen=True):
    """A caller waits from now on, ranked as if `head_start_s` earlier; None: as the priority says (`line.HeadStarts`).

    `kind` and `priority` name the cell by which the forecast learns and is corrected. `rung`: an agent
    is being rung for the caller already, so no forecast is made; `CallWaits` follows if nobody answers.
    """

    call: CallId
    kind: str
    priority: int = 0
    head_start_s: Seconds | None = None
    rung: bool = False


class CallWaits(Event, frozen=True):
    """A caller who had joined while an agent was free was not answered, and waits like others from now on."""

    call: CallId


class CallMovedOn(Event, frozen=True):
    """A waiting caller has another place from now on: moved by a supervisor, overflowed, or in the place of another
    call from the same number. The wait goes on."""

    call: CallId
    kind: str
    head_start_s: Seconds


class CallServed(Event, frozen=True):
    """An agent answered a caller, who had waited or was taken at once. `agent` is empty where the log does not say.

    `waited`: False for a caller who joined while an agent was free. Nothing is learned from the seconds of ringing:
    such callers hear no forecast.
    """

    call: CallId
    kind: str
    agent: AgentId
    waited: bool = True


class CallGone(Event, frozen=True):
    """A waiting caller hung up or took a way out; how long they would have waited is never known."""

    call: CallId


class TalkOver(Event, frozen=True):
    """The talk of `call` ended; its agent wraps up or is free."""

    call: CallId


class AgentPresent(Event, frozen=True):
    """An agent is present and takes calls of `kinds` (empty: not known, learned from what they answer).

    For an agent who is present already, the kinds change.
    """

    agent: AgentId
    kinds: frozenset[str] = frozenset()


class AgentAbsent(Event, frozen=True):
    """An agent paused or was paused, signed out, or cannot be reached."""

    agent: AgentId


ForecastEvent = CallJoined | CallWaits | CallMovedOn | CallServed | CallGone | TalkOver | AgentPresent | AgentAbsent
