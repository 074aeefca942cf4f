"""The rules and exceptions that decide now, as people are shown them: by name, with the words of their files."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from calls.errors import BadInput
from dialer.governor.decisions import Layer, Obligations
from dialer.governor.rule import Exemption, Rule
from dialer.governor.scope import Scope, all_cover_scene
from dsl.spelling import nearest_hint
from dsl.tree import Node, SourceError, parse
from hotline.governing.published import InForce
from hotline.versions.policies import is_policy_file
from hotline.versions.policy_presets import presets


class ShownRule(msgspec.Struct, frozen=True):
    """One rule. Instants are UTC epoch seconds."""

    rule: str
    layer: Layer
    family: str
    says: str
    """The words of its family, on one line; empty of one that only obliges, or that a scene's own words make."""
    covers: tuple[dict[str, Any], ...]
    """`for` of its file and its own; all of them must cover a call."""
    when: str
    clause: str
    locked: bool
    replaces: tuple[str, ...]
    effective_from: float | None
    effective_until: float | None
    obliges: dict[str, Any]
    preset: bool
    """It came with the house, and a policy of the site applies it."""
    about: str
    mark: str
    source: str


class ShownException(msgspec.Struct, frozen=True):
    """One exception of the policies. Instants are UTC epoch seconds."""

    exception: str
    rules: tuple[str, ...]
    covers: tuple[dict[str, Any], ...]
    holds_for: str
    author: str
    reason: str
    since: float | None
    until: float
    clause: str


class ShownRules(msgspec.Struct, frozen=True):
    """What decides now: `ruling` is the version of the policies that was approved, `policy` the hash in each answer."""

    ruling: str
    policy: str
    rules: tuple[ShownRule, ...]
    exceptions: tuple[ShownException, ...]


def shown_rules(now: InForce, scene: str = "") -> ShownRules:
    """All of them, from the highest layer down; with `scene` those that can apply to its calls. Raises BadInput for a
    scene that is none, and where no policy rules."""
    if now.governed is None:
        raise BadInput(now.trouble)
    policy = now.governed.policy
    rules: Iterable[Rule] = policy.rules
    exemptions: Iterable[Exemption] = policy.exemptions
    if scene:
        if scene not in policy.scenes:
            raise BadInput(f"there is no scene {scene}{nearest_hint(scene, policy.scenes)}")
        asked, found = policy.scenes[scene]
        rules = found.rules
        exemptions = [one for one in policy.exemptions if all_cover_scene(one.scopes, asked)]
    ruling = now.ruling
    own = _roots({} if ruling is None else ruling.sources)
    known = {root.items["policy"].text: root for root in presets().values()}
    return ShownRules(
        "" if ruling is None else ruling.version,
        policy.hash,
        tuple(_rule(one, own, known) for one in rules),
        tuple(_exception(one) for one in exemptions),
    )


def _roots(sources: Mapping[str, str]) -> dict[str, Node]:
    """The policies' files by the name of the policy."""
    try:
        roots = [parse(text, path) for path, text in sources.items() if is_policy_file(path)]
    except SourceError as error:
        raise BadInput(str(error)) from error
    return {root.items["policy"].text: root for root in roots}


def _rule(rule: Rule, own: Mapping[str, Node], known: Mapping[str, Node]) -> ShownRule:
    root = own.get(rule.policy) or known.get(rule.policy)
    words = None if root is None else root.find(("rules", rule.name.rpartition(".")[2])).items.get(rule.family)
    obliges = rule.oblige.obligations()
    return ShownRule(
        rule=rule.name,
        layer=rule.layer,
        family=rule.family,
        says="" if words is None or rule.words is None else on_one_line(words),
        covers=_covers(rule.scopes),
        when=rule.when,
        clause=rule.cite,
        locked=rule.locked,
        replaces=rule.replaces,
        effective_from=rule.effective_from,
        effective_until=rule.effective_until,
        obliges={} if obliges == Obligations() else {k: v for k, v in msgspec.to_builtins(obliges).items() if v},
        preset=rule.policy not in own and rule.policy in known,
        about=rule.about,
        mark=rule.mark,
        source=rule.source,
    )


def _exception(one: Exemption) -> ShownException:
    return ShownException(
        exception=one.name,
        rules=one.rules,
        covers=_covers(one.scopes),
        holds_for=one.holds_for,
        author=one.author,
        reason=one.reason,
        since=one.since,
        until=one.until,
        clause=one.cite,
    )


def _covers(scopes: Iterable[Scope]) -> tuple[dict[str, Any], ...]:
    return tuple(said for one in scopes if (said := msgspec.to_builtins(one)))


def on_one_line(node: Node) -> str:
    """What stands at a node of a file, as YAML has it on one line."""
    if node.is_mapping:
        return f"{{{', '.join(f'{word}: {on_one_line(inside)}' for word, inside in node.items.items())}}}"
    return f"[{', '.join(map(on_one_line, node.children))}]" if node.is_sequence else node.text
