"""Rows of the governor's tables, made into a question, a callee and a history."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from dialer.governor.decisions import Decision
from dialer.governor.governor import decide
from dialer.governor.history import CallerIdUse, History, PastCall
from dialer.governor.policy import Policy
from dialer.governor.questions import Consent, Listed, Question, Subject
from dialer.governor.scene import Scene
from dsl.tree import parse
from tests.unit.dialer.governor.policies import SCENES, instant, policy_of

CALLEES = {
    "CN": ("+8613800138000", "Asia/Shanghai"),
    "US": ("+12125550123", "America/New_York"),
    "GB": ("+447700900123", "Europe/London"),
    "FR": ("+33612345678", "Europe/Paris"),
    "DE": ("+4915112345678", "Europe/Berlin"),
    "CA": ("+14165550123", "America/Toronto"),
    "AU": ("+61412345678", "Australia/Sydney"),
}
"""A number of each country, and the zone that it lies in."""

Row = Mapping[str, Any]


def rows(name: str) -> list[Row]:
    """Of a table beside this file."""
    read: list[Row] = parse((Path(__file__).parent / name).read_text(encoding="utf-8"), name).plain()
    return read


class Case:
    """One row: the words that both tables have."""

    def __init__(self, row: Row, policy: Policy, scenes: tuple[Scene, ...] = SCENES) -> None:
        self.policy = policy
        self._row = row
        self._number, zone = CALLEES[row.get("callee", "CN")]
        zones = row.get("zones", [zone])
        self.zone = row.get("zone") or (zones[0] if zones else zone)
        scene = next(one for one in scenes if one.name == row.get("scene", "care"))
        self._scene = scene
        self._categories = {one.name: one.category for one in scenes}
        self.question = Question(
            scene=scene.name,
            number=row.get("number", self._number),
            origin=row.get("origin", "campaign"),
            source=row.get("source", ""),
            person=row.get("person", "p1"),
            account=row.get("account", "a1"),
            campaign=row.get("campaign", "spring"),
            caller_id=row.get("caller_id", ""),
            attributes=row.get("attributes", {}),
        )
        self.subject = Subject(
            number=row.get("number", self._number),
            country=row.get("country", row.get("callee", "CN")),
            kinds=tuple(row.get("kinds", ["mobile"])),
            zones=tuple(zones),
            region=row.get("region", ""),
            lists=tuple(self._timed(entry, Listed) for entry in row.get("lists", ())),
            consents=tuple(self._timed(word, Consent) for word in row.get("consents", ())),
            exceptions=tuple(row.get("exceptions", ())),
            exceptions_until={name: self.at(end) for name, end in row.get("exceptions_until", {}).items()},
            tiers=tuple(row.get("tiers", ())),
            emergency=row.get("emergency", False),
            lists_as_of={name: self.at(taken) for name, taken in row.get("copies", {}).items()},
        )
        calls = [self._call(call) for call in row.get("calls", ())] + self._each(row.get("each"))
        self.history = History(
            tuple(sorted(calls, key=lambda call: -call.at)),
            tuple(self._timed(use, CallerIdUse) for use in row.get("caller_ids", ())),
        )

    def at(self, text: str) -> float:
        """An instant by the callee's clock."""
        return instant(text, self.zone)

    def decide(self, at: str) -> Decision:
        """The decision at an instant by the callee's clock."""
        return decide(self.policy, self.question, self.subject, self.history, self.at(at))

    def _timed(self, words: Row, kind: type[Any]) -> Any:
        instants = {"since", "until", "at", "blocked_until", "last_used"}
        made = {word: self.at(value) if word in instants else value for word, value in words.items()}
        if "starts" in made:
            made["starts"] = tuple(self.at(start) for start in made["starts"])
        return msgspec.convert(made, kind)

    def _call(self, words: str | Row) -> PastCall:
        if isinstance(words, str):
            day, clock, state, *result = words.split()
            words = {"at": f"{day} {clock}", "state": state, "result": " ".join(result)}
        filled = {
            "number": self._number,
            "person": "p1",
            "account": "a1",
            "scene": self._scene.name,
            "category": self._categories.get(words.get("scene", self._scene.name), ""),
            "channel": self._scene.channel,
            "campaign": "spring",
            **words,
        }
        ended = filled.pop("talked_until", None)
        return PastCall(**{**filled, "at": self.at(filled["at"]), "talked_until": self.at(ended) if ended else 0.0})

    def _each(self, words: Row | None) -> list[PastCall]:
        if words is None:
            return []
        first = self._call({"at": words["from"], "state": words["state"]})
        return [
            msgspec.structs.replace(first, at=first.at + words["step_s"] * index) for index in range(words["count"])
        ]


def check(case: Case, tried: list[str], rule: str | None) -> Decision:
    """Decide, and compare with `[TIME, VERDICT, …]`. `rule`: the only one that may be against it."""
    time, verdict, *more = tried
    decision = case.decide(time)
    told = "; ".join(f"{reason.rule}: {reason.detail}" for reason in decision.reasons)
    assert decision.verdict == verdict, f"{time}: {decision.verdict}, {told}"
    match verdict, more:
        case "deny", [part]:
            assert part in told
            assert decision.until is None
        case "defer", [until]:
            assert decision.until == case.at(until), f"{time}: until {decision.until}, {told}"
        case "allow", []:
            assert not decision.reasons
        case _:
            raise AssertionError(f"{tried}: an allow has no more, a deny a part of its reason, a defer its instant")
    if verdict != "allow" and rule is not None:
        assert [reason.rule for reason in decision.reasons] == [rule]
        assert all(reason.clause for reason in decision.reasons)
    assert decision.policy == case.policy.hash
    return decision


def applying(preset: str, pool: Row | None, zone: str) -> Policy:
    """A policy that does nothing but apply a preset."""
    pools = f"pools: {{main: {msgspec.json.encode(pool or {'+864000395183': {'certified': True}}).decode()}}}"
    return policy_of(f"policy: house\nlayer: group\napply: {preset}\n{pools}\n", zone=zone)
