"""The events of the campaigns core. A **try** is one question to the gate and the call that may come of it.

Its id is `CAMPAIGN/LIST.ROW/N`, N counting the questions for this person: the same after a restart, and the key of the
ledger's reservation, so nobody is dialled twice. An event of a try that is over, or not known, changes nothing.
"""

from typing import Literal

from calls.events import ClockSet, Event, Tick
from calls.ids import AgentId, AttemptId, Seconds
from dialer.campaigns.commands import LogTry
from dialer.campaigns.contacts import Contact
from dialer.campaigns.results import AnsweredResult, NetworkResult
from dsl.hours import OtherHours

Act = Literal["start", "pause", "drain", "stop"]
"""`pause`: nobody new is dialled, what rings goes on. `drain`: likewise, and then it is stopped. `stop`: what rings and
has not been answered is given up, too; talks go on."""


class SettingsInForce(Event, frozen=True):
    """From now on campaigns are as this published version has them, running ones too."""

    version: str


class HoursReplaced(Event, frozen=True):
    """Other hours of today hold in place of those of hours.yaml, by name; all that hold now. A campaign goes by them as
    its shift; the scene's hours and the policies', which the gate asks for, stay as they are."""

    others: dict[str, OtherHours]


class CampaignOrdered(Event, frozen=True):
    """Somebody starts, pauses, drains or stops a campaign."""

    campaign: str
    act: Act
    author: str = ""
    reason: str = ""


class ListGrew(Event, frozen=True):
    """Contacts have come to a list, or some of it are due sooner than was told: it is fetched from again."""

    list: str


class Resumed(Event, frozen=True):
    """A controller took the journal up again: what was asked and not answered is asked anew, under the same ids."""


class Fetched(Event, frozen=True):
    """The store's answer to `Fetch`: contacts that nobody has in hand, those first that are due again."""

    campaign: str
    fetch: AttemptId
    contacts: tuple[Contact, ...] = ()
    next_due_at: float | None = None
    """UTC epoch seconds at which the next of this list is due, where fewer came than were asked for; None: none is."""
    error: str = ""
    """The store or the list could not be read; it is asked again after a while."""


class Recalled(Event, frozen=True):
    """The store's answer to `Recall`: a try that is over, and its contact as it is now. Without `row` there is none."""

    attempt: AttemptId
    row: LogTry | None = None
    contact: Contact | None = None
    """None: its list is not there any more."""
    list: str = ""
    due_at: float | None = None
    """When the contact is due, UTC epoch seconds."""
    error: str = ""
    """The store could not be read; it is asked again after a while."""


class Allowed(Event, frozen=True):
    """The gate has reserved the attempt: it may be dialled once."""

    attempt: AttemptId
    caller_id: str = ""
    longest_ring_s: Seconds | None = None


class Deferred(Event, frozen=True):
    """The gate says: not before `until` (UTC epoch seconds)."""

    attempt: AttemptId
    until: float
    rule: str = ""
    number_only: bool = False
    """It is this number that waits, another one of the person may be called before."""


class Denied(Event, frozen=True):
    """The gate says no. `until`: when the no ends by itself, where that is known (UTC epoch seconds)."""

    attempt: AttemptId
    rule: str
    number_only: bool = False
    """It is this number that may not be called, another one of the person may."""
    until: float | None = None
    away: bool = False
    """The gate or its ledger could not answer: the person is asked for again later, nothing is known of them."""


class Rang(Event, frozen=True):
    """The far end rings."""

    attempt: AttemptId


class Answered(Event, frozen=True):
    """The far end picked up; with detection, nothing is known yet of who it is."""

    attempt: AttemptId


class Detected(Event, frozen=True):
    """What detection took the answer for; one that is unsure is what the campaign says of it."""

    attempt: AttemptId
    found: Literal["person", "machine", "silence"]
    greeted_s: Seconds | None = None
    """Of a person: how long ago their greeting was over; None: they have said nothing."""


class WasPerson(Event, frozen=True):
    """What was taken for a machine answers to the message as a person does."""

    attempt: AttemptId


class CalledIn(Event, frozen=True):
    """A number calls the house; it may be one that was taken for a machine a moment ago."""

    number: str


class Connected(Event, frozen=True):
    """The person hears an agent; or, agentless, the prompt or flow has begun (`agent` is empty)."""

    attempt: AttemptId
    agent: AgentId = AgentId("")


class NoticePlayed(Event, frozen=True):
    """The person has heard the notice that the gate obliges to; `phrase` is its name."""

    attempt: AttemptId
    phrase: str


class Unserved(Event, frozen=True):
    """Nobody was there within the campaign's patience: the person hears the safe-harbour message now, or has gone."""

    attempt: AttemptId


class Ended(Event, frozen=True):
    """The call is over. Nothing more comes of this try but a disposition."""

    attempt: AttemptId
    result: NetworkResult | AnsweredResult
    talked_s: Seconds = 0.0
    recording: str = ""
    call: str = ""
    """The call's id in the house, for the ledger and the call record."""
    unheard_s: Seconds | None = None
    """Answered while no controller was there, and over before one was: how long the person waited for a word."""


class Dispositioned(Event, frozen=True):
    """An agent, or a flow, has said what came of the talk, while it lasts or after: of a try that is over, too, for as
    long as the store knows it. The last word counts."""

    attempt: AttemptId
    name: str
    again_at: float | None = None
    """UTC epoch seconds at which the person wants to be called."""
    same_agent: bool = False
    note: str = ""


class AgentSeen(Event, frozen=True):
    """What an agent who serves this queue does now. `handling` names the campaign or the inbound queue of the talk."""

    queue: str
    agent: AgentId
    state: Literal["free", "talk", "wrap_up", "away"]
    handling: str = ""


class CallersWaiting(Event, frozen=True):
    """So many inbound callers wait in a queue whose agents serve campaigns, too."""

    queue: str
    count: int


class PreviewAnswered(Event, frozen=True):
    """An agent takes the person who is shown to them, or declines."""

    attempt: AttemptId
    agent: AgentId
    taken: bool
    reason: str = ""


CampaignEvent = (
    SettingsInForce
    | HoursReplaced
    | CampaignOrdered
    | ListGrew
    | Resumed
    | Fetched
    | Recalled
    | Allowed
    | Deferred
    | Denied
    | Rang
    | Answered
    | Detected
    | WasPerson
    | CalledIn
    | Connected
    | NoticePlayed
    | Unserved
    | Ended
    | Dispositioned
    | AgentSeen
    | CallersWaiting
    | PreviewAnswered
    | ClockSet
    | Tick
)
