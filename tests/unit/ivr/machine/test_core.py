"""The walk: what each step orders, what ends it, what is stale."""

import msgspec
import pytest

from calls.causes import Cause, Outcome
from calls.commands import Answer, Clip, HangUp, Play, Record, Stop
from calls.events import CallEnded, CommandFailed, DigitPressed, PlaybackFinished, RecordingFinished, SpeechHeard
from calls.ids import AgentId, AttemptId, CallId, CaseNumber, LegId
from ivr import commands as c
from ivr.events import CallAdopted, CallStarted, CaseOpened, LeftQueue, LookupFinished, TransferEnded
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only, texts

pytestmark = pytest.mark.unit

MENU = f"flow: main\nstart: choose\nchoose:\n  menu: one\n  short: two\n  keys: {{1: a, 12: b, 3: c}}\n  {TRIES}"
STEPS = "a: {say: three, then: bye}\nb: {say: four, then: bye}\nc: {queue: care, then: bye}\n"


def menu() -> Line:
    line = Line(compiled(MENU + STEPS))
    line.start()
    return line


def test_answers_and_speaks_in_one_batch() -> None:
    line = Line(compiled(MENU + STEPS))
    first, second = line.start()
    assert first == Answer(LEG, AttemptId("c/1"))
    assert isinstance(second, Play)
    assert texts([second]) == ["one"]


def test_barge_in_plays_at_once_without_a_stop() -> None:
    line = menu()
    line.press("1")
    out = line.press("2")
    assert texts(out) == ["four"]
    assert not [order for order in out if isinstance(order, Stop)]


def test_first_key_of_several_stops_the_prompt() -> None:
    line = menu()
    playing = line.machine.sessions[CALL].playing
    assert line.press("1") == [Stop(LEG, playing)]  # type: ignore[arg-type]  # a prompt plays


def test_a_key_that_may_go_on_waits_for_the_next_one() -> None:
    line = menu()
    line.press("1")
    assert line.machine.next_deadline() == 3.0
    assert texts(line.due()) == ["three"]


def test_end_key_ends_the_wait() -> None:
    line = menu()
    line.press("1")
    assert texts(line.press("#")) == ["three"]


def test_leaving_a_prompt_for_a_queue_stops_it_first() -> None:
    line = menu()
    out = line.press("3")
    kinds = [type(order) for order in out]
    assert kinds.index(Stop) < kinds.index(c.EnterQueue)


def test_silence_and_wrong_keys_have_their_own_words_and_tries() -> None:
    line = menu()
    line.played()
    assert texts(line.due()) == ["silent", "two"]
    assert texts(line.press("9")) == ["wrong", "two"]
    line.played()
    assert texts(line.due()) == ["bye"]
    assert line.steps == [("choose", "no_input")]


def test_star_says_it_again_and_pound_goes_back() -> None:
    inner = "flow: main\nstart: first\nfirst:\n  menu: one\n  keys: {1: second}\n  no_input: {then: hangup}\n"
    inner += "  wrong: {then: hangup}\nsecond:\n  menu: two\n  keys: {1: hangup}\n"
    inner += "  no_input: {then: hangup}\n  wrong: {then: hangup}\n"
    line = Line(compiled(inner))
    line.start()
    assert texts(line.press("1")) == ["two"]
    assert texts(line.press("*")) == ["two"]
    assert texts(line.press("#")) == ["one"]
    assert texts(line.press("#")) == ["one"]


def test_a_global_key_of_the_site() -> None:
    line = Line(compiled(MENU + STEPS, defaults="global_keys: {0: {queue: care}}\n"))
    line.start()
    assert only(line.press("0"), c.EnterQueue).queue == "care"


def test_a_key_skips_words_and_counts_for_the_next_step() -> None:
    line = Line(compiled(f"flow: main\nstart: hello\nhello: {{say: ask, then: choose}}\n{MENU[24:]}{STEPS}"))
    line.start()
    assert texts(line.press("3")) == []
    assert line.machine.sessions[CALL].phase == "queued"


def test_words_without_barge_in_are_heard_to_the_end() -> None:
    line = Line(compiled("flow: main\nstart: a\na: {say: one, barge_in: false, then: b}\nb: {hangup: bye}\n"))
    line.start()
    assert line.press("1") == []
    assert texts(line.played()) == ["bye"]
    assert only(line.played(), HangUp).leg == LEG


LOOKUP = "flow: main\nstart: find\nfind: {lookup: 'http://x/', into: it, deadline_s: 2, failed: sorry, then: which}\n"
WHICH = "which:\n  branch: [{if: it.n > 3, then: bye}]\n  else: other\nsorry: {say: wrong, then: bye}\n"
WHICH += "other: {say: two, then: bye}\n"


@pytest.mark.parametrize(("value", "said"), [({"n": 4}, "bye"), ({"n": 3}, "two"), ({}, "two"), ("text", "two")])
def test_conditions_on_what_was_looked_up(value: object, said: str) -> None:
    line = Line(compiled(LOOKUP + WHICH + "bye: {hangup: bye}\n"))
    attempt = only(line.start(), c.Lookup).attempt
    assert texts(line.tell(LookupFinished(CALL, attempt, "ok", value))) == [said]


def test_a_condition_that_errs_is_false_and_the_log_names_it() -> None:
    line = Line(compiled(LOOKUP + WHICH + "bye: {hangup: bye}\n"))
    attempt = only(line.start(), c.Lookup).attempt
    line.tell(LookupFinished(CALL, attempt, "ok", {"n": "many"}))
    assert line.steps[-1] == ("which", "else; case 1 errs: string and number are not compared")


def test_a_lookup_that_never_answers_fails_by_itself() -> None:
    line = Line(compiled(LOOKUP + WHICH + "bye: {hangup: bye}\n"))
    late = only(line.start(), c.Lookup).attempt
    assert texts(line.due()) == ["wrong"]
    assert line.tell(LookupFinished(CALL, late, "ok", {"n": 4})) == []


QUEUE = "flow: main\nstart: wait\nwait: {queue: care, skills: [care>=3], class: urgent, reason: why, keys: {9: bye},"
QUEUE += " no_agents: sorry, then: thanks}\nsorry: {say: wrong, then: bye}\nthanks: {say: one, then: bye}\n"
QUEUE += "bye: {hangup: bye}\n"


def test_a_wait_a_talk_and_what_comes_after() -> None:
    line = Line(compiled(QUEUE))
    order = only(line.start(), c.EnterQueue)
    assert (order.queue, order.skills, order.class_, order.reason, order.language) == (
        "care",
        ("care>=3",),
        "urgent",
        "why",
        "zh-CN",
    )
    assert texts(line.tell(LeftQueue(CALL, order.attempt, "served", AgentId("1")))) == ["one"]


def test_a_queue_that_cannot() -> None:
    line = Line(compiled(QUEUE))
    order = only(line.start(), c.EnterQueue)
    assert texts(line.tell(LeftQueue(CALL, order.attempt, "no_agents"))) == ["wrong"]


def test_a_key_leaves_the_queue_and_its_late_outcome_is_stale() -> None:
    line = Line(compiled(QUEUE))
    order = only(line.start(), c.EnterQueue)
    out = line.press("9")
    assert only(out, c.LeaveQueue).attempt == order.attempt
    assert line.tell(LeftQueue(CALL, order.attempt, "served")) == []


def test_a_transfer() -> None:
    flow = "flow: main\nstart: to\nto: {transfer: tel:+8610, ring_s: 9, busy: sorry}\nsorry: {hangup: wrong}\n"
    line = Line(compiled(flow))
    order = only(line.start(), c.Transfer)
    assert (order.to, order.ring_s) == ("tel:+8610", 9.0)
    assert texts(line.tell(TransferEnded(CALL, order.attempt, "busy"))) == ["wrong"]


MESSAGE = "flow: main\nstart: record\nrecord: {voicemail: desk, say: one, max_s: 60, then: bye, failed: no}\n"
MESSAGE += "bye: {hangup: bye}\nno: {hangup: wrong}\n"


def test_a_message() -> None:
    line = Line(compiled(MESSAGE))
    line.start()
    record = only(line.played(), Record)
    out = line.tell(RecordingFinished(LEG, record.attempt, "/x.wav", 7.5, ended_by="digit"))
    assert only(out, c.VoicemailLeft) == c.VoicemailLeft(CALL, "desk", "/x.wav", 7.5)
    assert texts(out) == ["bye"]


def test_a_message_that_failed_or_is_empty() -> None:
    for event in (
        lambda a: RecordingFinished(LEG, a, "", 0.0, Outcome.FAILED, "failed"),
        lambda a: RecordingFinished(LEG, a, "/x.wav", 0.3),
        lambda a: CommandFailed(a, "refused", LEG),
    ):
        line = Line(compiled(MESSAGE))
        line.start()
        assert texts(line.tell(event(only(line.played(), Record).attempt))) == ["wrong"]


def test_a_caller_who_hangs_up_into_a_message_has_left_it() -> None:
    line = Line(compiled(MESSAGE))
    line.start()
    record = only(line.played(), Record)
    out = line.tell(RecordingFinished(LEG, record.attempt, "/x.wav", 7.5, ended_by="hang_up"))
    assert [type(order) for order in out] == [c.VoicemailLeft]
    assert [type(order) for order in line.hang_up()] == [c.StepTaken, c.FlowEnded]


SUB = "flow: sub\ntakes: [n]\nreturns: [m]\nstart: a\na: {set: {x: =int(n) + 1}, then: b}\nb: {return: {m: =x}}\n"
MAIN = "flow: main\nstart: a\na: {call: sub, with: {n: '4'}, into: {got: m}, then: tell}\n"
MAIN += "tell: {say: {phrase: worth, with: {sum: =got}}}\n"


def test_a_flow_called_with_arguments_returns_values() -> None:
    line = Line(compiled(MAIN, SUB))
    assert texts(line.start()) == ["五元"]


def test_a_value_that_cannot_be_said_is_an_apology_and_noted() -> None:
    line = Line(
        compiled(
            "flow: main\nstart: a\na: {say: [one, {phrase: worth, with: {sum: ='much'}}], then: b}\nb: {hangup: bye}\n"
        )
    )
    assert texts(line.start()) == ["one", "对不起，暂时无法为您播报。"]
    line.played()
    assert line.steps[0][1].startswith("said; worth not said: ")


_OWED = "flow: main\nstart: find\nfind: {lookup: 'http://x/', into: it, failed: hangup, then: tell}\n"
_OWED += "tell: {say: [{phrase: worth, with: {sum: =it.sum}}, {phrase: worth, with: {sum: =it.more}}], then: bye}\n"
_OWED += "bye: {hangup: bye}\n"


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        ({"sum": 1234.5000000000002, "more": "1,234.50"}, ["一千二百三十四元五角", "一千二百三十四元五角"]),
        ({"sum": "a lot", "more": None}, ["对不起，暂时无法为您播报。"]),  # once is enough
        ({"more": 5}, ["对不起，暂时无法为您播报。", "五元"]),
    ],
)
def test_a_caller_never_hears_silence_where_a_value_should_be(answer: object, heard: list[str]) -> None:
    line = Line(compiled(_OWED))
    line.start()
    assert texts(line.tell(LookupFinished(CALL, line.awaited, "ok", answer))) == heard


def test_a_sites_own_words_of_apology_come_first() -> None:
    program = compiled(_OWED)
    texts_of = {**program.phrases, "zh-CN": {**program.phrases["zh-CN"], "sentence_unavailable": "抱歉"}}
    line = Line(msgspec.structs.replace(program, phrases=texts_of))
    line.start()
    assert texts(line.tell(LookupFinished(CALL, line.awaited, "ok", {}))) == ["抱歉"]
    clips = {"zh-CN": {"sentence_unavailable": "/clips/sorry"}}
    line = Line(msgspec.structs.replace(program, clips=clips))
    line.start()
    assert only(line.tell(LookupFinished(CALL, line.awaited, "ok", {})), Play).media == (Clip("/clips/sorry"),)


def test_a_prompt_that_failed_counts_as_played() -> None:
    line = Line(compiled("flow: main\nstart: a\na: {say: one, then: b}\nb: {hangup: bye}\n"))
    line.start()
    assert texts(line.played(Outcome.FAILED, "one.wav")) == ["bye"]
    assert line.steps == [("a", "said; not played: one.wav")]


def test_a_case_that_is_not_filed_in_time() -> None:
    flow = "flow: main\nstart: a\na: {open_case: {category: x}, deadline_s: 2, failed: no, then: yes_}\n"
    line = Line(compiled(flow + "no: {hangup: wrong}\nyes_: {hangup: one}\n"))
    order = only(line.start(), c.OpenCase)
    assert texts(line.due()) == ["wrong"]
    assert line.tell(CaseOpened(CALL, order.attempt, CaseNumber("1"))) == []


def test_hanging_up_ends_it_without_another_command_to_the_leg() -> None:
    line = menu()
    line.press("1")
    out = line.hang_up()
    assert [type(order) for order in out] == [c.StepTaken, c.FlowEnded]
    assert line.hang_up() == []
    assert line.press("1") == []
    assert line.machine.next_deadline() is None


def test_the_cap_on_steps() -> None:
    flow = "flow: main\nstart: a\na:\n  menu: one\n  keys: {1: a}\n  no_input: {then: a}\n  wrong: {then: a}\n"
    line = Line(compiled(flow, defaults="limits: {steps: 20}\n"))
    line.start()
    for _ in range(30):
        line.press("1")
    assert only(line.all, c.FlowEnded).reason == "step_limit"


def test_the_cap_on_time() -> None:
    line = Line(compiled(MENU + STEPS, defaults="limits: {call_s: 60}\nfirst_key_s: 100\n"))
    line.start()
    line.played()
    line.due()
    assert line.now == 60.0
    assert only(line.all, c.FlowEnded).reason == "time_limit"


def test_a_wait_is_not_cut_short_by_the_cap_on_time() -> None:
    line = Line(compiled(QUEUE, defaults="limits: {call_s: 60}\n"))
    order = only(line.start(), c.EnterQueue)
    assert line.machine.next_deadline() is None
    line.now = 500.0
    out = line.tell(LeftQueue(CALL, order.attempt, "served"))
    assert only(out, c.FlowEnded).reason == "time_limit"


def test_an_adopted_caller_hears_the_question_again() -> None:
    line = menu()
    line.press("1")
    assert texts(line.tell(CallAdopted(CALL))) == ["one"]
    assert line.machine.sessions[CALL].typed == ""


def test_an_adopted_caller_waits_on() -> None:
    line = Line(compiled(QUEUE))
    line.start()
    assert line.tell(CallAdopted(CALL)) == []


def test_an_adopted_caller_whose_walk_is_over_is_hung_up() -> None:
    line = Line(compiled(QUEUE))
    assert line.tell(CallAdopted(CALL)) == [HangUp(LegId(CALL))]


def test_an_unknown_version_or_flow_hangs_up() -> None:
    line = Line(compiled(QUEUE))
    for version, flow in (("v9", "main"), ("v1", "nothing")):
        out = line.tell(CallStarted(CallId("d"), LegId("d"), version, flow, "", ""))
        assert [type(order) for order in out] == [HangUp, c.FlowEnded]


def test_static_phrases_are_clips_once_they_are_built() -> None:
    program = compiled(MENU + STEPS).with_clips("v1", {"zh-CN": {"one": "/sounds/one"}})
    line = Line(program)
    assert only(line.start(), Play).media == (Clip("/sounds/one"),)


def test_stale_events_change_nothing() -> None:
    line = menu()
    before = line.machine.snapshot()
    nobody = AttemptId("c/77")
    for event in (
        PlaybackFinished(LEG, nobody, Outcome.FINISHED),
        LookupFinished(CALL, nobody, "ok", 1),
        CaseOpened(CALL, nobody, CaseNumber("1")),
        LeftQueue(CALL, nobody, "served"),
        TransferEnded(CALL, nobody, "talked"),
        SpeechHeard(LEG, nobody, "bill"),
        RecordingFinished(LEG, nobody, "/x", 1.0),
        CommandFailed(nobody, "refused", LEG),
        DigitPressed(LegId("other"), "1"),
        CallEnded(LegId("other"), Cause.NORMAL),
    ):
        assert line.tell(event) == []
    assert line.machine.snapshot() == before


_FIELDS = "fields: {topic: loan, owed: =it.owed, open: =it.open, due: =it.due}"


def _asked(step: str, answer: object) -> Line:
    line = Line(compiled(f"{LOOKUP.replace('then: which', 'then: next')}next: {step}\nsorry: {{hangup: wrong}}\n"))
    line.start()
    line.tell(LookupFinished(CALL, line.awaited, "ok", answer))
    return line


def test_a_field_that_errs_or_is_nothing_is_left_out_for_the_agent_and_told() -> None:
    line = _asked(f"{{queue: care, {_FIELDS}}}", {"open": True, "due": None})
    assert only(line.all, c.EnterQueue).fields == {"topic": "loan", "open": True}
    line.tell(LeftQueue(CALL, line.awaited, "failed"))
    assert line.steps[-1][1] == "failed; owed errs: no such key; due is nothing"


def test_a_field_of_a_case_that_errs_is_left_out_too() -> None:
    line = _asked("{open_case: {category: x, owed: =it.owed, n: 5}}", {})
    assert only(line.all, c.OpenCase).fields == {"n": 5}


def test_a_step_with_many_conditions_over_a_large_answer_holds_nobody_up() -> None:
    cases = "".join(f"{{if: 'it.exists(x, x == -{number + 1})', then: bye}}, " for number in range(30))
    flow = f"{LOOKUP}which:\n  branch: [{cases}{{if: 'true', then: other}}]\n  else: bye\n"
    line = Line(compiled(f"{flow}sorry: {{hangup: wrong}}\nother: {{hangup: two}}\nbye: {{hangup: bye}}\n"))
    line.start()
    assert texts(line.tell(LookupFinished(CALL, line.awaited, "ok", list(range(2000))))) == ["two"]
    line.played()
    assert line.steps[1][1].startswith("case 31; case 1 errs: too much work for a condition; case 2 errs")
