"""The step that says an answer: only on its days, only if the house says that it is approved, only with its values."""

import pytest

from calls.events import SpeechHeard
from ivr.commands import IvrCommand, Lookup, QuestionUnanswered
from ivr.events import LookupFinished, Understood
from ivr.steps import ANSWER_STANDING
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

_INTENTS = """intents:
  early: {asks: 我想提前还清, called: {zh-CN: 提前还款, en: repaying}}
  card: {asks: 换一张卡, called: {zh-CN: 换卡, en: a card}}
"""
_ANSWERS = """answers:
  early: {says: {zh-CN: '{sum:number}元', en: '{sum:number}'}, author: li, ends: 2026-12-31}
  card: {says: {zh-CN: 在应用里, en: in the app}, author: li, ends: 2026-12-31}
"""
_FLOW = f"""flow: main
start: known
known: {{set: {{sum: SUM}}, then: a}}
a:
  understand: one
  clarify: which
  answered: more
  other: four
  keys: {{6: {{answer: card, then: more, none: four}}}}
  {TRIES}
more: {{menu: two, keys: {{1: a}}, no_input: {{tries: 0, then: bye}}, wrong: {{tries: 0, then: bye}}}}
four: {{say: four, then: bye}}
"""


def _line(total: str = "12", ends: str = "2026-12-31") -> Line:
    answers = _ANSWERS.replace("2026-12-31", ends)
    line = Line(compiled(_FLOW.replace("SUM", total), **{"intents/all": _INTENTS, "answers/all": answers}))
    line.start()
    return line


def _ask(line: Line, intent: str) -> list[IvrCommand]:
    line.tell(SpeechHeard(LEG, line.awaited, "就是那个问题", 1.0))
    return line.tell(Understood(CALL, line.awaited, "answered", intent, "", 0.8, 0.3))


def _house(line: Line, refused: object) -> list[IvrCommand]:
    return line.tell(LookupFinished(CALL, line.awaited, "ok", {"refused": refused}))


def test_said_with_its_values_and_its_version_and_then_anything_else() -> None:
    line = _line()
    asked = only(_ask(line, "early"), Lookup)
    version = line.machine._versions["v1"].answers["early"].version
    assert (asked.url, asked.body) == (
        ANSWER_STANDING,
        {"answer": "early", "version": version, "call_version": "v1"},
    )
    assert texts(_house(line, "")) == ["十二元"]
    assert texts(line.played()) == ["two"]
    assert line.steps[-1] == ("a.answered.early", f"said: early {version}")
    assert texts(line.press("1")) == ["one"]
    assert not [one for one in line.all if isinstance(one, QuestionUnanswered)]


def test_by_a_key_and_a_key_skips_it_and_counts_for_the_next_question() -> None:
    line = _line()
    only(line.press("6"), Lookup)
    assert texts(_house(line, "")) == ["在应用里"]
    assert texts(line.press("1")) == ["one"], "1 skipped the answer, and was the answer to: anything else?"
    assert line.steps[-2][1].startswith("skipped: card ")


@pytest.mark.parametrize("refused", ["it is not approved", None, 7, True])
def test_anything_but_a_clear_yes_is_a_no_and_the_question_is_told_to_its_editors(refused: object) -> None:
    line = _line()
    _ask(line, "early")
    out = _house(line, refused)
    assert texts(out) == ["four"]
    told = only(out, QuestionUnanswered)
    assert (told.said, told.why, told.intent, told.where) == (
        "就是那个问题",
        "not_said",
        "early",
        "main/a.answered.early",
    )
    assert line.steps[-1][1].startswith("not said: early ")


@pytest.mark.parametrize(
    ("total", "ends", "why"),
    [("12", "2026-11-01", "it ended on 2026-11-01"), ("=caller == ''", "2026-12-31", "answer.early not said")],
)
def test_not_said_after_its_end_nor_without_a_value(total: str, ends: str, why: str) -> None:
    line = _line(f'"{total}"' if total.startswith("=") else total, ends)
    out = _ask(line, "early")
    if ends > "2026-11-23":
        assert len(texts(out)) == 0
        out = _house(line, "")
    assert texts(out) == ["four"]
    assert only(out, QuestionUnanswered).intent == "early"
    assert why in line.steps[-1][1]


def test_a_house_that_is_silent_says_no_and_a_restart_asks_again() -> None:
    line = _line()
    _ask(line, "early")
    assert texts(line.due()) == ["four"]
    assert "its approval was not told in time" in line.steps[-1][1]


def test_what_was_not_understood_is_told_and_what_was_not_judged_is_not() -> None:
    line = _line()
    line.tell(SpeechHeard(LEG, line.awaited, "你们食堂在几楼", 1.0))
    near = (("card", 0.4), ("early", 0.2))
    out = line.tell(Understood(CALL, line.awaited, "handed_over", "card", "early", 0.1, 0.05, near=near))
    told = only(out, QuestionUnanswered)
    assert (told.said, told.why, told.near, told.language) == ("你们食堂在几楼", "not_understood", near, "zh-CN")
    line.tell(SpeechHeard(LEG, line.awaited, "再说一次", 1.0))
    out = line.tell(Understood(CALL, line.awaited, "handed_over", detail="not within 3 s"))
    assert not [one for one in out if isinstance(one, QuestionUnanswered)]


def test_what_was_chosen_by_a_key_is_no_question_of_before() -> None:
    line = _line()
    _ask(line, "early")
    _house(line, "")
    line.played()
    line.press("1", "6")
    out = _house(line, "it is not approved")
    assert texts(out) == ["four"]
    assert not [one for one in out if isinstance(one, QuestionUnanswered)]
