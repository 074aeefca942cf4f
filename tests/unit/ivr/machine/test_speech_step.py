"""Steps that take speech or keys: when the ear is open, what closes it, whose time runs."""

import pytest

from calls.causes import Outcome
from calls.commands import Listen, Play, Stop
from calls.events import CommandFailed, PlaybackFinished, SpeechHeard
from ivr import commands as c
from tests.unit.ivr.machine.machines import LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

LISTEN = "flow: main\nstart: ask\nask:\n  listen: ask\n  answers:\n    - {hears: [账单, bill], press: 1, then: a}\n"
LISTEN += "    - {hears: loan, then: b}\n  " + TRIES + "a: {hangup: one}\nb: {hangup: two}\n"


@pytest.mark.parametrize(
    ("said", "heard"),
    [("我要查账单", "one"), ("The Bill please", "one"), ("a loan", "two"), ("loaning", "wrong"), ("", "silent")],
)
def test_speech(said: str, heard: str) -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    line.played()
    assert ear.hints == ("账单", "bill", "loan")
    assert texts(line.tell(SpeechHeard(LEG, ear.attempt, said)))[0] == heard


def test_keys_instead_of_speech_close_the_ear() -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    line.played()
    out = line.press("1")
    assert only(out, Stop).attempt == ear.attempt
    assert texts(out) == ["one"]


def test_without_a_recogniser_keys_remain() -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    line.played()
    assert line.tell(CommandFailed(ear.attempt, "unsupported", LEG)) == []
    assert texts(line.press("1")) == ["one"]


def test_speech_stops_the_prompt_and_has_its_own_time() -> None:
    line = Line(compiled(LISTEN))
    out = line.start()
    prompt, ear = only(out, Play), only(out, Listen)
    assert ear.patient, "open beside the prompt"
    assert line.machine.next_deadline() == 7200.0, "the prompt has no deadline but the call's"
    line.now = 3.0
    assert line.tell(SpeechHeard(LEG, ear.attempt, "", final=False)) == [Stop(LEG, prompt.attempt)]
    assert line.tell(PlaybackFinished(LEG, prompt.attempt, Outcome.STOPPED)) == []
    assert line.machine.next_deadline() == 3.0 + ear.max_s + 5.0
    line.now = 5.0
    assert texts(line.tell(SpeechHeard(LEG, ear.attempt, "the bill")))[0] == "one"


def test_after_the_prompt_silence_counts_and_closes_the_ear() -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    line.now = 2.0
    assert line.played() == []
    assert line.machine.next_deadline() == 2.0 + ear.max_s
    out = line.due()
    assert only(out, Stop).attempt == ear.attempt
    assert texts(out)[0] == "silent"
    assert only(out, Listen).attempt != ear.attempt


def test_speech_that_begins_with_the_prompts_last_word_keeps_its_time() -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    line.now = 2.0
    line.played()
    line.now = 9.9
    assert line.tell(SpeechHeard(LEG, ear.attempt, "", final=False)) == []
    assert line.machine.next_deadline() == 9.9 + ear.max_s + 5.0


def test_without_barge_in_the_ear_opens_at_the_prompts_end() -> None:
    line = Line(compiled(LISTEN.replace("  answers", "  barge_in: false\n  answers")))
    assert not [order for order in line.start() if isinstance(order, Listen)]
    ear = only(line.played(), Listen)
    assert not ear.patient
    assert line.machine.next_deadline() == ear.max_s + 5.0


def test_an_ear_that_fails_during_the_prompt_leaves_the_prompt_and_the_keys() -> None:
    line = Line(compiled(LISTEN))
    ear = only(line.start(), Listen)
    assert line.tell(CommandFailed(ear.attempt, "unsupported", LEG)) == []
    line.now = 2.0
    assert line.played() == []
    assert line.machine.next_deadline() == 2.0 + 5.0
    assert only(line.press("1"), c.StepTaken).outcome == "1; not listening: unsupported"


BY_KEYS = LISTEN.replace("  answers", "  by_keys: three\n  answers")


def test_the_keys_are_named_after_the_prompt_where_there_is_no_ear() -> None:
    line = Line(compiled(BY_KEYS))
    ear = only(line.start(), Listen)
    assert line.tell(CommandFailed(ear.attempt, "unsupported", LEG)) == []
    line.now = 2.0
    assert texts(line.played()) == ["three"]
    assert line.machine.next_deadline() == 7200.0, "no time runs while they are named"
    line.now = 4.0
    assert line.played() == []
    assert line.machine.next_deadline() == 4.0 + 5.0
    assert texts(line.press("1"))[0] == "one"


@pytest.mark.parametrize(("flow", "told"), [(BY_KEYS, ["three"]), (LISTEN, ["ask"])])
def test_who_spoke_and_was_not_heard_in_time_is_told_and_goes_on_by_keys(flow: str, told: list[str]) -> None:
    line = Line(compiled(flow))
    ear = only(line.start(), Listen)
    line.tell(SpeechHeard(LEG, ear.attempt, "", final=False))
    out = line.tell(CommandFailed(ear.attempt, "deadline", LEG, "busy"))
    assert texts(out) == told
    assert not [order for order in out if isinstance(order, Listen)], "no ear, which would be late again"
    assert line.played() == []
    assert texts(line.press("1"))[0] == "one"
    assert line.steps[0] == ("ask", "1; not listening: deadline")


def test_the_next_try_has_an_ear_again() -> None:
    line = Line(compiled(BY_KEYS))
    ear = only(line.start(), Listen)
    line.tell(SpeechHeard(LEG, ear.attempt, "", final=False))
    line.tell(CommandFailed(ear.attempt, "deadline", LEG))
    line.played()
    out = line.due()
    assert texts(out)[0] == "silent"
    assert only(out, Listen).attempt != ear.attempt
    assert line.tell(CommandFailed(only(out, Listen).attempt, "refused", LEG)) == []
    assert texts(line.played()) == ["three"], "and is told again"


def test_without_barge_in_an_ear_that_fails_is_not_opened_again() -> None:
    line = Line(compiled(BY_KEYS.replace("  answers", "  barge_in: false\n  answers")))
    line.start()
    ear = only(line.played(), Listen)
    assert texts(line.tell(CommandFailed(ear.attempt, "unsupported", LEG))) == ["three"]
    assert line.played() == []
    assert texts(line.press("1"))[0] == "one"
