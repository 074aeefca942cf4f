"""Policies, read: YAML in, rules out, and all that is wrong with its place and the nearest right word.

policy: house
layer: group                                   # law, region, group, product, scene, customer
effective: {from: 2026-12-01, until: 2027-11-30}    # both days included
apply: [cn.gbt45251, cn.cba2026.attempts]      # presets
for: {country: CN}                             # of all rules of this file
rules:
  not_in_the_evening:
    for: {category: [marketing, survey]}
    hours: {week: {mon-fri: 09:00-19:00}}
    cite: Outbound measures, article 12
    locked: true
exceptions:
  clinic: {rules: house.not_in_the_evening, for: {scene: clinic_recall}, holds_for: all,
           author: Wang Fang, reason: patients asked for evenings, until: 2027-03-31}
"""

import re
from datetime import timedelta

import msgspec

from dialer.governor.asking import VALUES
from dialer.governor.binding import CallerId
from dialer.governor.decisions import LAYERS
from dialer.governor.durations import LOOK_AHEAD_S, Duration, in_words, seconds
from dialer.governor.hours import CallingHours
from dialer.governor.obliging import Obliging
from dialer.governor.reader import Reader
from dialer.governor.records import read_record
from dialer.governor.rule import FAMILIES, OBLIGE, Exemption, FamilyName, PolicyFile, Rule, Words
from dialer.governor.scope import Scope
from dialer.governor.sensitivity import Sensitivity
from dialer.governor.validity import Validity
from dsl.calendars import read_hours_of_week
from dsl.conditions import FUNCTIONS, compiled
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem

POLICY_NAME = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
NUMBER = r"^(\+[1-9][0-9]{6,14}|[0-9]{3,8})$"
FILE_WORDS = (
    "policy", "layer", "about", "effective", "apply", "for", "rules", "exceptions", "pools", "defer_at_most", "mark",
    "source",
)  # fmt: skip
RULE_WORDS = ("for", "when", "cite", "locked", "replaces", "effective", "oblige", "about", "mark", "source")


class ExceptionWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"since": "from"}):
    """The words of an exception; `for:` is read apart."""

    rules: tuple[str, ...]
    author: str
    reason: str
    until: str
    since: str = ""
    holds_for: str = "granted"
    cite: str = ""


class CallerIdWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of a number of a pool."""

    certified: bool = False
    certified_until: str = ""
    display_name: str = ""
    country: str = ""
    region: str = ""
    channels: int | None = None
    calls_per_second: int | None = None


class _Limits(msgspec.Struct, frozen=True):
    defer_at_most: Duration = ""


def read_policy(root: Node, zone: str, problems: list[Problem]) -> PolicyFile | None:
    """Read one file; None where it has no name or layer. With any problem that is no warning it must not be used.

    `zone` (IANA) is that of the days of `effective` and `until`. A rule whose words are wrong is left out.
    """
    return _File(root, zone, problems).read()


class _File(Reader):
    def read(self) -> PolicyFile | None:
        root, items = self.root, self.root.items
        if not root.is_mapping:
            self.wrong(root.mark, "policy", f"a mapping with policy, layer and rules is wanted, not {root.kind}")
            return None
        self.known(root, FILE_WORDS, "a policy")
        name, layer = self.text(items.get("policy")), self.text(items.get("layer"))
        if not re.match(POLICY_NAME, name):
            at = items["policy"].mark if "policy" in items else root.mark
            self.wrong(
                at, "policy-name", "policy: a name is wanted, small letters, digits, _ and dots: `policy: house`"
            )
            return None
        if layer not in LAYERS:
            at = items["layer"].mark if "layer" in items else root.mark
            wrong = f"{layer!r} is none" if layer else "it is missing"
            self.wrong(
                at, "policy-layer", f"layer: one of {', '.join(LAYERS)} is wanted; {wrong}{nearest_hint(layer, LAYERS)}"
            )
            return None
        (known_layer,) = (one for one in LAYERS if one == layer)
        scopes = self.scopes(items.get("for"), name)
        span = self.span(items.get("effective"), name)
        rules = []
        for rule_name, node in self.entries(items.get("rules"), "rules"):
            rule = self._rule(f"{name}.{rule_name}", node, known_layer, scopes, span)
            if rule is not None:
                rules.append(rule)
        exemptions = [
            one
            for exception, node in self.entries(items.get("exceptions"), "exceptions")
            if (one := self._exemption(f"{name}.{exception}", node, scopes)) is not None
        ]
        return PolicyFile(
            name=name,
            layer=known_layer,
            rules=tuple(rules),
            apply=self._applied(items.get("apply")),
            exemptions=tuple(exemptions),
            pools=self._pools(items.get("pools")),
            defer_at_most_s=self._defer_at_most(items.get("defer_at_most")),
            about=self.text(items.get("about")),
            mark=self.mark(items.get("mark"), name),
            source=self.text(items.get("source")),
        )

    def _rule(
        self,
        name: str,
        node: Node,
        layer: object,
        scopes: tuple[Scope, ...],
        outer: tuple[float | None, float | None],
    ) -> Rule | None:
        items = node.items
        self.known(node, (*FAMILIES, *RULE_WORDS), "a rule")
        families = [word for word in FAMILIES if word in items]
        if len(families) > 1:
            at = items[families[1]].key_mark or items[families[1]].mark
            self.wrong(at, "policy-family", f"{name}: one family a rule, not {' and '.join(families)}: write two rules")
            return None
        if not families and OBLIGE not in items:
            self.wrong(
                node.key_mark or node.mark, "policy-family",
                f"{name}: a family is missing; there are {', '.join(FAMILIES)}, and {OBLIGE}",
            )  # fmt: skip
            return None
        family = families[0] if families else None
        words = self._words(family, items[family], name) if family else None
        if family and words is None:
            return None
        oblige = read_record(items[OBLIGE], Obliging, f"{name}, oblige", self.problems) if OBLIGE in items else None
        since, until = self.span(items.get("effective"), name)
        return Rule(
            name=name,
            layer=next(one for one in LAYERS if one == layer),
            family=family or "oblige",
            words=words,
            scopes=(*scopes, *self.scopes(items.get("for"), name)),
            when=self._when(items.get("when"), name),
            oblige=oblige or Obliging(),
            cite=self.text(items.get("cite")),
            locked=self.flag(items.get("locked"), name),
            replaces=self.names(items.get("replaces")),
            effective_from=max((one for one in (outer[0], since) if one is not None), default=None),
            effective_until=min((one for one in (outer[1], until) if one is not None), default=None),
            about=self.text(items.get("about")),
            mark=self.mark(items.get("mark"), name),
            source=self.text(items.get("source")),
        )

    def _words(self, family: FamilyName, node: Node, name: str) -> Words | None:
        if family == "hours":
            before = len(self.problems)
            hours = read_hours_of_week(node, name, None, self.problems)
            return CallingHours(hours) if len(self.problems) == before else None
        words = read_record(node, FAMILIES[family], f"{name}, {family}", self.problems)
        if isinstance(words, Validity):
            self.places(node, words.countries, (), name)
        if isinstance(words, Sensitivity) and (words.then == "exempt") != bool(words.spared):
            self.wrong(
                node.mark, "policy-words", f"{name}: `then: exempt` and `from:` (the rules that are spared) go together"
            )
        return words  # type: ignore[return-value]  # FAMILIES maps each name to a record of Words

    def _when(self, node: Node | None, name: str) -> str:
        text = self.text(node)
        if node is None or not text:
            return ""
        try:
            expression = compiled(text)
        except ValueError as error:
            self.wrong(node.mark, "policy-condition", f"{name}, when: {error}")
            return ""
        for variable in expression.variables:
            if variable not in VALUES:
                message = f"{variable} is not known to a condition{nearest_hint(variable, VALUES)}; there are "
                self.wrong(node.mark, "policy-condition", f"{name}, when: {message}{', '.join(VALUES)}")
        for function in expression.functions:
            if function not in FUNCTIONS:
                hint = nearest_hint(function, sorted(FUNCTIONS))
                self.wrong(node.mark, "policy-condition", f"{name}, when: there is no function {function}{hint}")
        return text

    def _applied(self, node: Node | None) -> tuple[str, ...]:
        names = self.names(node)
        for index, name in enumerate(names):
            if node is not None and name in names[:index]:
                self.wrong(node.children[index].mark, "preset-twice", f"{name} is applied twice", warning=True)
        return tuple(dict.fromkeys(names))

    def _exemption(self, name: str, node: Node, scopes: tuple[Scope, ...]) -> Exemption | None:
        plain = Node({word: inside for word, inside in node.items.items() if word != "for"}, node.mark, node.key_mark)
        words = read_record(plain, ExceptionWords, name, self.problems)
        if words is None:
            return None
        for word in ("author", "reason"):
            if not getattr(words, word).strip():
                self.wrong(node.items[word].mark, "policy-exception", f"{name}: {word} must say something")
        until = self.day(node, "until", words.until, name)
        since = self.day(node, "from", words.since, name) if words.since else None
        if words.holds_for not in ("granted", "all"):
            hint = nearest_hint(words.holds_for, ("granted", "all"))
            message = f"{name}: holds_for is granted (to whom it was granted one by one) or all{hint}"
            self.wrong(node.items["holds_for"].mark, "policy-exception", message)
        if until is None:
            return None
        return Exemption(
            name=name,
            rules=words.rules,
            author=words.author,
            reason=words.reason,
            until=self.midnight(until + timedelta(days=1)),
            since=None if since is None else self.midnight(since),
            scopes=(*scopes, *self.scopes(node.items.get("for"), name)),
            holds_for="all" if words.holds_for == "all" else "granted",
            cite=words.cite,
        )

    def _pools(self, node: Node | None) -> dict[str, dict[str, CallerId]]:
        pools: dict[str, dict[str, CallerId]] = {}
        for pool, inside in self.entries(node, "pools"):
            numbers = pools.setdefault(pool, {})
            for number, entry in inside.items.items():
                if not re.match(NUMBER, number):
                    message = (
                        f"{pool}: {number!r} is no number as it is shown: +864000395183, or a short code in quotes"
                    )
                    self.wrong(entry.key_mark or entry.mark, "policy-number", message)
                    continue
                words = read_record(entry, CallerIdWords, f"{pool}, {number[:4]}…", self.problems)
                if words is not None:
                    numbers[number] = self._caller_id(entry, words, pool)
        return pools

    def _caller_id(self, node: Node, words: CallerIdWords, pool: str) -> CallerId:
        last = self.day(node, "certified_until", words.certified_until, pool) if words.certified_until else None
        return CallerId(
            certified=words.certified or last is not None,
            certified_until=None if last is None else self.midnight(last + timedelta(days=1)),
            display_name=words.display_name,
            country=words.country,
            region=words.region,
            channels=words.channels,
            calls_per_second=words.calls_per_second,
        )

    def _defer_at_most(self, node: Node | None) -> float | None:
        if node is None:
            return None
        whole = Node({"defer_at_most": node}, node.mark)
        words = read_record(whole, _Limits, "policy", self.problems)
        if words is None:
            return None
        try:
            length = seconds(words.defer_at_most)
        except ValueError as error:
            self.wrong(node.mark, "policy-words", f"defer_at_most: {error}")
            return None
        if length > LOOK_AHEAD_S:
            message = f"defer_at_most: {node.text} is more than the governor looks ahead, {in_words(LOOK_AHEAD_S)}"
            self.wrong(node.mark, "policy-words", message)
        return length
