"""Answers of the gate as data for machines, and in words. Numbers are masked; persons and accounts are not repeated."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calls.numbers import masked
from dialer.governor.decisions import Decision
from dialer.governor.history import History
from dialer.governor.questions import Consent
from hotline.governing.gate import Answer


def answer_as_data(answer: Answer, zone: ZoneInfo, counts: bool) -> dict[str, Any]:
    """All of an answer; instants are UTC epoch seconds, `until_at` is in `zone`. `counts`: past calls are known."""
    subject = answer.subject
    known: dict[str, Any] = {"number": masked(answer.question.number)}
    if subject is not None:
        known |= {
            "country": subject.country,
            "kinds": list(subject.kinds),
            "zones": list(subject.zones),
            "region": subject.region,
            "lists": sorted({one.list for one in subject.lists}),
            "person_known": bool(answer.question.person),
            "tiers": [one for one in subject.tiers if one],
            "consents": {_about(one): one.given for one in sorted(subject.consents, key=lambda one: one.at)},
            "exceptions": list(subject.exceptions),
        }
    return {
        "at": answer.at,
        "at_local": local(answer.at, zone),
        **decision_as_data(answer.decision, zone),
        "callee": known,
        "past_calls": counted(answer.history) if counts else None,
    }


def decision_as_data(decision: Decision, zone: ZoneInfo) -> dict[str, Any]:
    """A decision with its reasons and obligations."""
    found: dict[str, Any] = msgspec.to_builtins(decision)
    until = decision.until
    return {**found, "until_at": None if until is None else local(until, zone)}


def counted(history: History) -> dict[str, int]:
    """Past calls by state."""
    return dict(sorted(Counter(call.state for call in history.calls).items()))


def local(utc: float, zone: ZoneInfo) -> str:
    """An instant in a zone: `2026-11-24T08:30:00+08:00`."""
    return datetime.fromtimestamp(utc, UTC).astimezone(zone).isoformat(timespec="seconds")


def told(answer: Answer, zone: ZoneInfo, counts: bool) -> list[tuple[str, str]]:
    """An answer for people, line by line: a word and what stands behind it."""
    decision, subject = answer.decision, answer.subject
    lines: list[tuple[str, str]] = [("decision", decision.verdict)]
    if decision.until is not None:
        lines.append(("not before", local(decision.until, zone)))
    lines += [("scene", f"{decision.scene} {decision.version}".strip()), ("policy", decision.policy)]
    for reason in decision.reasons:
        detail = reason.detail + (f" [{reason.clause}]" if reason.clause else "")
        until = f", until {local(reason.until, zone)}" if reason.until is not None else ""
        lines.append((reason.verdict, f"{reason.rule}: {detail}{until}"))
    obligations = msgspec.to_builtins(decision.obligations)
    lines += [
        ("keep to", f"{word.replace('_', ' ')}: {', '.join(value) if isinstance(value, list | tuple) else value}")
        for word, value in obligations.items()
        if value
    ]
    lines += [("passed by", one) for one in decision.passed_by]
    lines.append(("number", masked(answer.question.number)))
    if subject is not None:
        kinds = " or ".join(subject.kinds)
        lines += [("kind", f"{kinds} of {subject.country or 'no known country'}"), ("zones", _zones(subject.zones))]
        if subject.lists:
            lines.append(("on lists", ", ".join(sorted({one.list for one in subject.lists}))))
        if subject.tiers:
            lines.append(("tier", " or ".join(one or "none" for one in subject.tiers)))
        lines += [("consent", _consent(one, zone)) for one in sorted(subject.consents, key=lambda one: one.at)]
        lines += [
            ("exception", one + (f", until {local(end, zone)}" if (end := subject.exceptions_until.get(one)) else ""))
            for one in subject.exceptions
        ]
        lines.append(("person", "known" if answer.question.person else "not known: the number stands for them"))
    if not counts:
        lines.append(("past calls", "not looked at: there is no ledger here"))
    else:
        seen = counted(answer.history)
        lines.append(("past calls", ", ".join(f"{count} {state}" for state, count in seen.items()) or "none"))
    return lines


def _about(word: Consent) -> str:
    return word.purpose + (f":{word.channel}" if word.channel else "")


def _consent(word: Consent, zone: ZoneInfo) -> str:
    by = f", calls by {word.channel}" if word.channel else ""
    until = f", until {local(word.until, zone)}" if word.until is not None else ""
    return f"{'given' if word.given else 'refused'} for {word.purpose}{by}, {local(word.at, zone)}{until}"


def _zones(zones: tuple[str, ...]) -> str:
    if not zones:
        return "not known"
    shown = ", ".join(zones[:3])
    return shown if len(zones) <= 3 else f"{shown} and {len(zones) - 3} more"
