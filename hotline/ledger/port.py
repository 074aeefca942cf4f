"""The ledger's port: what the house asks of it, whichever database keeps it.

A caller of the port is an **asker**: a campaign, an agent's click, the SIP gate, another house. All instants are UTC
epoch seconds. Every answer is given after what it says is durable.
"""

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import msgspec

from calls.errors import HotlineError
from dialer.governor.decisions import Decision
from dialer.governor.history import History, State
from dialer.governor.questions import Question, Subject

LONGEST_HOLD_S = 86_400.0
"""A reservation lasts no longer than this, whatever its asker says."""

Decide = Callable[[Question, Subject, History, float], Decision]
"""The governor with its policy inside: pure, called in the transaction, in the ledger's own thread. The last value is
the instant now."""


class LedgerAway(HotlineError):
    """The ledger's database does not answer; what was asked is not written."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Terms of a reservation: what the asker adds to the question."""

    key: str = ""
    """The asker's name for this one attempt, such as `spring/4711/2`: asked again with it (a second click, a second
    scheduler, a restart) there is the same answer and never a second attempt. Keys are apart by `question.source`.
    Empty: each question is another attempt."""
    category: str = ""
    channel: str = ""
    """Both of the scene: past calls are counted by them."""
    version: str = ""
    script: str = ""
    case: str = ""
    caller_ids: tuple[str, ...] = ()
    """The pool: the history has the use of each. The first one of the decision's obligations is taken."""
    window_s: float = 86_400.0
    """The longest window that any rule of the policy looks back."""
    hold_s: float = 120.0
    """The attempt expires then unless it is settled: more than it takes to dial and ring."""
    shadow: bool = False
    """The call is placed whatever the decision says (a source that is only watched): the attempt is written with it."""


DEFAULT_TERMS = Terms()


class Reservation(msgspec.Struct, frozen=True):
    """The answer to one question. Only a `fresh` one may be dialled, once."""

    decision: Decision
    attempt: int | None = None
    """None: no attempt was written, nothing may be dialled."""
    fresh: bool = False
    """False of one that was reserved under the same key before: somebody has that answer already, and maybe dials.
    Whoever knows that it was never dialled settles it as `released`, and asks with another key."""
    state: State | None = None
    """Of the attempt now."""


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an attempt. May come twice, or in steps: answered first, effective at the end."""

    attempt: int
    state: State
    at: float | None = None
    """When it was dialled."""
    talked_until: float = 0.0
    """The end of the talk; of an `effective` one without it: now."""
    result: str = ""
    """The disposition; a later one replaces it."""
    call: str = ""
    """The call's id in the system that placed it."""
    recording: str = ""
    agent: str = ""
    ended: bool = True
    """False: the call is still up, and holds a channel of its caller id."""
    corrects: bool = False
    """Somebody says something else of the talk than before, or says it late: an `effective` one may become `answered`.
    Of all other states more may become known, and never less."""
    caller_id_rests_until: float = 0.0
    """Of one that the network blocked: its caller id is out of rotation until then."""


Outcome = Literal["settled", "repeated", "late", "kept", "unknown"]
"""Of a settlement. `repeated`: it said nothing new. `late`: the attempt had expired, and had counted for nothing
meanwhile; it counts now for what it was. `kept`: it said less than is known, or another end, and changed no state.
`unknown`: no such attempt."""


class Settled(msgspec.Struct, frozen=True):
    """The answer to a settlement."""

    outcome: Outcome
    state: State | None = None
    """Of the attempt now; None for `unknown`."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A call that another system placed, as its call records, or its events, tell it."""

    source: str
    call: str
    """Its id there. The same one again is the same attempt, and only settles it further."""
    at: float
    """When it was dialled."""
    number: str
    state: State
    person: str = ""
    account: str = ""
    scene: str = ""
    category: str = ""
    channel: str = ""
    campaign: str = ""
    agent: str = ""
    caller_id: str = ""
    case: str = ""
    script: str = ""
    recording: str = ""
    result: str = ""
    talked_until: float = 0.0
    within_s: float = 10.0
    """An attempt of the same source and number without a call id that began at most so long before or after is this
    one: it passed our gate, or was asked for over HTTP."""


class Recorded(msgspec.Struct, frozen=True):
    """The answer to a record. `added`: not seen before. `merged`: it settled an attempt that was asked for."""

    outcome: Literal["added", "merged", "settled", "repeated", "late", "kept"]
    attempt: int


class Attempt(msgspec.Struct):
    """One row of the ledger, in the order of the table's columns, without its decision."""

    id: int
    at: float
    state: State
    number: str
    person: str
    account: str
    scene: str
    category: str
    channel: str
    campaign: str
    dialled_at: float | None
    talked_until: float
    result: str
    origin: str
    source: str
    key: str
    call: str
    case_number: str
    agent: str
    caller_id: str
    version: str
    script: str
    recording: str
    policy: str
    verdict: str
    expires_at: float
    open: bool
    expired: bool
    late: bool
    settled_at: float | None


class Ledger(Protocol):
    """The port. For one event loop."""

    async def reserve(
        self, question: Question, subject: Subject, decide: Decide, terms: Terms = DEFAULT_TERMS
    ) -> Reservation:
        """Decide, and reserve the attempt if it is allowed, in one transaction that no other asker of this number,
        person, account or caller id is in. Never raises for what the database or `decide` does: that is a denial."""
        ...

    def refused(self, question: Question, category: str, decision: Decision) -> None:
        """Write a refusal that needed no past calls, some time soon: nobody waits for it, and one that the database
        does not take is lost. Never raises."""
        ...

    async def settle(self, settlement: Settlement) -> Settled:
        """Write what became of an attempt. Waits while the database is away; raises LedgerAway once it is closed."""
        ...

    async def record(self, records: Sequence[Record]) -> list[Recorded]:
        """Write calls of another system. As `settle` waits and raises; raises BadInput for what cannot be stored."""
        ...

    async def history(
        self, number: str, person: str, account: str, since: float, caller_ids: Sequence[str] = ()
    ) -> History:
        """What a decision would see now. Empty person or account: not by that. Nothing is reserved.

        Raises LedgerAway."""
        ...

    async def expire(self) -> int:
        """Release what was not settled in time, now; done by itself every half minute. The number of attempts."""
        ...

    async def close(self) -> None:
        """Write what is left, and let go of the database."""
        ...
