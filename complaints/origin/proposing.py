"""Proposals of a call that a case is about, each with its reasons: certain ones apart from what a person is asked.

A number that is nobody's names no call. That somebody was called is no reason by itself to be certain: their words must
say that it is about a call, or name it.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from calls.identity import known_by
from complaints.grading.grading import signal
from complaints.grading.settings import Grades, OriginSettings
from complaints.intake.contact import Contact

_DAY_S = 86_400.0
_CLOCKS_APART_S = 120.0
"""Another system's clock, and the customer's own, may be ahead of ours by so much."""
_NEAR_S = 2 * 3_600.0
"""A time that the customer tells is right within so much."""
NAMING = ("attempt", "about_call", "call")
"""Fields of a contact that may name the call."""
_MOST = 5
_SHOWN = "it names the number that was shown"
_DIGITS = re.compile(r"\d(?:[ -]?\d){6,}")
_NATIONAL = 8
"""Of a caller id so many digits at the end are the number as people write it down."""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was placed, as the ledger has it. `at` is UTC epoch seconds; `source` is empty for this house."""

    attempt: int
    at: float
    number: str
    state: str
    person: str = ""
    account: str = ""
    scene: str = ""
    campaign: str = ""
    channel: str = ""
    source: str = ""
    agent: str = ""
    caller_id: str = ""
    call: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """A call that a case may be about. `score` 0 to 1; `is_certain`: it is linked without asking anybody."""

    attempt: int
    score: float
    is_certain: bool
    reasons: tuple[str, ...]


def proposals(
    contact: Contact, persons: Sequence[str], placed: Iterable[Placed], grades: Grades | None
) -> list[Proposal]:
    """The calls that a contact may be about, the likeliest first, five at most. At most one is certain.

    `persons`: keys of the people whose number or account it is. `placed`: calls to them, in any order.
    """
    rules = OriginSettings() if grades is None else grades.origin
    words = _words(contact, grades)
    found = [one for call in placed if (one := _proposal(contact, persons, call, words, rules)) is not None]
    found.sort(key=lambda one: (-one[0].score, -one[1].at, -one[1].attempt))
    sure = _certain(found, bool(words), contact.at, rules)
    return [msgspec.structs.replace(one, is_certain=one.attempt == sure) for one, _ in found[:_MOST]]


def _words(contact: Contact, grades: Grades | None) -> str:
    """The words that say that it is about a call; empty where there are none."""
    if grades is None:
        return ""
    return next((hit for name in grades.origin.about if (hit := signal(contact.words, name, grades))), "")


def _proposal(
    contact: Contact, persons: Sequence[str], call: Placed, words: str, rules: OriginSettings
) -> tuple[Proposal, Placed] | None:
    named = _named(contact, call)
    who = _who(contact, persons, call)
    before_s = contact.at - call.at
    if before_s < -_CLOCKS_APART_S or (not named and (not who or before_s > rules.days * _DAY_S)):
        return None
    reasons = [*named, *who]
    if words:
        reasons.append(f"it is about a call ({words})")
    shown = _shows(contact, call)
    if shown:
        reasons.append(_SHOWN)
    told = _told_at(contact, call)
    if told is not None:
        reasons.append(f"{told / 60:.0f} minutes from the time that is told")
    reasons.append(f"{max(0.0, before_s) / _DAY_S:.1f} days before")
    near = max(0.0, 1.0 - before_s / (rules.days * _DAY_S)) if rules.days else 0.0
    answered = call.state in ("answered", "effective", "abandoned")
    score = 1.0 if named else 0.4 + 0.2 * bool(words) + 0.15 * shown + 0.1 * (told is not None) + 0.05 * answered
    return Proposal(call.attempt, round(min(1.0, score + 0.1 * near), 3), bool(named), tuple(reasons)), call


def _certain(found: Sequence[tuple[Proposal, Placed]], words: bool, at: float, rules: OriginSettings) -> int | None:
    """The attempt that is linked without asking: the one that is named, else the likeliest where all that are as likely
    to be meant are of one scene."""
    named = [call.attempt for one, call in found if one.is_certain]
    if named:
        return named[0] if len(named) == 1 else None
    if not words:
        return None
    recent = [(one, call) for one, call in found if at - call.at <= rules.certain_days * _DAY_S]
    if not recent:
        return None
    shown = [(one, call) for one, call in recent if _SHOWN in one.reasons]
    meant = shown or recent
    return meant[0][1].attempt if len({(call.scene, call.source) for _, call in meant}) == 1 else None


def _named(contact: Contact, call: Placed) -> list[str]:
    """It was told which call it is: by its number in the ledger, or by its id in the system that placed it; or it was
    opened from that very call."""
    told = {name: str(contact.fields.get(name, "")).strip() for name in NAMING}
    by_id = bool(call.call) and call.call in (told["about_call"], told["call"])
    return ["it names this call"] if by_id or told["attempt"] == str(call.attempt) else []


def _who(contact: Contact, persons: Sequence[str], call: Placed) -> list[str]:
    person = str(contact.fields.get("person", ""))
    same = (
        ("the same number", bool(contact.person) and contact.person == known_by(call.number)),
        ("the same account", bool(contact.owner) and contact.owner == call.account),
        ("the same person", bool(call.person) and call.person in (*persons, person)),
    )
    return [word for word, holds in same if holds]


def _shows(contact: Contact, call: Placed) -> bool:
    """Whether a number of the text is the caller id that the callee saw."""
    shown = "".join(sign for sign in call.caller_id if sign.isdigit())[-_NATIONAL:]
    if len(shown) < _NATIONAL:
        return False
    numbers = ["".join(sign for sign in hit if sign.isdigit()) for hit in _DIGITS.findall(contact.words)]
    own = contact.person.lstrip("+")
    return any(number.endswith(shown) and not own.endswith(number[-_NATIONAL:]) for number in numbers)


def _told_at(contact: Contact, call: Placed) -> float | None:
    """How far the call is from the time that the customer tells, in seconds; None where none is told, or too far."""
    told = contact.fields.get("called_at")
    if not isinstance(told, int | float) or isinstance(told, bool) or abs(told - call.at) > _NEAR_S:
        return None
    return abs(told - call.at)
