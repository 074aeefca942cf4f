"""The commands of the campaigns core."""

from typing import Literal

import msgspec

from calls.commands import Command
from calls.ids import AgentId, AttemptId, Seconds
from dialer.answering_machines.settings import Detection
from dialer.campaigns.contacts import Contact, ContactKey, ContactState
from dialer.campaigns.settings import Order
from dialer.campaigns.states import CampaignState
from dialer.governor.history import State as LedgerState


class Fetch(Command, frozen=True):
    """Hand out up to `count` contacts of the list that are fresh, or due by now. `Fetched` answers.

    They are `in_hand` from then on, until a `KeepContact` says otherwise. The same `fetch` again, after a restart,
    hands out the same ones, as they were. A person is handed out once: not while another row of theirs is in hand, not
    once they are at an end in this campaign; and with the tries of all their rows.
    """

    campaign: str
    fetch: AttemptId
    list: str
    order: Order
    count: int


class Recall(Command, frozen=True):
    """Look up a try that is over, of which somebody has said something. `Recalled` answers."""

    attempt: AttemptId
    campaign: str


class Ask(Command, frozen=True):
    """Ask the gate for one attempt, and reserve it. `Allowed`, `Deferred` or `Denied` answers."""

    attempt: AttemptId
    campaign: str
    scene: str
    number: str
    person: str
    account: str
    agent: AgentId = AgentId("")
    attributes: dict[str, str] = msgspec.field(default_factory=dict)


class Place(Command, frozen=True):
    """Dial the number. `Rang`, `Answered` and `Ended` tell what becomes of it."""

    attempt: AttemptId
    campaign: str
    number: str
    caller_id: str
    ring_s: Seconds
    contact: Contact
    agent: AgentId = AgentId("")
    """Of a preview: the agent's own phone is called first, and the person then."""
    detection: Detection = Detection()
    """Where it is on, `Detected` follows the answer, and says who it is."""


class TakeToAgent(Command, frozen=True):
    """A person has answered: put them in front of the queue. `Connected` answers; where nobody is there within
    `patience_s` they hear the phrase `safe_harbour`, and `Unserved` answers."""

    attempt: AttemptId
    queue: str
    skills: tuple[str, ...]
    patience_s: Seconds
    safe_harbour: str
    agent: AgentId = AgentId("")
    """The only one who may have them; empty: anybody."""


class TakeToFlow(Command, frozen=True):
    """A person, or a machine for which a message is left, has answered: let the flow or the phrase speak. `Connected`
    without an agent answers, and `Ended` when it is over."""

    attempt: AttemptId
    flow: str = ""
    phrase: str = ""
    after_greeting: bool = False
    """Of a machine: once its greeting is over; `WasPerson`, if a person answers to it after all."""


class GiveUp(Command, frozen=True):
    """Hang up a try that has no talk. `Ended` answers."""

    attempt: AttemptId


class Settle(Command, frozen=True):
    """Tell the ledger what became of a reserved attempt. In steps; the last one has `ended`. What `corrects` takes
    back that a talk was effective, or says it of one that was none."""

    attempt: AttemptId
    state: LedgerState
    result: str = ""
    at: float | None = None
    """UTC epoch seconds at which it was dialled."""
    talked_until: float = 0.0
    call: str = ""
    recording: str = ""
    agent: AgentId = AgentId("")
    ended: bool = True
    corrects: bool = False


class KeepContact(Command, frozen=True):
    """Write what the campaign knows of a contact now. The last one counts."""

    campaign: str
    contact: Contact
    state: ContactState
    due_at: float | None = None
    """UTC epoch seconds; of `due`."""
    detail: str = ""
    """The rule of a denial, or what else is worth reading."""


class LogTry(Command, frozen=True):
    """A row for each try, when it is over, and again when its disposition comes. Instants are UTC epoch seconds."""

    attempt: AttemptId
    campaign: str
    contact: ContactKey
    number: str
    asked_at: float
    verdict: Literal["allow", "defer", "deny"]
    rule: str = ""
    placed_at: float | None = None
    answered_at: float | None = None
    connected_at: float | None = None
    ended_at: float | None = None
    agent: AgentId = AgentId("")
    result: str = ""
    disposition: str = ""
    abandoned: bool = False
    call: str = ""
    said_before: str = ""
    """The disposition whose place this one has taken."""
    notice: str = ""
    """The phrase that the gate obliged to, where the person has heard it."""
    reservation: int | None = None
    """The attempt's number in the ledger; the gate's answer has it."""


class ShowPreview(Command, frozen=True):
    """Show an agent whom they would call. `PreviewAnswered` answers, or nothing does."""

    attempt: AttemptId
    campaign: str
    agent: AgentId
    contact: Contact
    until_s: Seconds


class EndPreview(Command, frozen=True):
    """Show it no more: it went back, or its call is over."""

    attempt: AttemptId
    agent: AgentId


class EndWrapUp(Command, frozen=True):
    """The disposition is there: the agent's after-call work may end."""

    agent: AgentId


class DoNotCall(Command, frozen=True):
    """The person wants no more calls: put the number on the house's list at once, before anything else is dialled."""

    number: str
    person: str
    campaign: str
    attempt: AttemptId
    reason: str


class OpenCase(Command, frozen=True):
    """A disposition asks for a case."""

    attempt: AttemptId
    category: str
    agent: AgentId
    number: str = ""


class CampaignChanged(Command, frozen=True):
    """How the campaign is now: for screens, the bus and the log. Given when a word of it has changed."""

    campaign: str
    state: CampaignState
    mode: str
    """As it dials now: a predictive one may be progressive for a while."""
    why: str = ""
    author: str = ""
    reason: str = ""
    until: float | None = None
    """Of one that is outside of its hours: when it goes on, UTC epoch seconds; None: nobody knows."""


CampaignCommand = (
    Fetch
    | Recall
    | Ask
    | Place
    | TakeToAgent
    | TakeToFlow
    | GiveUp
    | Settle
    | KeepContact
    | LogTry
    | ShowPreview
    | EndPreview
    | EndWrapUp
    | DoNotCall
    | OpenCase
    | CampaignChanged
)
