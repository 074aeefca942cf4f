"""Silent seats, on the caller's line: what a person sees, what the caller hears meanwhile, and every way on."""

import pytest

from calls.commands import Play, StartMusic, StopMusic
from calls.events import SpeechHeard
from ivr.commands import EndProposal, IvrCommand, ProposeAnswer, TurnTaken, ValuesTaken
from ivr.events import AnswerReviewed, CallAdopted, Understood
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

_INTENTS = """
intents:
  defer:
    asks: 我想晚几天还
    called: {zh-CN: 申请延期, en: more time}
    slots:
      day: {is: date, ask: ask, confirm: day_right}
  settle:
    asks: 我想提前还清
    called: {zh-CN: 提前还款, en: early repayment}
  close:
    asks: 我要销户
    called: {zh-CN: 销户, en: closing}
    review: true
"""
_FLOW = f"""flow: main
start: a
a:
  understand: one
  clarify: which
  review: two
  review_s: 15
  leads: {{defer: three, settle: three, close: person}}
  keys: {{9: four}}
  {TRIES}
three: {{say: three, then: bye}}
four: {{say: four, then: bye}}
person: {{queue: care, skills: [care]}}
"""
_AT_A_SEAT = "opened"


def _line(decision: str = "asked", intent: str = "settle", second: str = "defer", there: str = _AT_A_SEAT) -> Line:
    """A caller whose words are in doubt, and somebody who may look."""
    line = Line(compiled(_FLOW, **{"intents/all": _INTENTS}))
    line.start()
    line.tell(SpeechHeard(LEG, line.awaited, "还款的事", 1.0))
    line.tell(Understood(CALL, line.awaited, decision, intent, second, 0.5, 0.1))  # type: ignore[arg-type]
    _word(line, there)
    return line


def _word(line: Line, outcome: str, intent: str = "", text: str = "") -> list[IvrCommand]:
    return line.tell(AnswerReviewed(CALL, line.awaited, outcome, intent, text))  # type: ignore[arg-type]


def _proposed(line: Line) -> ProposeAnswer:
    return only(line.all, ProposeAnswer)


def test_a_person_sees_what_was_said_and_what_would_be_said_with_each() -> None:
    proposal = _proposed(_line())
    assert (proposal.said, proposal.decision, proposal.within_s) == ("还款的事", "asked", 15.0)
    seen = [(one.intent, one.name, one.text) for one in proposal.candidates]
    assert seen == [("settle", "提前还款", "three"), ("defer", "申请延期", "ask")]


def test_to_look_ahead_changes_nothing() -> None:
    line = _line()
    session = line.machine.sessions[CALL]
    assert (session.phase, session.frame.step, session.wish.intent) == ("reviewing", "a", "")
    assert line.steps == []
    assert texts(line.all) == ["one", "two"]


def test_who_would_be_put_through_hears_nothing() -> None:
    line = _line("answered", "close", "defer")
    assert [one.text for one in _proposed(line).candidates] == [""], "an intent that is always looked at"


def test_the_caller_hears_one_moment_then_music_then_the_answer() -> None:
    line = _line()
    only(line.played(), StartMusic)
    out = _word(line, "approved", "settle")
    only(out, StopMusic)
    assert texts(out) == ["three"]
    assert line.steps[0][1].endswith("; approved settle")


def test_edited_words_are_said_in_place_of_the_next_alone() -> None:
    line = _line()
    assert texts(_word(line, "approved", "settle", "请您稍后再试。")) == ["请您稍后再试。"]
    assert texts(line.played()) == ["bye"]
    assert line.steps[0][1].endswith("; edited settle")


def test_an_edited_question_takes_its_answer() -> None:
    line = _line()
    assert texts(_word(line, "approved", "defer", "哪一天方便？")) == ["哪一天方便？"]
    line.tell(SpeechHeard(LEG, line.awaited, "下个月五号", 1.0))
    assert [one.values for one in line.all if isinstance(one, ValuesTaken)] == [{"day": "2026-12-05"}]


def test_declined_is_asked_once_more() -> None:
    assert texts(_word(_line(), "declined")) == ["wrong", "one"]


@pytest.mark.parametrize("there", ["nobody", "late"])
@pytest.mark.parametrize(
    ("decision", "intent", "heard"), [("asked", "settle", ["which 提前还款 申请延期"]), ("answered", "close", [])]
)
def test_without_a_person_the_call_goes_the_usual_way(there: str, decision: str, intent: str, heard: list[str]) -> None:
    line = _line(decision, intent, there="nobody" if there == "nobody" else _AT_A_SEAT)
    if there == "late":
        line.played()
        out = line.due()
        assert line.now == 15.0
        assert only(out, EndProposal).lapsed
        only(out, StopMusic)
        assert texts(out) == heard
    else:
        assert texts(line.all) == ["one", *heard], "no moment, for nobody looks"
    assert line.machine.sessions[CALL].phase == ("asking" if decision == "asked" else "queued")


def test_a_key_wins_and_takes_the_proposal_back() -> None:
    line = _line()
    line.played()
    late = line.awaited
    out = line.press("9")
    assert not only(out, EndProposal).lapsed
    only(out, StopMusic)
    assert texts(out) == ["four"]
    assert line.tell(AnswerReviewed(CALL, late, "approved", "settle")) == []


def test_a_wrong_key_takes_it_back_too() -> None:
    line = _line()
    out = line.press("5")
    only(out, EndProposal)
    assert texts(out) == ["wrong", "one"]


def test_a_restart_keeps_the_proposal() -> None:
    line = _line()
    line.played()
    line.machine.restore(line.machine.snapshot())
    out = line.tell(CallAdopted(CALL))
    only(out, StartMusic)
    assert not [one for one in out if isinstance(one, Play | EndProposal)]
    assert texts(_word(line, "approved", "settle")) == ["three"]


def test_the_house_is_told_what_was_said_and_what_came_of_it() -> None:
    told = [one for one in _line().all if isinstance(one, TurnTaken)]
    assert [(one.said, one.came_of, one.intent, one.score) for one in told] == [("还款的事", "asked", "settle", 0.5)]
