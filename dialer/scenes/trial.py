"""Trial of test cases: each is put to the governor, and told where the answer is another one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calls.number_kinds import country_and_kinds, is_emergency
from calls.number_zones import zones
from dialer.governor.decisions import Decision
from dialer.governor.do_not_call import DoNotCall
from dialer.governor.governor import decide
from dialer.governor.policy import Policy
from dialer.governor.questions import Subject
from dialer.scenes.cases import Case


@dataclass(slots=True)
class Tried:
    """The result of one case. `differences` say what was expected and what came, with the place."""

    case: Case
    decision: Decision
    differences: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True if the answer was the expected one."""
        return not self.differences

    def __str__(self) -> str:
        lines = "".join(f"\n  {difference}" for difference in self.differences)
        return f"{self.case.mark}: {self.case.name}: {'as expected' if self.ok else 'another way'}{lines}"


def try_cases(policy: Policy, cases: Iterable[Case], region: str, zone: ZoneInfo) -> Iterator[Tried]:
    """Put every case to the policy. `region` is the site's, `zone` that in which instants are told."""
    for case in cases:
        decision = decide(policy, case.question, _subject(case, region, policy), case.history, case.at)
        yield Tried(case, decision, [f"{case.expect}: {told}" for told in _differences(case, decision, zone)])


def _subject(case: Case, region: str, policy: Policy) -> Subject:
    number = case.question.number
    copied = {name for rule in policy.rules if isinstance(rule.words, DoNotCall) for name in rule.words.lists}
    country, kinds = country_and_kinds(number)
    return Subject(
        number=number,
        country=country,
        kinds=kinds,
        zones=case.zones or zones(number, country),
        region=case.region,
        lists=case.lists,
        consents=case.consents,
        exceptions=case.exceptions,
        emergency=is_emergency(number, region),
        lists_as_of=dict.fromkeys(copied, case.at) | dict(case.copies),
    )


def _differences(case: Case, decision: Decision, zone: ZoneInfo) -> Iterator[str]:
    told = in_words(decision, zone)
    if decision.verdict != case.verdict:
        yield f"expected {case.verdict}{f' by {case.rule}' if case.rule else ''}, but it is: {told}"
    elif case.rule and not any(reason.rule == case.rule for reason in decision.reasons):
        yield f"expected {case.verdict} by {case.rule}, but it is: {told}"
    elif case.until is not None and case.until != decision.until:
        yield f"expected to be deferred until {_at(case.until, zone)}, but it is: {told}"
    else:
        found: Mapping[str, Any] = msgspec.to_builtins(decision.obligations)
        for word, wanted in case.obliges.items():
            if found[word] != (list(wanted) if isinstance(wanted, list) else wanted):
                yield f"expected that it obliges to {word} {wanted!r}, but it is {found[word]!r}"


def in_words(decision: Decision, zone: tzinfo) -> str:
    """A decision for people: the verdict, until when, and each rule with its reason."""
    until = f" until {_at(decision.until, zone)}" if decision.until is not None else ""
    reasons = "; ".join(f"{reason.rule}: {reason.detail}" for reason in decision.reasons)
    return f"{decision.verdict}{until}{f' ({reasons})' if reasons else ''}"


def _at(utc: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(utc, UTC).astimezone(zone).isoformat(sep=" ", timespec="seconds")
