"""Policies of a site and the presets that they apply, made into one that decides.

The order of files and of rules in them does not matter. With any problem that is no warning there is no policy.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dialer.governor.binding import Binding, CallerId
from dialer.governor.caller_id import CallerIds
from dialer.governor.checks import findings
from dialer.governor.durations import LOOK_AHEAD_S
from dialer.governor.policy import Policy
from dialer.governor.reading import read_policy
from dialer.governor.rule import FAMILIES, Exemption, PolicyFile, Rule, spares
from dialer.governor.scene import Scene
from dialer.governor.sensitivity import Sensitivity
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem


@dataclass(frozen=True, slots=True)
class Compiled:
    """`policy` None: with one of the problems it cannot be used."""

    policy: Policy | None
    problems: list[Problem]

    @property
    def errors(self) -> list[Problem]:
        """The problems that are no mere warnings."""
        return [problem for problem in self.problems if not problem.warning]


def compile_policy(
    files: Mapping[str, Node],
    presets: Mapping[str, Node],
    scenes: Iterable[Scene],
    *,
    zone: str = "UTC",
    today: date | None = None,
    environment: str = "",
    earlier: bool = False,
) -> Compiled:
    """Compile the policies of a site.

    `files` and `presets`: parsed, by path. `zone` (IANA): that of the days of `effective` and `until`. `today`: to
    find what is over already; None: that is not looked for. `environment`: what else changes decisions, such as the
    release of the time zone database; it is part of the hash. `earlier`: the policies were checked with other scenes
    than these; a rule of one that has gone covers nothing, and is no error.
    """
    return _Compiling(files, presets, list(scenes), zone, today, environment, earlier).compiled()


class _Compiling:
    def __init__(
        self,
        files: Mapping[str, Node],
        presets: Mapping[str, Node],
        scenes: list[Scene],
        zone: str,
        today: date | None,
        environment: str,
        earlier: bool,
    ) -> None:
        self._earlier = earlier
        self._scenes = scenes
        self._today = today
        self._environment = environment
        self._zone = zone
        self._problems: list[Problem] = []
        self._roots: dict[str, Node] = {}
        self._presets = self._read(presets)
        self._files = self._read(files)

    def _wrong(self, mark: Mark, rule: str, message: str, *, warning: bool = False) -> None:
        self._problems.append(Problem(mark, rule, message, warning))

    def _read(self, roots: Mapping[str, Node]) -> dict[str, PolicyFile]:
        found: dict[str, PolicyFile] = {}
        for _, root in sorted(roots.items()):
            read = read_policy(root, self._zone, self._problems)
            if read is None:
                continue
            if read.name in self._roots:
                other = self._roots[read.name].file
                self._wrong(root.find(("policy",)).mark, "policy-name", f"{read.name} is already the policy of {other}")
                continue
            found[read.name] = read
            self._roots[read.name] = root
        return found

    def compiled(self) -> Compiled:
        rules = {rule.name: rule for one in self._files.values() for rule in one.rules}
        applied = self._applied()
        rules |= applied
        exemptions = [exemption for one in self._files.values() for exemption in one.exemptions]
        pools = self._pools()
        self._check_replaced(rules)
        self._check_spared(rules, exemptions)
        if not self._earlier:
            self._check_scopes(rules, exemptions)
        self._check_pools(rules, pools)
        self._check_values(rules, pools)
        places = {name: self._place(name, "rules") for name in rules}
        places |= {one.name: self._place(one.name, "exceptions") for one in exemptions}
        if not self._earlier and not any(not problem.warning for problem in self._problems):
            self._problems += findings(rules.values(), exemptions, self._scenes, self._today, places, applied)
        problems = sorted(self._problems, key=lambda problem: problem.order)
        if any(not problem.warning for problem in problems):
            return Compiled(None, problems)
        limits = [one.defer_at_most_s for one in self._files.values() if one.defer_at_most_s is not None]
        policy = Policy(
            rules.values(),
            self._scenes,
            pools,
            exemptions,
            defer_at_most_s=min(limits, default=LOOK_AHEAD_S),
            environment=self._environment,
        )
        return Compiled(policy, problems)

    def _applied(self) -> dict[str, Rule]:
        known = {rule.name: rule for preset in self._presets.values() for rule in preset.rules}
        rules: dict[str, Rule] = {}
        first: dict[str, str] = {}
        for file in self._files.values():
            root = self._roots[file.name]
            for index, name in enumerate(file.apply):
                mark = _of_list(root, ("apply",), index, name).mark
                fitting = {
                    rule: known[rule] for rule in known if rule == name or rule.startswith(f"{name}.")
                }  # a preset, all presets that begin so, or one rule
                if not fitting:
                    choice = sorted({*known, *self._presets})
                    self._wrong(mark, "preset-unknown", f"there is no preset {name}{nearest_hint(name, choice)}")
                if again := sorted(rule for rule in fitting if rule in rules):
                    message = f"{again[0]} is applied already, by {first[again[0]]}"
                    self._wrong(mark, "preset-twice", message, warning=True)
                for rule in fitting:
                    first.setdefault(rule, f"{name} of {root.file}")
                rules |= fitting
        return rules

    def _place(self, name: str, word: str) -> Mark:
        """Where a rule or exception stands; of a preset's, where that is applied first."""
        policy, _, rule = name.rpartition(".")
        root = self._roots[policy]
        if policy in self._files:
            node = root.find((word, rule))
            return node.key_mark or node.mark
        for file in self._files.values():
            for index, applied in enumerate(file.apply):
                if name == applied or name.startswith(f"{applied}."):
                    return _of_list(self._roots[file.name], ("apply",), index, applied).mark
        return root.mark

    def _check_replaced(self, rules: Mapping[str, Rule]) -> None:
        for rule in rules.values():
            for index, name in enumerate(rule.replaces):
                mark = _of_list(self._roots[rule.policy], ("rules", _own(rule), "replaces"), index, name).mark
                other = rules.get(name)
                if other is None:
                    hint = nearest_hint(name, sorted(rules))
                    self._wrong(mark, "replaces-unknown", f"{rule.name} replaces {name}, which is not in force{hint}")
                elif other.locked:
                    message = f"{name} is locked by the layer {other.layer}: no rule replaces it"
                    self._wrong(mark, "locked-floor", f"{rule.name}: {message}; a stricter rule may stand beside it")
                elif other.rank >= rule.rank:
                    message = f"a rule replaces one of a higher layer; both are of {rule.layer}"
                    if other.rank > rule.rank:
                        message = f"{name} is of the lower layer {other.layer}; a rule replaces one of a higher layer"
                    self._wrong(mark, "replaces-layer", f"{rule.name}: {message}")

    def _check_spared(self, rules: Mapping[str, Rule], exemptions: Iterable[Exemption]) -> None:
        spared: list[tuple[str, tuple[str, ...], tuple[str, str, str]]] = [
            (one.name, one.rules, ("exceptions", one.name.rpartition(".")[2], "rules")) for one in exemptions
        ]
        for rule in rules.values():
            if isinstance(rule.words, Sensitivity) and rule.exempts:
                spared.append((rule.name, rule.words.spared, ("rules", _own(rule), "sensitivity")))
        for name, spares_them, path in spared:
            root = self._roots[name.rpartition(".")[0]]
            for index, one in enumerate(spares_them):
                base = path if path[0] == "exceptions" else (*path, "from")
                mark = _of_list(root, base, index, one).mark
                matched = [rule for rule in rules.values() if spares((one,), rule)]
                if not matched and one not in FAMILIES:
                    choice = sorted({*rules, *FAMILIES, *(rule.policy for rule in rules.values())})
                    self._wrong(mark, "spared-unknown", f"{name}: there is no rule {one}{nearest_hint(one, choice)}")
                elif matched and all(rule.locked for rule in matched):
                    self._wrong(mark, "locked-floor", f"{name}: {one} is locked: nobody is spared it")
                elif not matched:
                    self._wrong(mark, "spares-nothing", f"{name}: no rule of {one} is in force", warning=True)

    def _check_scopes(self, rules: Mapping[str, Rule], exemptions: Iterable[Exemption]) -> None:
        known = {
            "scene": sorted({scene.name for scene in self._scenes}),
            "product": sorted({scene.product for scene in self._scenes if scene.product}),
            "group": sorted({scene.group for scene in self._scenes if scene.group}),
        }
        places: list[tuple[str, Node]] = [
            (policy, self._roots[policy].items["for"]) for policy in self._files if "for" in self._roots[policy].items
        ]
        for name in (*rules, *(one.name for one in exemptions)):
            policy, _, own = name.rpartition(".")
            for word in ("rules", "exceptions") if policy in self._files else ():
                entry = self._roots[policy].items.get(word)
                node = entry.items.get(own) if entry is not None else None
                if node is not None and "for" in node.items:
                    places.append((name, node.items["for"]))
        for name, node in places:
            for word, values in known.items():
                for value in _children(node.items.get(word)):
                    if value.text not in values:
                        message = f"{name}, for: no {word} is called {value.text}{nearest_hint(value.text, values)}"
                        self._wrong(value.mark, f"{word}-unknown", message, warning=word != "scene")

    def _pools(self) -> dict[str, dict[str, CallerId]]:
        pools: dict[str, dict[str, CallerId]] = {}
        for file in self._files.values():
            for name, numbers in file.pools.items():
                if name in pools:
                    node = self._roots[file.name].find(("pools", name))
                    self._wrong(node.key_mark or node.mark, "pool-twice", f"there is a pool {name} already")
                pools.setdefault(name, {}).update(numbers)
        return pools

    def _check_pools(self, rules: Mapping[str, Rule], pools: Mapping[str, Mapping[str, CallerId]]) -> None:
        for rule in rules.values():
            if not isinstance(rule.words, CallerIds):
                continue
            at = self._place(rule.name, "rules")
            for index, name in enumerate(rule.words.pool):
                if name not in pools:
                    mark = _of_list(
                        self._roots[rule.policy], ("rules", _own(rule), "caller_id", "pool"), index, name
                    ).mark
                    self._wrong(
                        mark, "pool-unknown", f"{rule.name}: there is no pool {name}{nearest_hint(name, pools)}"
                    )
            unreadable = any(problem.rule == "policy-number" for problem in self._problems)
            if not any(pools.values()) and not unreadable:
                self._wrong(
                    at, "pool-empty", f"{rule.name} asks for caller ids, and no policy has pools: no call passes"
                )

    def _check_values(self, rules: Mapping[str, Rule], pools: Mapping[str, Mapping[str, CallerId]]) -> None:
        """What only shows when rules are made ready, such as a duration of a hundred years."""
        binding = Binding({scene.name: scene for scene in self._scenes}, pools)
        for rule in rules.values():
            try:
                if rule.words is not None:
                    rule.words.bind(rule.citation(), rule.scopes, binding)
                    rule.words.longest_s()
                rule.oblige.obligations()
            except ValueError as error:
                self._wrong(self._place(rule.name, "rules"), "policy-words", f"{rule.name}: {error}")


def _own(rule: Rule) -> str:
    return rule.name.rpartition(".")[2]


def _children(node: Node | None) -> Iterator[Node]:
    if node is not None:
        yield from node.children if node.is_sequence else (node,)


def _of_list(root: Node, path: tuple[str, ...], index: int, name: str) -> Node:
    """The node of one of the names at `path`, which may be a list or stand alone."""
    node = root.find(path)
    for child in node.children if node.is_sequence else ():
        if child.text == name:
            return child
    return node.children[index] if node.is_sequence and index < len(node.children) else node
