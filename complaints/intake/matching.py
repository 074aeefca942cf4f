"""Whether a new contact is a matter that is known: matches with their reasons, the certain ones apart from the rest.

A number that is withheld, empty or filled in is nobody: it never makes two strangers one person.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from complaints.grading.text import normal
from complaints.intake.contact import Contact, quoted_cases

_DAY_S = 86_400.0
_LEAST_WORDS = 12
"""Characters below which two strangers' texts are alike by chance."""


class Rules(msgspec.Struct, frozen=True):
    """How alike is alike. `certain`, `asked`: likeness of the words, 0 to 1. Days are between the two contacts."""

    certain: float = 0.5
    asked: float = 0.25
    strangers: float = 0.8
    """For what shares neither person nor account, and no name either, is not even asked below this."""
    certain_days: float = 14.0
    asked_days: float = 60.0


RULES = Rules()


class Candidate(msgspec.Struct, frozen=True):
    """A case that is known, with what came in for it."""

    case: str
    contacts: tuple[Contact, ...]
    category: str = ""
    product: str = ""


class Match(msgspec.Struct, frozen=True):
    """A case that the contact may belong to. `score` 0 to 1; `is_certain`: it is merged without asking anybody."""

    case: str
    score: float
    is_certain: bool
    reasons: tuple[str, ...]


def matches(contact: Contact, candidates: Iterable[Candidate], rules: Rules = RULES) -> list[Match]:
    """The cases that may be the same matter, the likeliest first. At most one is certain: of several none is."""
    found = [match for candidate in candidates if (match := _match(contact, candidate, rules)) is not None]
    found.sort(key=lambda match: (-match.is_certain, -match.score, match.case))
    certain = [match for match in found if match.is_certain]
    if len(certain) > 1 and certain[0].score == certain[1].score:
        found = [msgspec.structs.replace(match, is_certain=False) for match in found]
    return [
        match if place == 0 else msgspec.structs.replace(match, is_certain=False) for place, match in enumerate(found)
    ]


def _match(contact: Contact, candidate: Candidate, rules: Rules) -> Match | None:
    reasons: list[str] = []
    if candidate.case in quoted_cases(contact.words):
        reasons.append(f"it quotes case {candidate.case}")
    others = candidate.contacts
    if contact.reference and any(contact.reference == other.reference for other in others):
        reasons.append(f"the same reference {contact.reference}")
    is_sure = bool(reasons)
    person = bool(contact.person) and any(contact.person == other.person for other in others)
    account = bool(contact.owner) and any(contact.owner == other.owner for other in others)
    name = bool(contact.name) and any(contact.name.strip() == other.name.strip() for other in others)
    reasons += [told for told, holds in (("the same number", person), ("the same account", account)) if holds]
    reasons += ["the same name"] if name else []
    likeness = max(_likeness(contact.words, other.words) for other in others)
    days = min(abs(contact.at - one.at) for one in others) / _DAY_S
    is_same_product = not contact.product or not candidate.product or contact.product == candidate.product
    if likeness >= rules.asked:
        reasons.append(f"{likeness:.0%} of the words alike")
    reasons.append(f"{days:.1f} days apart")
    score = _score(is_sure, person or account, name, likeness, days, rules)
    is_known = person or account
    # two accounts that are both told and differ are two matters until somebody says otherwise
    contradicts = bool(contact.owner) and any(one.owner for one in others) and not account
    certain = is_sure or (
        is_known
        and not contradicts
        and is_same_product
        and contact.category == (candidate.category or contact.category)
        and likeness >= rules.certain
        and days <= rules.certain_days
    )
    asked = (
        certain
        or (is_known and days <= rules.asked_days and likeness >= rules.asked and is_same_product)
        or (name and likeness >= rules.certain and days <= rules.certain_days)
        or (likeness >= rules.strangers and days <= rules.certain_days and len(contact.words) >= _LEAST_WORDS)
    )
    return Match(candidate.case, round(score, 3), certain, tuple(reasons)) if asked else None


def _score(is_sure: bool, is_known: bool, name: bool, likeness: float, days: float, rules: Rules) -> float:
    if is_sure:
        return 1.0
    near = max(0.0, 1.0 - days / rules.asked_days)
    return 0.45 * is_known + 0.1 * name * (not is_known) + 0.35 * likeness + 0.1 * near


def _likeness(one: str, other: str) -> float:
    """How much of the shorter text is in the longer one, by pairs of neighbouring characters; 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    shorter = min(sum(first.values()), sum(second.values()))
    return sum((first & second).values()) / shorter if shorter else 0.0


@lru_cache(maxsize=4096)
def _pairs(text: str) -> Counter[str]:
    plain = "".join(sign if sign.isalnum() else " " for sign in normal(text))
    return Counter(plain[at : at + 2] for at in range(len(plain) - 1) if plain[at : at + 2].strip())
