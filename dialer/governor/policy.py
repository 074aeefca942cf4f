"""Policies, compiled: for each scene and place the rules that can apply there, and a hash over all that can change a
decision.

`dialer.governor.compiling.compile_policy` makes one of files; `dialer.governor.governor.decide` decides by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import chinese_calendar
import msgspec

from dialer.governor.asking import Asking
from dialer.governor.binding import Binding, Pool
from dialer.governor.caller_id import CallerIds
from dialer.governor.citation import Check, Citation
from dialer.governor.decisions import LAYERS, Obligations, Reason
from dialer.governor.durations import LOOK_AHEAD_S
from dialer.governor.hours import CallingHours
from dialer.governor.obliging import strictest
from dialer.governor.rule import Exemption, Rule
from dialer.governor.scene import Scene
from dialer.governor.scope import Scope, all_cover_place, all_cover_scene
from dialer.governor.sensitivity import Sensitivity
from dialer.governor.validity import floor_check
from dsl.conditions import compiled, holds

ENGINE = 1
"""Counted up when the same policy decides otherwise than in the release before."""
_MOST_PLACES = 4096  # countries and regions of one set of rules; then all are gathered anew

Guard = Callable[[Asking, float], bool]


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule that can apply to a scene and a place. `guard` None: it applies to every call there, at all times."""

    name: str
    rule: Rule | None
    """None: the floor that stands above all policies."""
    citation: Citation
    check: Check
    guard: Guard | None
    locked: bool


@dataclass(frozen=True, slots=True)
class Sparing:
    """An exception, or a rule that exempts: whom it holds for, and what it spares them."""

    name: str
    names: tuple[str, ...]
    granted: bool
    guard: Guard


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a decision on one scene and place looks at."""

    bounds: tuple[Bound, ...]
    caller_ids: tuple[Bound, ...]
    """Rules of that family: what they leave over is what all of them do."""
    sparings: tuple[Sparing, ...]
    obligations: Obligations
    """Of the rules that apply to every call."""
    obliging: tuple[tuple[Guard, int, Obligations], ...]
    """Of those that apply to some; with the rank of their layer."""
    static: tuple[tuple[int, Obligations], ...]


class RuleSet:
    """The rules that can apply to some scenes; several scenes share one."""

    def __init__(self, policy: Policy, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._policy = policy
        self._prepared: dict[tuple[str, str], Prepared] = {}

    def at(self, country: str, region: str) -> Prepared:
        """Those that can apply to numbers of this place; an empty word is not known."""
        prepared = self._prepared.get((country, region))
        if prepared is None:
            if len(self._prepared) >= _MOST_PLACES:
                self._prepared.clear()
            prepared = self._prepared[country, region] = self._prepare(country, region)
        return prepared

    def _prepare(self, country: str, region: str) -> Prepared:
        bounds: list[Bound] = [self._policy.floor]
        caller_ids: list[Bound] = []
        sparings: list[Sparing] = []
        static: list[tuple[int, Obligations]] = []
        obliging: list[tuple[Guard, int, Obligations]] = []
        for rule in self.rules:
            surely = all_cover_place(rule.scopes, country, region, doubtful=False)
            if rule.exempts:
                if surely:
                    sparings.append(_sparing_of(rule))
                continue
            if not all_cover_place(rule.scopes, country, region):
                continue
            replacers = [
                other
                for other in self.rules
                if rule.name in other.replaces and all_cover_place(other.scopes, country, region, doubtful=False)
            ]
            if any(_always(other) for other in replacers):
                continue
            guard = _guard(rule, replacers)
            check = self._policy.check_of(rule)
            if check is None and guard is not None:
                check = _nothing_against  # but its condition may err, and then it denies
            if check is not None:
                bound = Bound(rule.name, rule, rule.citation(), check, guard, rule.locked)
                (caller_ids if rule.family == "caller_id" else bounds).append(bound)
            if (oblige := rule.oblige.obligations()) != Obligations():
                if guard is None:
                    static.append((rule.rank, oblige))
                else:
                    obliging.append((guard, rule.rank, oblige))
        for exemption in self._policy.exemptions:
            if all_cover_place(exemption.scopes, country, region, doubtful=False):
                sparings.append(_sparing_of_exemption(exemption))
        return Prepared(
            tuple(bounds), tuple(caller_ids), tuple(sparings), strictest(static), tuple(obliging), tuple(static)
        )


class Policy:
    """All rules of a site. It never changes; what it remembers of earlier decisions only makes later ones quick.

    Raises ValueError for a rule whose words cannot be read: `compile_policy` finds these before.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        scenes: Iterable[Scene],
        pools: Mapping[str, Pool],
        exemptions: Iterable[Exemption] = (),
        *,
        defer_at_most_s: float = LOOK_AHEAD_S,
        environment: str = "",
    ) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.rank, rule.name)))
        self.exemptions = tuple(sorted(exemptions, key=lambda one: one.name))
        self.pools = dict(sorted(pools.items()))
        self.defer_at_most_s = defer_at_most_s
        """What may be later than this is denied."""
        self.environment = environment
        self.scenes: dict[str, tuple[Scene, RuleSet]] = {}
        self.history_s = max((rule.words.longest_s() for rule in self.rules if rule.words is not None), default=0.0)
        """How far back the rules look: the age of the oldest past call that History must have, in seconds."""
        ordered = sorted(scenes, key=lambda scene: scene.name)
        self._binding = Binding({scene.name: scene for scene in ordered}, self.pools)
        floor = Citation("governor.number", "validity", "law")
        self.floor = Bound(floor.rule, None, floor, floor_check(floor), None, locked=True)
        self._checks: dict[str, Check | None] = {}
        self._sets: dict[tuple[str, ...], RuleSet] = {}
        for rule in self.rules:  # what is wrong with one shows here, and not in a decision
            self.check_of(rule)
            if rule.when:
                compiled(rule.when)
        for scene in ordered:
            self.scenes[scene.name] = scene, self._set_of(scene)
        self.instants = tuple(sorted({*self._instants()}))
        """When a rule, an exception or an approval begins or ends, UTC epoch seconds."""
        self.hash = self._hash(self.rules, ordered, self.pools, self.exemptions)

    def scene_hash(self, name: str) -> str:
        """Of all that can change a decision on calls of this scene, its own entry aside: what an approval is bound to.

        Pools that no rule of the scene asks for, and exceptions that are about other scenes, are no part of it. Raises
        KeyError for a scene that is none.
        """
        scene, found = self.scenes[name]
        asked = [rule.words.pool for rule in found.rules if isinstance(rule.words, CallerIds)]
        pools = self.pools if () in asked else {one: self.pools[one] for names in asked for one in names}
        exemptions = [one for one in self.exemptions if all_cover_scene(one.scopes, scene)]
        return self._hash(found.rules, (), pools, exemptions)

    def check_of(self, rule: Rule) -> Check | None:
        """The rule, ready; None: it only obliges."""
        if rule.name not in self._checks:
            words = rule.words
            self._checks[rule.name] = None if words is None else words.bind(rule.citation(), rule.scopes, self._binding)
        return self._checks[rule.name]

    def _set_of(self, scene: Scene) -> RuleSet:
        rules = tuple(rule for rule in self.rules if all_cover_scene(rule.scopes, scene))
        key = tuple(rule.name for rule in rules)
        if key not in self._sets:
            self._sets[key] = RuleSet(self, rules)
        return self._sets[key]

    def _instants(self) -> Iterable[float]:
        for rule in self.rules:
            yield from (at for at in (rule.effective_from, rule.effective_until) if at is not None)
        for one in self.exemptions:
            yield from (at for at in (one.since, one.until) if at is not None)
        for scene, _ in self.scenes.values():
            yield from (at for at in (scene.approved_from, scene.approved_until) if at is not None)

    def _hash(
        self,
        rules: Iterable[Rule],
        scenes: Iterable[Scene],
        pools: Mapping[str, Pool],
        exemptions: Iterable[Exemption],
    ) -> str:
        decides = [msgspec.structs.replace(rule, about="", mark="", source="") for rule in rules]
        content: dict[str, Any] = {
            "engine": ENGINE,
            "environment": self.environment,
            "rules": decides,
            "scenes": list(scenes),
            "pools": pools,
            "exemptions": [msgspec.structs.replace(one, author="", reason="") for one in exemptions],
            "defer_at_most_s": self.defer_at_most_s,
            "decrees": _decrees() if any(_asks_decrees(rule) for rule in decides) else "",
        }
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:32]


def _nothing_against(asking: Asking, at: float) -> Reason | None:
    return None


def _asks_decrees(rule: Rule) -> bool:
    return isinstance(rule.words, CallingHours) and rule.words.hours.calendar == "cn"


def _decrees() -> str:
    """Of China's public holidays as this release knows them: a decree that is new changes decisions."""
    days = (chinese_calendar.constants.holidays, chinese_calendar.constants.workdays)
    return hashlib.sha256(repr([sorted(map(str, one)) for one in days]).encode()).hexdigest()


def _looks_at_calls(scopes: Iterable[Scope]) -> bool:
    return any(scope.looks_at_calls for scope in scopes)


def _always(rule: Rule) -> bool:
    """Whether it applies to every call of the scenes and places that it covers."""
    return (
        not rule.when
        and rule.effective_from is None
        and rule.effective_until is None
        and not _looks_at_calls(rule.scopes)
    )


def _guard(rule: Rule, replacers: Iterable[Rule]) -> Guard | None:
    """Whether the rule applies to a call at an instant."""
    own = None if _always(rule) else _applies(rule, doubtful=True)
    others = [_applies(other, doubtful=False) for other in replacers]
    if not others:
        return own

    def guard(asking: Asking, at: float) -> bool:
        return (own is None or own(asking, at)) and not any(other(asking, at) for other in others)

    return guard


def _applies(rule: Rule, *, doubtful: bool) -> Guard:
    scopes = tuple(scope for scope in rule.scopes if scope.looks_at_calls)
    when = rule.when

    def applies(asking: Asking, at: float) -> bool:
        return (
            rule.in_effect(at)
            and all(scope.covers_call(asking, at, doubtful=doubtful) for scope in scopes)
            and (not when or holds(when, asking.values()))
        )

    return applies


def _sparing_of(rule: Rule) -> Sparing:
    words, applies = rule.words, _applies(rule, doubtful=False)

    def guard(asking: Asking, at: float) -> bool:
        return isinstance(words, Sensitivity) and applies(asking, at) and words.concerns(asking, at)

    return Sparing(rule.name, words.spared if isinstance(words, Sensitivity) else (), granted=False, guard=guard)


def _sparing_of_exemption(exemption: Exemption) -> Sparing:
    scopes = exemption.scopes

    def guard(asking: Asking, at: float) -> bool:
        return (
            exemption.in_effect(at)
            and all_cover_scene(scopes, asking.scene)
            and all(scope.covers_call(asking, at, doubtful=False) for scope in scopes)
        )

    return Sparing(exemption.name, exemption.rules, granted=exemption.holds_for == "granted", guard=guard)


RANKS = {layer: rank for rank, layer in enumerate(LAYERS)}
