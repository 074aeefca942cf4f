"""What the parts of a soak agree on: tones, kinds of calls, what the phones are asked for, a line of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bench import script
from calls.ids import Seconds

WELCOME_HZ = 300.0  # said by the switch alone, while the controller is away
MENU_HZ = script.FIRST_HZ
NOTED_HZ = 500.0
BEEP_HZ = 600.0
TOLD_HZ = script.SECOND_HZ
SURVEY_HZ = 800.0
OFFER_HZ = 900.0
AGENT_HZ = script.AGENT_HZ
KEPT_HZ = 1_200.0
CALLER_HZ = 1_400.0
BYE_HZ = 1_600.0
ASKED_HZ = 1_700.0
CALLEE_HZ = 1_800.0
TONES_HZ = (
    WELCOME_HZ, MENU_HZ, NOTED_HZ, BEEP_HZ, TOLD_HZ, SURVEY_HZ, OFFER_HZ, AGENT_HZ, KEPT_HZ, CALLER_HZ, BYE_HZ,
    ASKED_HZ, CALLEE_HZ,
)  # fmt: skip

NUMBER = "9000"
OUTSIDE = "+8613900000000"
"""The number outside that flows transfer to."""
NEVER_SENT = -1
"""The status of a call that our phone could not place: no row is owed to it."""
HANDED_TO = "81"
"""The code by which agents hand callers on: to the desk, where another agent has them."""
COLLEAGUE = "2001"
"""The account that flows transfer to; it is in no queue."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of call: its share of all, and the outcomes that its row may have when nothing disturbed it."""

    weight: int
    outcomes: frozenset[str]
    key: str = ""
    """The key of the menu; empty: none is pressed."""
    talks: int = 0
    """The number of talks with agents that it has at least."""


def _is(*outcomes: str) -> frozenset[str]:
    return frozenset(outcomes)


KINDS: dict[str, Kind] = {
    "talks": Kind(38, _is("answered"), "1"),
    "is_handed_on": Kind(4, _is("answered"), "1", talks=2),
    "complains": Kind(8, _is("answered"), "2"),
    "leaves_message": Kind(8, _is("message"), "3"),
    "declines_recording": Kind(6, _is("answered"), "4"),
    "waits": Kind(8, _is("answered"), "5"),
    "gives_up_waiting": Kind(8, _is("abandoned"), "5"),
    "books_callback": Kind(8, _is("answered"), "5"),
    "not_there_when_called_back": Kind(1, _is("unreached"), "5"),
    "is_transferred_outside": Kind(4, _is("transferred"), "6"),
    "is_transferred_to_colleague": Kind(3, _is("transferred", "self_service"), "7"),  # who may be busy
    "hangs_up_in_menu": Kind(4, _is("left_in_menu")),
}
"""The kinds of calls. A new one is a line here and a walk in `bench.soak.walks`."""


class Keep(msgspec.Struct, frozen=True, tag="keep", tag_field="do"):
    """Keep calls coming, `rate` a second on average, until `Enough`; each that is over is a line of the file `ledger`.

    The agents' phones talk for `talk_s` (least, most); some ring in vain.
    """

    rate: float
    ledger: str
    talk_s: tuple[Seconds, Seconds] = (1.0, 3.0)
    seed: int = 1


class Look(msgspec.Struct, frozen=True, tag="look", tag_field="do"):
    """How is it going?"""


class Enough(msgspec.Struct, frozen=True, tag="enough", tag_field="do"):
    """No new calls."""


Request = Keep | Look | Enough


class Going(msgspec.Struct, frozen=True):
    """Calls so far, and now."""

    placed: int
    over: int
    failed: int
    """Calls that did not go as their kind says; kills and publishes may be the reason."""
    now: int
    """Callers, and people who are called, on the line."""
    owed: int
    """Callers who hung up and await a call back."""
    agents: int
    """Calls at agents' phones."""


class Talk(msgspec.Struct, frozen=True):
    """A talk as the phones heard it: from when the agent heard the caller until it ended. Epoch seconds."""

    agent: str
    began_at: float
    ended_at: float


class Line(msgspec.Struct, frozen=True):
    """A line of the ledger: one call that a caller placed, and what its phone knows of it. Epoch seconds."""

    caller: str
    kind: str
    dialled_at: float
    ended_at: float
    """The end of all of it, a callback included."""
    answered: bool
    status: int
    """SIP's final answer."""
    wrong: str = ""
    """What did not go as the kind says; empty: nothing."""
    talks: tuple[Talk, ...] = ()
    score: str = ""
    """The key that was pressed in the survey."""
    hung_up: bool = False
    """Whether the caller ended the call."""


def agents_for(rate: float) -> tuple[list[str], list[str]]:
    """Accounts of agents for so many calls a second: those of the desk, and those who are asked for after a wait."""
    total = sum(kind.weight for kind in KINDS.values())

    def count(keys: str, busy_s: float) -> int:
        share = sum(kind.weight for kind in KINDS.values() if kind.key and kind.key in keys) / total
        return 3 + round(rate * share * busy_s)

    desk, slow = count("124", 4.0), count("5", 5.0)
    return [str(1_001 + n) for n in range(desk)], [str(1_501 + n) for n in range(slow)]


def ledger_of(lines: Sequence[bytes]) -> list[Line]:
    """The lines of a ledger."""
    return [msgspec.json.decode(line, type=Line) for line in lines if line.strip()]
