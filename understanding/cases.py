"""Test cases of understanding: sentences of callers with what they mean, kept out of the book, tried before a publish.

    # dialplans/intents/tests/*.yaml
    request_deferral: [我想缓两个礼拜再还, could I pay a little later]
    none: [你们食堂在几楼]          # means none of the intents

Right is a sentence that is answered as its intent, or, of `none`, handed over. Near is one that is asked back with the
right one of the two. Wrong is one that is answered as, or asked back between, what it does not mean. The rest is
missed: handed over, which costs the caller another try.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from dsl.spelling import nearest_hint
from dsl.tree import NAME, Mark, Node, Problem
from understanding.intents import IntentBook
from understanding.judgement import Judgement
from understanding.wishes import Judge, understand
from understanding.wording import plain

CASES = "dialplans/intents/tests/"
NONE = "none"
RULE = "intent-test"

Result = Literal["right", "near", "missed", "wrong"]


class Case(NamedTuple):
    """Sentence, the intent that it means (empty: none of them), and where it stands."""

    sentence: str
    intent: str
    mark: Mark


class Tried(msgspec.Struct, frozen=True):
    """What a sentence was taken for. `taken_for` is empty where it was handed over, else one intent, or two."""

    sentence: str
    intent: str
    result: Result
    taken_for: tuple[str, ...] = ()


class Changed(msgspec.Struct, frozen=True):
    """Sentence that fares otherwise than before; `worse`: less well."""

    sentence: str
    intent: str
    before: Result
    now: Result
    taken_for: tuple[str, ...]
    worse: bool

    def __str__(self) -> str:
        now = f"{self.now} ({' or '.join(self.taken_for) or 'handed over'})"
        return f"{self.sentence} ({self.intent or NONE}): {self.before} before, {now} now"


class Comparison(msgspec.Struct, frozen=True):
    """All sentences by how they fare now, and before (None: there is nothing to compare with)."""

    now: dict[Result, int]
    before: dict[Result, int] | None = None
    changed: tuple[Changed, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether fewer sentences are right than before, or more are wrong."""
        if self.before is None:
            return False
        return self.now["right"] < self.before["right"] or self.now["wrong"] > self.before["wrong"]


def read_cases(roots: Mapping[str, Node], book: IntentBook, unread: bool = False) -> tuple[list[Case], list[Problem]]:
    """Read the files among `roots` (parsed, by path). `unread`: intents that cannot be read may well be named."""
    cases: list[Case] = []
    problems: list[Problem] = []
    first: dict[str, str] = {}
    known = {plain(sentence) for intent in book.intents.values() for sentence in intent.phrasings}
    known |= {plain(sentence) for sentence in book.none}
    for path, root in sorted(roots.items()):
        if not path.startswith(CASES):
            continue
        if not root.is_mapping and root.value is not None:
            told = f"a mapping of intents to sentences is wanted, not {root.kind}"
            problems.append(Problem(root.mark, RULE, told))
        for name, node in root.items.items():
            if name != NONE and name not in book.intents and not unread:
                hint = nearest_hint(name, (*book.intents, NONE))
                problems.append(
                    Problem(node.key_mark or node.mark, "unknown-intent", f"there is no intent {name}{hint}")
                )
                continue
            for sentence in _sentences(name, node, problems):
                said = plain(sentence.text)
                if said in known:
                    told = f"{sentence.text} is in the book already: it tells nothing of new sentences"
                    problems.append(Problem(sentence.mark, RULE, told, warning=True))
                if first.setdefault(said, name) != name:
                    told = f"{sentence.text} is a sentence of {first[said]} already"
                    problems.append(Problem(sentence.mark, RULE, told))
                cases.append(Case(sentence.text, "" if name == NONE else name, sentence.mark))
    return cases, problems


def _sentences(name: str, node: Node, problems: list[Problem]) -> Iterator[Node]:
    if not node.is_sequence:
        problems.append(Problem(node.mark, RULE, f"{name}: a list of sentences is wanted, not {node.kind}"))
    for child in node.children if node.is_sequence else ():
        if isinstance(child.value, str) and plain(child.value):
            yield child
        else:
            problems.append(Problem(child.mark, RULE, f"{name}: a sentence is wanted, not {child.kind}"))


def try_cases(cases: Iterable[Case], judge: Judge) -> list[Tried]:
    """Judge each sentence."""
    return [_tried(case, understand(case.sentence, judge).judgement) for case in cases]


def _tried(case: Case, judged: Judgement) -> Tried:
    match judged.decision:
        case "handed_over":
            return Tried(case.sentence, case.intent, "missed" if case.intent else "right")
        case "answered":
            right = judged.intent == case.intent
            return Tried(case.sentence, case.intent, "right" if right else "wrong", (judged.intent,))
        case "asked":
            two = (judged.intent, judged.second)
            near = case.intent in two or not case.intent  # who means none of two says so, and is handed over
            return Tried(case.sentence, case.intent, "near" if near else "wrong", two)


_ORDER: Sequence[Result] = ("wrong", "missed", "near", "right")


def compare(now: Sequence[Tried], before: Sequence[Tried] | None) -> Comparison:
    """Compare two trials of the same sentences."""
    if before is None:
        return Comparison(_counted(now))
    changed = tuple(
        Changed(
            one.sentence,
            one.intent,
            other.result,
            one.result,
            one.taken_for,
            _ORDER.index(one.result) < _ORDER.index(other.result),
        )
        for one, other in zip(now, before, strict=True)
        if one.result != other.result
    )
    return Comparison(_counted(now), _counted(before), changed)


def _counted(tried: Collection[Tried]) -> dict[Result, int]:
    return {result: sum(one.result == result for one in tried) for result in reversed(_ORDER)}


def sentence_of(comparison: Comparison) -> str:
    """How all sentences fare, in words."""
    told = ", ".join(f"{count} {result}" for result, count in comparison.now.items())
    if comparison.before is None:
        return f"sentences tried: {told}"
    return (
        f"sentences tried: {told}; in service {', '.join(f'{n} {result}' for result, n in comparison.before.items())}"
    )


def cases_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a file of dialplans/intents/tests."""
    sentence = {"type": "string", "minLength": 1, "maxLength": 200}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hotline: intent_tests",
        "description": "Sentences of callers by the intent that they mean; `none`: none of them.",
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": {"type": "array", "items": sentence},
    }
