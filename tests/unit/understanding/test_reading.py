"""Reading of dialplans/intents: what is wrong with it is told at its place."""

import jsonschema
import pytest

from dsl.tree import parse
from understanding.reading import Around, read_intents
from understanding.settings import intents_schema

pytestmark = pytest.mark.unit

_FILE = "dialplans/intents/all.yaml"
_AROUND = Around(("zh-CN",), ("ask_day",), ("loans/ask",))
_GOOD = """intents:
  defer:
    asks: 能不能晚几天还
    called: {zh-CN: 申请延期}
    leads_to: loans/ask
    slots:
      day: {is: date, ask: ask_day}
  pay:
    asks: 要还多少
    called: {zh-CN: 应还金额}
none: [天气]
"""


def _problems(text: str) -> list[str]:
    return [str(problem) for problem in read_intents({_FILE: parse(text, _FILE)}, _AROUND).problems]


def test_a_good_file() -> None:
    read = read_intents({_FILE: parse(_GOOD, _FILE), "dialplans/other.yaml": parse("a: b", "x")}, _AROUND)
    assert read.problems == []
    assert list(read.book.intents) == ["defer", "pay"]
    assert read.book.intents["defer"].slots[0].ask == "ask_day"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "is: date",
            "is: dat",
            "7:13: day: `dat` is not one of money, date, digits, product; did you mean date? [intent]",
        ),
        ("ask: ask_day", "ask: ask_dya", "7:28: there is no phrase ask_dya (did you mean ask_day?) [unknown-phrase]"),
        (
            ", ask: ask_day",
            "",
            "7:7: day: ask: which phrase asks for it, where the caller has not said it? [slot-unfilled]",
        ),
        (
            "is: date",
            "is: product",
            "7:7: day: no file of dialplans/intents has products: {NAME: [words]} [slot-unfilled]",
        ),
        (
            "is: date",
            "is: money, coming: true",
            "7:32: day: coming: only a date is to come, not money [intent]",
        ),
        ("loans/ask", "loans/aks", "5:15: there is no flow loans/aks (did you mean loans/ask?) [unknown-flow]"),
        (
            "    called: {zh-CN: 应还金额}\n",
            "",
            "8:3: pay: called: no name in zh-CN, and callers of that language may hear it [answer-language]",
        ),
        ("要还多少", "嗯，能不能晚几天还", "9:11: pay: 嗯，能不能晚几天还 is a sentence of defer already [intent]"),
        ("要还多少", "天气！", "9:11: pay: 天气！ is a sentence of none already [intent]"),
        ("asks: 要还多少", "ask: 要还多少", "9:5: `ask` is not known here"),
    ],
)
def test_what_is_wrong(old: str, new: str, told: str) -> None:
    assert old in _GOOD
    problems = _problems(_GOOD.replace(old, new))
    assert any(problem.startswith(f"{_FILE}:{told}") for problem in problems), problems


def test_an_intent_in_two_files() -> None:
    roots = {path: parse(_GOOD, path) for path in (_FILE, "dialplans/intents/more.yaml")}
    told = [problem.message for problem in read_intents(roots, _AROUND).problems]
    assert "defer: it stands in dialplans/intents/all.yaml, line 3, already" in told


def test_the_schema_takes_what_the_reader_takes() -> None:
    jsonschema.Draft202012Validator(intents_schema()).validate(parse(_GOOD, _FILE).plain())
