"""Sentences that are tried before a publish: read with their places, judged, and compared with what is in service."""

import pytest

from dsl.tree import Mark, parse
from understanding.cases import Case, Result, Tried, cases_schema, compare, read_cases, sentence_of, try_cases
from understanding.intents import Intent, IntentBook
from understanding.judgement import Decision, Judgement

pytestmark = pytest.mark.unit

_BOOK = IntentBook(
    {"pay": Intent("pay", "what do I owe"), "card": Intent("card", "another card")}, ("what time is it",)
)
_PATH = "dialplans/intents/tests/all.yaml"
_MARK = Mark(_PATH, 1, 1)


def _read(text: str) -> tuple[list[Case], list[str]]:
    cases, problems = read_cases({_PATH: parse(text, _PATH)}, _BOOK)
    return cases, [f"{problem.mark.line}:{problem.message}{' (warning)' * problem.warning}" for problem in problems]


def test_read_with_their_intents() -> None:
    cases, problems = _read("pay: [how much is it]\nnone: [is there a car park]\n")
    assert [(case.sentence, case.intent, case.mark.line) for case in cases] == [
        ("how much is it", "pay", 1),
        ("is there a car park", "", 2),
    ]
    assert problems == []
    assert cases_schema()["additionalProperties"]["type"] == "array"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pya: [how much]", "1:there is no intent pya (did you mean pay?)"),
        ("pay: how much", "1:pay: a list of sentences is wanted, not text"),
        ("pay: [how much, 7]", "1:pay: a sentence is wanted, not number"),
        (
            "pay: [What do I owe?]",
            "1:What do I owe? is in the book already: it tells nothing of new sentences (warning)",
        ),
        ("pay: [how much]\ncard: [how much]", "2:how much is a sentence of pay already"),
        ("- pay", "1:a mapping of intents to sentences is wanted, not list"),
    ],
)
def test_what_is_wrong(text: str, told: str) -> None:
    assert _read(text)[1] == [told]


@pytest.mark.parametrize(
    ("meant", "decision", "first", "second", "result"),
    [
        ("pay", "answered", "pay", "card", "right"),
        ("pay", "answered", "card", "pay", "wrong"),
        ("pay", "asked", "card", "pay", "near"),
        ("pay", "asked", "card", "loan", "wrong"),
        ("pay", "handed_over", "pay", "card", "missed"),
        ("", "handed_over", "pay", "card", "right"),
        ("", "asked", "pay", "card", "near"),
        ("", "answered", "pay", "card", "wrong"),
    ],
)
def test_results(meant: str, decision: Decision, first: str, second: str, result: Result) -> None:
    (tried,) = try_cases([Case("how much", meant, _MARK)], lambda said: Judgement(decision, first, second, 0.5, 0.1))
    assert tried.result == result
    assert bool(tried.taken_for) == (decision != "handed_over")


def _tried(*results: Result) -> list[Tried]:
    return [Tried(f"sentence {number}", "pay", result) for number, result in enumerate(results)]


@pytest.mark.parametrize(
    ("before", "now", "worse", "changed"),
    [
        (["right", "wrong"], ["wrong", "right"], False, [True, False]),
        (["right", "near"], ["near", "near"], True, [True]),
        (["right", "missed"], ["right", "wrong"], True, [True]),
        (["near", "near"], ["missed", "right"], False, [True, False]),
        (["right"], ["right"], False, []),
    ],
)
def test_worse_is_fewer_right_or_more_wrong(
    before: list[Result], now: list[Result], worse: bool, changed: list[bool]
) -> None:
    found = compare(_tried(*now), _tried(*before))
    assert found.worse is worse
    assert [one.worse for one in found.changed] == changed
    assert "in service" in sentence_of(found)


def test_a_first_version_is_never_worse() -> None:
    found = compare(_tried("wrong"), None)
    assert (found.worse, found.before, found.changed) == (False, None, ())
    assert sentence_of(found) == "sentences tried: 0 right, 0 near, 0 missed, 1 wrong"
