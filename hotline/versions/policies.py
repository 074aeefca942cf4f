"""Policies of a published version, compiled again from their texts: a start does it without the compiler of flows."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calls.errors import BadInput
from dialer.governor.compiling import compile_policy
from dialer.governor.policy import Policy
from dialer.scenes.approval import APPROVALS, ApprovalRules, read_approvals
from dialer.scenes.book import Book, governed
from dsl.tree import Node, Problem, SourceError, parse
from hotline.versions.policy_presets import presets

POLICIES = "dialplans/policies/"
_FORMAT = 1
_SHOWN = 16
_FOR_PEOPLE = frozenset({"about", "mark", "source"})
"""Words of policies and of their rules that change no decision."""


def is_policy_file(path: str) -> bool:
    """Whether the file, by its path from the site's folder, is a policy."""
    return path.startswith(POLICIES) and path.endswith(".yaml")


def is_ruled_file(path: str) -> bool:
    """Whether the file is part of what is approved as a policy: a policy, or the file that says who approves."""
    return path == APPROVALS or is_policy_file(path)


def policy_version(sources: Mapping[str, str]) -> str:
    """The version of policies, from the texts of their files by path with approvals.yaml: a hash of all that they say,
    and of the presets that they apply. Comments, order of words, names of files and what is for people are no part of
    it. Raises BadInput for a text that cannot be read."""
    try:
        roots = {path: parse(text, path) for path, text in sources.items() if is_ruled_file(path)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    policies = sorted((_said(root) for path, root in roots.items() if path != APPROVALS), key=_name)
    approvals = roots[APPROVALS].plain() if APPROVALS in roots else None
    names = {str(name) for one in policies for name in _listed(one.get("apply"))}
    content = {
        "format": _FORMAT,
        "policies": policies,
        "presets": [_said(root) for _, root in sorted(presets().items()) if any(_applied(_said(root), names))],
        "approvals": approvals,
    }
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()[:_SHOWN]


def _said(root: Node) -> dict[str, Any]:
    plain = root.plain()
    if not isinstance(plain, dict):
        return {}
    said = {word: value for word, value in plain.items() if word not in _FOR_PEOPLE}
    if isinstance(rules := said.get("rules"), dict):
        said["rules"] = {
            name: {word: value for word, value in rule.items() if word not in _FOR_PEOPLE}
            if isinstance(rule, dict)
            else rule
            for name, rule in rules.items()
        }
    return said


def _name(said: Mapping[str, Any]) -> str:
    return str(said.get("policy"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _applied(preset: Mapping[str, Any], names: set[str]) -> Iterator[bool]:
    """For each rule of the preset, whether one of these words of `apply` stands for it."""
    for rule in preset.get("rules") or ():
        full = f"{_name(preset)}.{rule}"
        yield any(full == name or full.startswith(f"{name}.") for name in names)


def approvals_again(sources: Mapping[str, str]) -> ApprovalRules:
    """Who approves, by the texts of a published version. Raises BadInput where they cannot be read."""
    if APPROVALS not in sources:
        return ApprovalRules()
    problems: list[Problem] = []
    try:
        rules = read_approvals(parse(sources[APPROVALS], APPROVALS), problems)
    except SourceError as error:
        raise BadInput(str(error)) from error
    if problems:
        raise BadInput("\n".join(str(problem) for problem in problems))
    return rules


def compiled_again(sources: Mapping[str, str], book: Book, zone: ZoneInfo, *, earlier: bool = False) -> Policy:
    """The policy of a published version, from its policies' texts by path. `earlier`: the scenes of the book are of a
    later one. Raises BadInput where this release does not read them as the one did that published them."""
    try:
        roots = {path: parse(text, path) for path, text in sources.items() if is_policy_file(path)}
    except SourceError as error:
        raise BadInput(str(error)) from error
    scenes = [governed(scene) for scene in book.scenes.values()]
    compiled = compile_policy(roots, presets(), scenes, zone=zone.key, earlier=earlier)
    if compiled.policy is None:
        raise BadInput("\n".join(str(problem) for problem in compiled.errors))
    return compiled.policy
