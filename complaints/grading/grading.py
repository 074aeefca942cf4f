"""The grade of a case: every rule of grades.yaml that holds for its text and facts, and of these the most severe.

A condition that errs holds: a case that a broken rule would have raised is seen by a person, and the reason says why.
"""

from functools import lru_cache
from typing import Any

import msgspec

from complaints.grading import phrases
from complaints.grading.misheard import Misheard
from complaints.grading.quantities import Quantities, quantities
from complaints.grading.settings import Flow, Grades, GradeSettings, Rule
from complaints.grading.text import normal
from dsl.conditions import Budget, Erred, compiled, holds

QUANTITIES = Quantities.__struct_fields__
"""Variables of conditions that are numbers, read from the text."""


class Facts(msgspec.Struct, frozen=True):
    """What is known of a case beside its text. Times in seconds."""

    category: str = "complaint"
    channel: str = ""
    product: str = ""
    region: str = ""
    language: str = ""
    earlier_cases: int = 0
    """Cases of the same person that came in before, about the same matter as far as anybody can tell."""
    waited_s: float = 0.0
    """The wait for a person in the call that it came by."""
    vip: bool = False


FACTS = Facts.__struct_fields__


class Reason(msgspec.Struct, frozen=True):
    """Why a rule holds: its condition, its own words, and what was read in the text for it."""

    rule: str
    because: str
    found: dict[str, str | float] = {}

    def __str__(self) -> str:
        seen = ", ".join(f"{name}: {_shown(value)}" for name, value in self.found.items())
        return f"{self.because} ({seen})" if seen else self.because


NO_RULE = Reason("", "no rule says anything of it: a person looks first")


class Graded(msgspec.Struct, frozen=True):
    """A grade with its reasons. `is_unsure`: no rule held, so the kind's own grade stands until a person has looked."""

    grade: str
    kind: str
    reasons: tuple[Reason, ...]
    settings: GradeSettings
    is_unsure: bool = False

    @property
    def flow(self) -> Flow:
        """How it is handled."""
        return self.settings.flow


def grade(text: str, facts: Facts, grades: Grades) -> Graded:
    """Grade a case by what was written or said, and by its facts."""
    plain = _without(normal(text), grades.ignored)
    told = {**_signals(plain, grades), **msgspec.structs.asdict(quantities(plain, grades.rates))}
    values = {
        **msgspec.structs.asdict(facts),
        **{name: bool(hit) for name, hit in told.items() if isinstance(hit, str)},
    }
    values |= {name: hit for name, hit in told.items() if not isinstance(hit, str)}
    kind = grades.kind_of(facts.category)
    budget = Budget()
    held = [rule for rule in grades.rules if _concerns(rule, kind, grades) and _holds(rule, values, budget)]
    order = _order(kind, grades)
    settings = grades.kinds[kind]
    unknown = settings.unsure if plain else settings.silent or settings.unsure
    best = min((rule.grade for rule in held), key=order.index, default=unknown or order[-1])
    reasons = tuple(_reason(rule, told, values) for rule in held if rule.grade == best)
    into = next(name for name, of in grades.kinds.items() if best in of.grades)
    return Graded(best, into, reasons or (NO_RULE,), grades.grades[best], not held)


def signal(text: str, name: str, grades: Grades) -> str:
    """The words of a text that are this signal; empty where there are none, or each is denied."""
    return _signal(_without(normal(text), grades.ignored), name, grades)


def _signals(plain: str, grades: Grades) -> dict[str, str | float]:
    return {name: _signal(plain, name, grades) for name in grades.signals}


def _signal(plain: str, name: str, grades: Grades) -> str:
    words = grades.signals[name]
    found = phrases.find(plain, _patterns(words), phrases.denials(grades.negations))
    return found or (_misheard(words).find(plain) if name in grades.misheard else "")


def _without(plain: str, ignored: tuple[str, ...]) -> str:
    for pattern in _patterns(ignored):
        plain = pattern.sub(" ", plain)
    return plain


@lru_cache(maxsize=256)
def _misheard(words: tuple[str, ...]) -> Misheard:
    return Misheard(words)


@lru_cache(maxsize=256)
def _patterns(words: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(phrases.compiled(word) for word in words)


def _concerns(rule: Rule, kind: str, grades: Grades) -> bool:
    return rule.grade in grades.kinds[kind].grades or kind in rule.of


def _order(kind: str, grades: Grades) -> list[str]:
    """Grades from the most severe on: those of other kinds, which only rules that name this kind give, come first."""
    own = grades.kinds[kind].grades
    others = [grade for of in grades.kinds.values() for grade in of.grades if grade not in own]
    return [*others, *own]


def _holds(rule: Rule, values: dict[str, Any], budget: Budget) -> bool:
    try:
        return holds(rule.when, values, budget)
    except Erred:
        return True


def _reason(rule: Rule, told: dict[str, str | float], values: dict[str, Any]) -> Reason:
    try:
        named = compiled(rule.when).variables
        holds(rule.when, values)
    except (ValueError, Erred) as error:
        return Reason(rule.when, f"{rule.because}; the condition cannot be told: {error}")
    found = {name: told[name] if name in told else values.get(name, "") for name in named}
    return Reason(rule.when, rule.because, {name: value for name, value in found.items() if value})


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
