"""Keys that are pressed early: what they skip, what they answer, and where they count no further."""

import pytest

from calls.causes import Outcome
from calls.commands import Play, Record
from calls.events import RecordingFinished
from calls.ids import AgentId, CaseNumber
from ivr import commands as c
from ivr.events import CaseOpened, LeftQueue, LookupFinished, TransferEnded
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

_ASK = f"question:\n  menu: ask\n  keys: {{1: done}}\n  {TRIES}done: {{hangup: bye}}\n"


def _pressed(between: str, more: str = _ASK) -> Line:
    """A caller who has pressed 1 while `one` was said; `between` comes after it, and after that the question."""
    line = Line(compiled(f"flow: main\nstart: hello\nhello: {{say: one, then: between}}\n{between}{more}"))
    line.start()
    line.press("1")
    return line


def test_a_service_stands_between_the_key_and_the_question() -> None:
    line = _pressed(
        "between: {lookup: 'http://x/', into: it, failed: hangup, then: tell}\ntell: {say: two, then: question}\n"
    )
    ask = only(line.all, c.Lookup)
    assert texts(line.tell(LookupFinished(CALL, ask.attempt, "ok", {}))) == ["two"]
    assert texts(line.played()) == ["ask"]


def test_a_case_stands_between() -> None:
    line = _pressed("between: {open_case: {category: x}, then: tell}\ntell: {say: two, then: question}\n")
    asked = only(line.all, c.OpenCase)
    assert texts(line.tell(CaseOpened(CALL, asked.attempt, CaseNumber("1")))) == ["two"]


def test_a_talk_stands_between() -> None:
    line = _pressed("between: {queue: care, then: question}\n")
    entered = only(line.all, c.EnterQueue)
    assert texts(line.tell(LeftQueue(CALL, entered.attempt, "served", AgentId("1")))) == ["ask"]


def test_a_transfer_stands_between() -> None:
    line = _pressed("between: {transfer: 'tel:+8610', then: question}\n")
    begun = only(line.all, c.Transfer)
    assert texts(line.tell(TransferEnded(CALL, begun.attempt, "talked"))) == ["ask"]


def test_a_message_stands_between() -> None:
    line = _pressed("between: {voicemail: box, then: question}\n")
    record = only(line.all, Record)
    out = line.tell(RecordingFinished(LEG, record.attempt, "/m.wav", 5.0, Outcome.FINISHED, "digit"))
    assert texts(out) == ["ask"]


def test_words_that_lead_to_no_question_are_heard() -> None:
    line = _pressed("between: {say: two, then: {hangup: bye}}\n", "")
    assert texts(line.all) == ["one", "two"]
    line.played()
    assert line.steps[-1] == ("between", "said; key 1 counts no further")


def test_words_where_only_one_way_leads_to_a_question_are_heard() -> None:
    line = _pressed(
        "between: {say: two, then: which}\nwhich: {branch: [{if: caller == '', then: done}], else: question}\n"
    )
    assert texts(line.all) == ["one", "two"]


def test_words_on_the_straight_way_to_the_question_are_skipped_with_it() -> None:
    between = "between: {set: {n: 1}, then: office}\noffice: {hours: day, open: more, closed: more}\n"
    hours = "day: {zone: UTC, week: {mon-sun: 09:00-18:00}}\n"
    between += "more: {call: told, then: question}\n"
    flow = f"flow: main\nstart: hello\nhello: {{say: one, then: between}}\n{between}{_ASK}"
    told = "flow: told\nstart: a\na: {say: two, then: return}\n"
    line = Line(compiled(flow, told, hours=hours))
    line.start()
    assert texts(line.press("1")) == ["bye"]


def test_a_question_that_must_be_heard_to_its_end_is_asked() -> None:
    """It was never asked: the words before it went on, and the caller heard silence after them."""
    line = _pressed("between: {goto: question}\n", _ASK.replace("menu: ask", "menu: ask\n  barge_in: false"))
    assert texts(line.all) == ["one", "ask"]
    assert line.press("1") == []
    line.played()
    assert texts(line.press("1")) == ["bye"]


def test_a_secret_that_must_be_asked_for_first_begins_with_an_empty_vault() -> None:
    more = f"question:\n  collect: pin\n  say: ask\n  length: 4\n  secret: true\n  barge_in: false\n  {TRIES}"
    line = Line(compiled(f"flow: main\nstart: hello\nhello: {{say: one, then: question}}\n{more}"))
    line.start()
    out = line.press("•")
    assert [type(command) for command in out if not isinstance(command, c.StepTaken)] == [c.HideDigits, Play]
