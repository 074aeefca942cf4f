"""The events of the pacing core: what became of each call, what each agent does, what windows and lists there are.

A call goes Dialled → Ringing? → Answered → Connected | Abandoned, or Machine, or Ended. An event of a call that is not
known, or that is over, changes nothing: switches tell some things twice, and some late.
"""

from typing import Literal

import msgspec

from calls.events import ClockSet, Event, Tick
from calls.ids import AgentId, CallId, Instant


class Cell(msgspec.Struct, frozen=True):
    """What the chance of an answer depends on: the list, which try at the person it is, the hour at the callee's."""

    list: str = ""
    attempt: int = 1
    hour: int = 0
    """0 to 23."""


class Upcoming(Event, frozen=True):
    """The next numbers to be dialled are of this cell; until it is told, of that dialled last."""

    cell: Cell


class Dialled(Event, frozen=True):
    """A call was placed, by order of `Dial` or by itself."""

    call: CallId
    cell: Cell = Cell()


class NotDialled(Event, frozen=True):
    """So many of the calls that `Dial` ordered are not placed: the list is empty, or the governor said no."""

    count: int = 1


class Ringing(Event, frozen=True):
    """The far end rings; the age of the call counts from here."""

    call: CallId


class Answered(Event, frozen=True):
    """Somebody answered, a person as far as is known. Without detection of machines: whatever answered."""

    call: CallId


class Machine(Event, frozen=True):
    """Detection took what answered for a machine."""

    call: CallId


class MachineWasPerson(Event, frozen=True):
    """So many calls that were taken for machines are known to have been people: they count as abandoned."""

    count: int = 1


class Ended(Event, frozen=True):
    """A call is over and nobody answered: busy, no answer, invalid, refused, given up by us."""

    call: CallId


class Connected(Event, frozen=True):
    """Who answered talks to this agent."""

    call: CallId
    agent: AgentId


class Abandoned(Event, frozen=True):
    """Nobody was there for who answered: the message of the law was played to them, or they had hung up."""

    call: CallId


class AgentFree(Event, frozen=True):
    """An agent is there and takes the next answer; also at sign-in, and at the end of a pause."""

    agent: AgentId


class AgentBusy(Event, frozen=True):
    """An agent talks, or does after-call work, since now. `handling` names the handle times that hold: the campaign's
    own, another's, or an inbound queue's, as the settings name them; empty: nobody knows when this agent is free."""

    agent: AgentId
    phase: Literal["talk", "wrap_up"] = "talk"
    handling: str = ""


class AgentAway(Event, frozen=True):
    """An agent paused, or signed out."""

    agent: AgentId


class InboundShare(Event, frozen=True):
    """The chance that an agent who is or becomes free is taken by an inbound caller before by one of this campaign."""

    share: float


class WindowRolled(Event, frozen=True):
    """A window of fixed bounds began anew: a day, 30 days of a campaign, a month."""

    window: str
    ends_at: Instant | None = None
    """When it ends, where that may be before calling hours end."""


class CallingUntil(Event, frozen=True):
    """The campaign calls until then: the end of today's calling hours, or of the shift. None: not known, or over."""

    at: Instant | None


PacingEvent = (
    Upcoming
    | Dialled
    | NotDialled
    | Ringing
    | Answered
    | Machine
    | MachineWasPerson
    | Ended
    | Connected
    | Abandoned
    | AgentFree
    | AgentBusy
    | AgentAway
    | InboundShare
    | WindowRolled
    | CallingUntil
    | Tick
    | ClockSet
)
