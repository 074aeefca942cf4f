"""Conditions: right values for what flows write, and what the lint says of text that is none."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dsl.cel.syntax import MAX_CHARACTERS, MAX_DEPTH, MAX_NODES, SyntaxProblem
from dsl.cel.work import Work
from dsl.conditions import FUNCTIONS, Budget, Erred, compiled, evaluate, holds

pytestmark = pytest.mark.tables

_ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "conditions.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", _ROWS, ids=[row["text"] for row in _ROWS])
def test_condition(row: dict[str, Any]) -> None:
    if "errs-lint" in row:
        with pytest.raises(SyntaxProblem) as refused:
            compiled(row["text"])
        assert row["errs-lint"] in str(refused.value)
        return
    values = row.get("with", {})
    assert set(compiled(row["text"]).functions) <= FUNCTIONS
    if "errs" in row:
        with pytest.raises(Erred) as erred:
            evaluate(row["text"], values)
        assert str(erred.value) == row["errs"]
        return
    found = evaluate(row["text"], values)
    assert found == row["is"]
    assert isinstance(found, bool) == isinstance(row["is"], bool)


def test_every_function_that_the_lint_accepts_is_tried() -> None:
    tried = {name for row in _ROWS if "is" in row for name in compiled(row["text"]).functions}
    assert tried == FUNCTIONS


def test_a_function_that_there_is_not_errs() -> None:
    with pytest.raises(Erred, match="no such function"):
        evaluate("lowerAscii('A')", {})


def test_a_condition_is_true_or_false() -> None:
    with pytest.raises(Erred, match="not a condition"):
        holds("1", {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), "nested more than"),
        ("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "nested more than"),
        ("!" * MAX_NODES + "a", "more than"),
        ("1" + "+1" * MAX_NODES, "more than"),
        ("a" + ".b" * MAX_NODES, "more than"),
        ("a" * (MAX_CHARACTERS + 1), "characters"),
    ],
)
def test_nesting_and_size_are_bounded_before_anything_is_evaluated(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        compiled(text)


_LIST = [{"n": number, "s": "x" * 20} for number in range(2000)]


@pytest.mark.parametrize(
    "text",
    [
        "l.filter(x, x.n > 5).size() > 3",
        "l.exists(x, x.n == -1)",
        "l == m",
        "l.all(x, l.exists(y, y.n == x.n))",
        "l.all(x, x.s.matches('x+$')) || true",
        "l.exists(x, x.n > 5000) || true",
        "true || l.all(x, x.n == -1 || true) && l.map(x, x).size() > 0 ? max(l.map(x, x.n)) > 0 : false",
        "(l + l).size() > 0",
    ],
)
def test_a_large_answer_costs_a_bounded_amount_and_then_errs(text: str) -> None:
    """Steps are counted and not time, so a replay errs where the call did; no operator hides it."""
    expression = compiled(text)
    work = Work({"l": _LIST, "m": [dict(one) for one in _LIST]})
    with pytest.raises(Erred, match="too much work"):
        expression.run(work)
    assert -2 * len(_LIST) - 100 <= work.left < 0


def test_many_conditions_of_one_turn_have_one_budget() -> None:
    budget = Budget()
    values = {"l": _LIST[:300]}
    for _ in range(3):
        assert holds("l.exists(x, x.n == 299)", values, budget)
    with pytest.raises(Erred, match="too much work"):
        holds("l.exists(x, x.n == 299)", values, budget)
    with pytest.raises(Erred, match="too much work"):
        holds("l.size() == 300", values, Budget(0))


def test_what_nobody_looks_at_costs_nothing() -> None:
    values = {"l": _LIST, "balance": 5}
    assert holds("balance > 1 && l.size() == 2000 && l[1999].n == 1999", values)
    assert evaluate("l", values) is _LIST


def test_a_list_of_a_few_hundred_is_no_large_answer() -> None:
    assert holds("l.filter(x, x.n > 5).size() == 294", {"l": _LIST[:300]})


def test_answers_nested_deep_are_compared_to_a_depth() -> None:
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    with pytest.raises(Erred, match="nested too deep"):
        evaluate("a == b", {"a": deep, "b": deep})


def test_no_text_grows_without_end() -> None:
    with pytest.raises(Erred, match="text too long"):
        evaluate("l.map(x, a + a)[0] + a", {"a": "x" * 2000, "l": [1]})
