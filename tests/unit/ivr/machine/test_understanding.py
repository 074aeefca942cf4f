"""The step that understands callers: values that are said, asked for, corrected; two wishes; complaints; keys."""

import pytest

from calls.events import SpeechHeard
from ivr.commands import IvrCommand, Understand
from ivr.events import Understood
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

_INTENTS = """
intents:
  defer:
    asks: 我想晚几天还
    called: {zh-CN: 申请延期, en: more time}
    slots:
      day: {is: date, ask: ask, confirm: day_right}
      sum: {is: money, ask: two}
  settle:
    asks: 我想提前还清
    called: {zh-CN: 提前还款, en: early repayment}
complaint_words: [银保监]
"""
_FLOW = f"""flow: main
start: a
a:
  understand: one
  clarify: which
  into: wish
  leads: {{defer: done, settle: three}}
  complaint: four
  keys: {{9: four}}
  {TRIES}
done: {{say: worth, then: bye}}
three: {{say: three, then: bye}}
four: {{say: four, then: bye}}
"""


def _line() -> Line:
    line = Line(compiled(_FLOW, **{"intents/all": _INTENTS}))
    line.start()
    return line


def _say(line: Line, text: str) -> list[IvrCommand]:
    return line.tell(SpeechHeard(LEG, line.awaited, text, 1.0))


def _judge(line: Line, decision: str, intent: str, second: str = "settle", turn: str = "") -> list[IvrCommand]:
    return line.tell(Understood(CALL, line.awaited, decision, intent, second, 0.8, 0.3, turn))  # type: ignore[arg-type]


def _values(line: Line) -> dict[str, object]:
    return line.machine.sessions[CALL].values()


def test_values_are_asked_for_read_back_and_corrected() -> None:
    line = _line()
    asked = only(_say(line, "我想晚几天还"), Understand)
    assert (asked.said, asked.version) == ("我想晚几天还", "v1")
    assert texts(_judge(line, "answered", "defer")) == ["ask"]
    assert texts(_say(line, "五号吧"))[0].startswith("right ")
    assert _values(line)["day"] == "2026-12-05"
    assert texts(_say(line, "不是五号，是十五号"))[0].startswith("right ")
    assert _values(line)["day"] == "2026-12-15"
    assert texts(_say(line, "对")) == ["two"]
    _say(line, "三千五")
    assert (_values(line)["sum"], _values(line)["wish"]) == (3500, "defer")
    assert line.steps[0] == ("a", "understood defer; answered defer 0.80, margin 0.30 over settle")


def test_values_that_were_said_at_once_are_not_asked_for() -> None:
    line = _line()
    _say(line, "我想十五号再还三千块钱")
    assert texts(_judge(line, "answered", "defer"))[0].startswith("right ")
    assert (_values(line)["day"], _values(line)["sum"]) == ("2026-12-15", 3000)
    assert line.press("1")
    assert line.steps[0][0] == "a"


def test_the_same_by_keys() -> None:
    line = _line()
    _say(line, "我想晚几天还")
    _judge(line, "answered", "defer")
    line.press("1", "5")
    assert texts(line.press("#"))[0].startswith("right ")
    assert texts(line.press("2")) == ["ask"], "2 is no: asked anew"
    line.press("1", "6")
    line.due()
    assert texts(line.press("1")) == ["two"]
    line.press("5", "0", "0", "#")
    assert (_values(line)["day"], _values(line)["sum"]) == ("2026-12-16", 500)


@pytest.mark.parametrize("answer", ["后面那个", "提前还款", "2"])
def test_two_that_are_near_are_asked_about_once(answer: str) -> None:
    line = _line()
    _say(line, "还款")
    assert texts(_judge(line, "asked", "defer")) == ["which 申请延期 提前还款"]
    heard = line.press("2") if answer == "2" else _say(line, answer)
    assert texts(heard) == ["three"]


def test_asked_back_twice_is_not_understood() -> None:
    line = _line()
    _say(line, "还款")
    _judge(line, "asked", "defer")
    _say(line, "嗯那个东西")
    assert texts(_judge(line, "handed_over", "defer")) == ["wrong", "one"]


def test_what_is_not_understood_is_asked_again_then_left() -> None:
    line = _line()
    _say(line, "天气")
    assert texts(_judge(line, "handed_over", "defer")) == ["wrong", "one"]
    _say(line, "天气")
    assert texts(_judge(line, "handed_over", "defer")) == ["bye"]


def test_a_word_of_complaint_leads_away_at_once() -> None:
    line = _line()
    assert texts(_say(line, "再这样我去银保监告你们")) == ["four"]
    assert line.steps == [("a", "complaint")]


def test_a_raised_voice_leads_there_too_whatever_it_says_and_however_unsure_the_ear_is() -> None:
    line = _line()
    assert texts(line.tell(SpeechHeard(LEG, line.awaited, "我的钱呢", 0.1, raised=True))) == ["four"]
    assert line.steps == [("a", "complaint; a raised voice")]


def test_a_raised_voice_without_a_word_is_silence() -> None:
    line = _line()
    assert texts(line.tell(SpeechHeard(LEG, line.awaited, "", 0.0, raised=True))) != ["four"]


def test_where_a_step_says_so_a_raised_voice_is_one_like_another() -> None:
    line = Line(
        compiled(_FLOW.replace("  complaint: four", "  complaint: four\n  raised: false"), **{"intents/all": _INTENTS})
    )
    line.start()
    heard = line.tell(SpeechHeard(LEG, line.awaited, "我想晚几天还", 1.0, raised=True))
    assert only(heard, Understand).said == "我想晚几天还"


def test_a_key_wins_over_a_judgement_that_is_awaited() -> None:
    line = _line()
    _say(line, "我想晚几天还")
    late = line.awaited
    assert texts(line.press("9")) == ["four"]
    assert line.tell(Understood(CALL, late, "answered", "defer", "settle", 0.9, 0.5)) == []


def test_no_judgement_in_time_is_not_understood() -> None:
    line = _line()
    _say(line, "我想晚几天还")
    assert texts(line.due()) == ["wrong", "one"]


def test_a_restart_asks_for_the_same_value_again() -> None:
    line = _line()
    _say(line, "我想晚几天还")
    _judge(line, "answered", "defer")
    line.machine.restore(line.machine.snapshot())
    from ivr.events import CallAdopted

    assert texts(line.tell(CallAdopted(CALL))) == ["ask"]
