"""Past calls to one callee, as the ledger hands them to the governor; all instants are UTC epoch seconds.

Three counts are different things: **attempts** are calls that were dialled, whatever came of them; **talks** are those
in which both spoke (`effective`); **abandons** are answers for whom nobody was there. A reserved attempt counts as the
call that it may become, and as a talk, too: else two that are reserved at once could both use the last permitted one.
"""

from typing import Literal

import msgspec

State = Literal["reserved", "attempted", "answered", "effective", "abandoned", "blocked", "released"]
"""Of an attempt in the ledger. `reserved`: allowed, nothing is known yet. `attempted`: dialled, nobody answered.
`answered`: somebody did, but there was no talk (a machine, a wrong person, a few seconds). `effective`: a talk.
`abandoned`: answered, and nobody was there. `blocked`: the network refused it by its own analytics. `released`: never
dialled, or expired unsettled; counts for nothing."""


class PastCall(msgspec.Struct, frozen=True, array_like=True):
    """One attempt of the ledger, also one of another system."""

    at: float
    """When it was reserved, or dialled where that is known."""
    state: State
    number: str
    person: str = ""
    account: str = ""
    scene: str = ""
    category: str = ""
    channel: str = ""
    campaign: str = ""
    talked_until: float = 0.0
    """The end of the talk, 0 where there was none."""
    result: str = ""
    """The disposition: busy, no_answer, promise, refusal … as the site calls it."""


class CallerIdUse(msgspec.Struct, frozen=True):
    """The use of one caller id over all processes."""

    number: str
    channels: int = 0
    """Calls that are up or being dialled now."""
    starts: tuple[float, ...] = ()
    """Calls begun within the last second, oldest first."""
    blocked_until: float = 0.0
    """The network refused it; out of rotation until then."""
    last_used: float = 0.0


class History(msgspec.Struct, frozen=True):
    """All that the ledger knows for one decision.

    `calls` are those of the same number, person or account within the policy's longest window, newest first, each once.
    """

    calls: tuple[PastCall, ...] = ()
    caller_ids: tuple[CallerIdUse, ...] = ()


NOTHING = History()
