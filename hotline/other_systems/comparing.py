"""Comparing: what the gate said of other systems' calls in shadow, what it refused where it is enforced, and what the
rules of today say of all of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dialer.governor.decisions import Decision
from hotline.governing.past_calls import PastAttempt


@dataclass(slots=True)
class Compared:
    """One source in one span of time."""

    source: str
    """Empty: this house."""
    calls: int = 0
    """That were dialled."""
    allowed: int = 0
    """Of those: the gate was asked, and allowed them."""
    against: int = 0
    """Of those: the gate was asked and was against them, and they were dialled all the same: in shadow."""
    unasked: int = 0
    """Of those: nobody asked the gate. They came by call records, or were seen."""
    refused: int = 0
    """Questions that were refused, so that no call came of them: where it is enforced."""
    against_today: int = 0
    """Of the calls: those that the rules of today are against."""
    rules_in_shadow: Counter[str] = field(default_factory=Counter)
    rules_enforced: Counter[str] = field(default_factory=Counter)
    rules_today: Counter[str] = field(default_factory=Counter)


class Comparing:
    """Gathers what is known of each source."""

    def __init__(self) -> None:
        self._sources: dict[str, Compared] = {}

    def called(self, row: Mapping[str, Any]) -> None:
        """Take in an attempt of the ledger, with its decision."""
        if row["state"] == "released":
            return
        one = self._of(row["source"])
        one.calls += 1
        match row["verdict"]:
            case "":
                one.unasked += 1
            case "allow":
                one.allowed += 1
            case _:
                one.against += 1
                one.rules_in_shadow.update(_rules(row["decision"]))

    def refused(self, row: Mapping[str, Any]) -> None:
        """Take in a question that was refused, with its decision."""
        one = self._of(row["source"])
        one.refused += 1
        one.rules_enforced.update(_rules(row["decision"]))

    def judged(self, attempt: PastAttempt, decision: Decision) -> None:
        """Take in what the rules of today say of a call."""
        if decision.verdict != "allow":
            one = self._of(attempt.source)
            one.against_today += 1
            one.rules_today.update({reason.rule for reason in decision.reasons})

    def result(self, sources: Iterable[str] | None = None) -> list[Compared]:
        """By source; of these only."""
        wanted = None if sources is None else set(sources)
        return [one for name, one in sorted(self._sources.items()) if wanted is None or name in wanted]

    def _of(self, source: str) -> Compared:
        return self._sources.setdefault(source, Compared(source))


def _rules(decision: Mapping[str, Any] | None) -> set[str]:
    return set() if decision is None else {reason["rule"] for reason in decision["reasons"]}
