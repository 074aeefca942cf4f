"""Scenes and policies of a site's folder: read, checked together, and tried with the folder's own test cases."""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from dialer.governor.binding import Pool
from dialer.governor.compiling import compile_policy
from dialer.governor.policy import Policy
from dialer.governor.reading import read_policy
from dialer.scenes.approval import APPROVALS, read_approvals
from dialer.scenes.book import EMPTY, Book, governed, make_book
from dialer.scenes.cases import Case, read_cases
from dialer.scenes.governing import on_trial
from dialer.scenes.reading import read_scenes
from dialer.scenes.surroundings import Surroundings
from dialer.scenes.trial import Tried, try_cases
from dsl.hours import Hours
from dsl.tree import Node, Problem
from hotline.versions.policies import is_policy_file
from hotline.versions.policy_presets import presets
from ivr.compiler.grammar import Reading
from ivr.compiler.phrases import Phrases
from ivr.phrases import PhraseError
from ivr.program import Flow


@dataclass(frozen=True, slots=True)
class GateSources:
    """What a folder says of outgoing calls. `policy` None: with one of the problems it cannot be used.

    `policy` counts every scene as approved, and has no hours of scenes: `on_trial` and `under_policy` put those in.
    """

    book: Book = EMPTY
    policy: Policy | None = None
    problems: list[Problem] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def read_gate(
    files: Mapping[str, str],
    roots: Mapping[str, Node],
    flows: Mapping[str, Flow],
    readings: Mapping[str, Reading],
    phrases: Phrases,
    hours: Mapping[str, Hours],
    region: str,
    zone: ZoneInfo,
    today: date,
) -> GateSources:
    """Read scenes, approvals, policies and the test cases of scenes. `roots` are the parsed files but flows' tests."""
    policies = {path: root for path, root in roots.items() if is_policy_file(path)}
    texts = _phrases(phrases)
    wrong_policies: list[Problem] = []
    pools = _pools(policies, zone, wrong_policies)
    around = Surroundings(_flows(flows, readings, texts), texts, hours, pools, region, zone)
    reading = read_scenes(roots, around)
    problems = list(reading.problems)
    book = make_book(reading, around, read_approvals(roots.get(APPROVALS), problems))
    policy = None
    if not any(not problem.warning for problem in problems):  # else rules would seem to name no scene
        scenes = [governed(scene) for scene in book.scenes.values()]
        compiled = compile_policy(policies, presets(), scenes, zone=zone.key, today=today)
        problems += compiled.problems
        policy = compiled.policy
    else:
        problems += wrong_policies
    cases, wrong = read_cases(files, {name: one.settings for name, one in book.scenes.items()}, region, zone)
    return GateSources(book, policy, problems + wrong, cases)


def try_gate(gate: GateSources, region: str, zone: ZoneInfo, names: Iterable[str] | None = None) -> Iterator[Tried]:
    """Run the test cases of the scenes; those whose names have one of these words, or all."""
    if gate.policy is None:
        return
    wanted = [case for case in gate.cases if names is None or any(name in case.name for name in names)]
    yield from try_cases(on_trial(gate.policy, gate.book), wanted, region, zone)


def _pools(policies: Mapping[str, Node], zone: ZoneInfo, problems: list[Problem]) -> dict[str, Pool]:
    """The pools of all policies. What is wrong with one by itself goes to `problems`."""
    found: dict[str, Pool] = {}
    for root in policies.values():
        policy = read_policy(root, zone.key, problems)
        if policy is not None:
            found |= policy.pools
    return found


def _phrases(phrases: Phrases) -> dict[str, str]:
    texts: dict[str, dict[str, str]] = {key: {} for key in phrases.keys}
    for key, text in texts.items():
        for language in phrases.languages:
            with contextlib.suppress(PhraseError):  # it is missing in this language, which is told elsewhere
                text[language] = phrases.template(key, language).text
    return {key: _fingerprint(text) for key, text in texts.items()}


def _flows(flows: Mapping[str, Flow], readings: Mapping[str, Reading], phrases: Mapping[str, str]) -> dict[str, str]:
    """A fingerprint of each flow, with those that it goes to and all that they say."""
    own = {
        name: _fingerprint([flow, {ref.name: phrases.get(ref.name, "") for ref in refs if ref.kind == "phrase"}])
        for name, flow in flows.items()
        for refs in (readings[name].refs,)
    }
    next_ones = {name: {ref.name for ref in readings[name].refs if ref.kind == "flow"} for name in flows}
    found = {}
    for name in flows:
        behind, waiting = {name}, [name]
        while waiting:
            new = (next_ones.get(waiting.pop()) or set()) - behind
            behind |= new
            waiting += new
        found[name] = _fingerprint({one: own[one] for one in behind if one in own})
    return found


def _fingerprint(value: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()
