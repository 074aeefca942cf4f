"""The state of the campaigns core as plain data, as bytes, and back: what a restart goes on from."""

from typing import Literal

import msgspec

from calls.ids import AgentId, AttemptId, Instant, Seconds
from dialer.campaigns.commands import LogTry
from dialer.campaigns.contacts import Contact, ContactKey
from dialer.campaigns.retrying import Outlook
from dialer.campaigns.states import CAMPAIGNS, CONTACTS, CampaignEvent, CampaignState, HandEvent, HandState
from dsl.hours import OtherHours

AgentDoes = Literal["free", "talk", "wrap_up"]


def row_name(key: ContactKey) -> str:
    """The contact's key as a word: `LIST.ROW`."""
    return f"{key.list}.{key.row}"


def attempt_id(campaign: str, contact: Contact) -> AttemptId:
    """The id of the next question about this contact."""
    return AttemptId(f"{campaign}/{row_name(contact.key)}/{contact.asked + 1}")


class Hand(msgspec.Struct):
    """A contact in hand; `dialer.campaigns.states.CONTACTS` has its states.

    From `attempt` on the fields are of the try that goes on. `asked_at`, `placed_at`, `answered_at`, `connected_at` and
    `ended_at` are UTC epoch seconds.
    """

    contact: Contact
    list: str
    state: HandState = "held"
    attempt: AttemptId | None = None
    number: str = ""
    agent: AgentId = AgentId("")
    """Of a preview: who dials. Else: who has the talk."""
    shown_to: AgentId = AgentId("")
    """Of a preview: who sees it, until the try is over."""
    asked: Instant = 0.0
    asked_at: float = 0.0
    placed_at: float | None = None
    answered_at: float | None = None
    connected_at: float | None = None
    ended_at: float | None = None
    due: Instant | None = None
    """When a preview goes back, or after-call work has taken too long."""
    judged: bool = False
    """Detection says what follows the answer."""
    answered: Instant = 0.0
    found: str = ""
    """What detection took the answer for."""
    was_person: bool = False
    """Whom it took for a machine."""
    given_up: bool = False
    notice: str = ""
    """The phrase that the person had to hear first, once they have."""
    result: str = ""
    disposition: str = ""
    said_before: str = ""
    """The disposition whose place this one has taken."""
    refused: str = ""
    """What was said of an earlier talk while this try goes on: the person wants no more calls."""
    again_at: float | None = None
    same_agent: bool = False
    call: str = ""
    recording: str = ""
    talked_s: Seconds = 0.0

    def on(self, event: HandEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = CONTACTS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class LateWord(msgspec.Struct):
    """A disposition of a try that is over, while the store is asked for the try."""

    row: str
    """The name of the contact's row."""
    name: str
    again_at: float | None = None
    same_agent: bool = False
    note: str = ""
    stale: bool = False
    """The contact was written since the store was asked: what it answers may be of before."""
    again: Instant | None = None
    """When the store is asked again that could not be read."""


class ListRecord(msgspec.Struct):
    """One list of a campaign: what of it is in hand and waits for its turn, and how it is fetched from."""

    line: list[str] = msgspec.field(default_factory=list)
    """Names of rows, in the order in which they are called."""
    fetches: int = 0
    fetch: AttemptId | None = None
    """The one that is not answered yet."""
    count: int = 0
    """How many it has asked for."""
    dry: bool = False
    """The last answer had fewer than were asked for."""
    due_at: float | None = None
    """UTC epoch seconds at which the next one is due, of those that are not in hand."""
    due_since: float | None = None
    """Likewise, of those that were given back while the fetch was not answered."""
    rewritten: dict[str, Outlook] = msgspec.field(default_factory=dict)
    """By name of row, what was said late of contacts while the fetch was not answered, which may hand them out."""
    again: Instant | None = None
    """When a fetch that failed is tried again."""
    credit: int = 0
    """How much the list is behind its share."""


class CampaignRecord(msgspec.Struct):
    """One campaign that was ever started; `dialer.campaigns.states.CAMPAIGNS` has its states."""

    name: str
    state: CampaignState = "ready"
    hands: dict[str, Hand] = msgspec.field(default_factory=dict)
    """By name of row."""
    lists: dict[str, ListRecord] = msgspec.field(default_factory=dict)
    asked: Instant = 0.0
    """When a contact of it had its turn last."""
    windows: dict[str, float] = msgspec.field(default_factory=dict)
    """When each window of the pacing ends, UTC epoch seconds."""
    rests: bool = False
    """It is outside of its own hours: it runs, and nobody is fetched or dialled."""
    changes_at: float | None = None
    """When its hours end, or, while it rests, begin, UTC epoch seconds; None: it has none, or nobody knows."""
    failures: int = 0
    """Calls in a row that came to nothing by our own side (`dialer.campaigns.outages`)."""
    pauses: int = 0
    """Made since then."""
    again_at: Instant | None = None
    """When one is tried again; None: there is no outage."""
    mode: str = ""
    why: str = ""
    until: float | None = None
    """As they were told last."""
    told: CampaignState | Literal[""] = ""
    author: str = ""
    reason: str = ""

    def on(self, event: CampaignEvent) -> bool:
        """Take an event; False where the table ignores it. Raises BrokenRule where the table has nothing."""
        to = CAMPAIGNS.after(self.state, event)
        self.state = to or self.state
        return to is not None


class AgentRecord(msgspec.Struct):
    """An agent who serves a queue that campaigns have."""

    does: AgentDoes = "free"
    queues: list[str] = msgspec.field(default_factory=list)
    attempt: AttemptId | None = None
    """A preview that they see, or the try that came of it."""


class TakenForMachine(msgspec.Struct, frozen=True):
    """A try whose answer detection took for a machine, for as long as its person may call back."""

    row: LogTry
    """As it was written."""
    until: Instant


class State(msgspec.Struct):
    """The whole state. The names of the fields are those on disk."""

    version: str = ""
    offset_s: Seconds = 0.0
    """The wall clock less the monotonic line."""
    campaigns: dict[str, CampaignRecord] = msgspec.field(default_factory=dict)
    tries: dict[AttemptId, tuple[str, str]] = msgspec.field(default_factory=dict)
    """Of each try that goes on: the campaign and the name of the row."""
    busy: dict[str, AttemptId] = msgspec.field(default_factory=dict)
    """Persons and numbers of these, over all campaigns."""
    passed: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """Of these the ones for whom a campaign waits to call them, too: which campaigns."""
    agents: dict[AgentId, AgentRecord] = msgspec.field(default_factory=dict)
    callers: dict[str, int] = msgspec.field(default_factory=dict)
    """Inbound callers who wait, by queue."""
    recalls: dict[AttemptId, LateWord] = msgspec.field(default_factory=dict)
    """What was said of tries that are over, and waits for the store."""
    last_talks: dict[AgentId, AttemptId] = msgspec.field(default_factory=dict)
    """Of each agent the last talk that is over."""
    other_hours: dict[str, OtherHours] = msgspec.field(default_factory=dict)
    """Those that a supervisor has set in place of the published ones, by name."""
    machines: dict[str, TakenForMachine] = msgspec.field(default_factory=dict)
    """By number."""
    pacing: dict[str, bytes] = msgspec.field(default_factory=dict)
    """The pacing core of each predictive campaign; only in bytes on disk."""


def encode(state: State) -> bytes:
    """The state as bytes."""
    return msgspec.msgpack.encode(state)


def decode(data: bytes) -> State:
    """Bytes as the state. Raises msgspec.ValidationError for what is none."""
    return msgspec.msgpack.decode(data, type=State)
