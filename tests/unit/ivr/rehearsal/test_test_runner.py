"""Rehearsed calls: what a test case expects against what happens, told by place; and the typed conversation."""

from datetime import UTC, datetime

import pytest

from calls.commands import Listen
from calls.events import SpeechHeard
from ivr.compiler.compiling import compile_folder
from ivr.compiler.test_cases import TestCase, read_test_cases
from ivr.rehearsal.conversation import Conversation
from ivr.rehearsal.test_runner import BadTestCases, Result, run_cases, run_folder
from tests.unit.ivr.machine.machines import compiled

pytestmark = pytest.mark.unit

_MAIN = """\
flow: main
start: choose
choose:
  menu: one
  keys: {1: wait, 2: find, 3: record, 4: away, 5: rate, 6: file, 7: ask}
  no_input: {say: silent, tries: 1, then: bye}
  wrong: {say: wrong, tries: 1, then: bye}
wait: {queue: care, skills: [care>=3], class: urgent, fields: {topic: x}, no_agents: bye, then: bye}
known: {queue: care, agent: =it.adviser, sticky_s: 30, vip: =it.vip, priority: =it.owed / 10, then: bye}
find: {lookup: "http://x/", send: {who: =caller}, into: it, failed: known, then: tell}
tell: {say: {phrase: worth, with: {sum: =it.sum}}, then: known}
record: {voicemail: desk, then: bye}
away: {transfer: tel:+8610, busy: choose, then: bye}
rate: {survey: q, say: ask, no_input: {then: bye}, wrong: {then: bye}, then: bye}
file: {open_case: {category: x, from: menu}, then: bye}
ask: {listen: ask, answers: [{hears: loan, then: wait}], no_input: {then: bye}, wrong: {then: bye}}
bye: {hangup: bye}
"""
_PROGRAM = compiled(_MAIN)


def _try(script: str, more: str = "") -> Result:
    lines = "".join(f"    - {line}\n" for line in script.strip().split("\n"))
    text = f"a call:\n  at: 2026-11-23T10:00+08:00\n  flow: main\n{more}  script:\n{lines}"
    (result,) = run_folder(_PROGRAM, {"dialplans/tests/a.yaml": text})
    return result


@pytest.mark.parametrize(
    "script",
    [
        "presses: 1\nlands_in: {queue: care, skills: [care>=3], class: urgent, topic: x}\nqueue: served\nhears: bye",
        "presses: 1\nlands_in: care\nqueue: no_agents\nends: hung_up",
        "presses: 2\nasks: {url: http://x/, send: {who: '+8613800138000'}}\nlookup: {answers: {sum: 5}}\nhears: worth",
        "presses: 2\nlookup: {answers: {sum: 5, adviser: 1, vip: true, owed: 50}}\n"
        "lands_in: {agent: '1', vip: true, priority: 5}",
        "presses: 2\nlookup: deadline\nlands_in: {agent: '', vip: false, priority: 0}",
        "presses: 2\nlookup: {answers: {sum: 5, vip: 'yes', owed: much}}\nlands_in: {vip: false, priority: 0}",
        "presses: 3\nleaves_message: 9\nmessage_for: desk\nhears: bye",
        "presses: 3\nleaves_message: {seconds: 9, then: hangs_up}\nmessage_for: desk\nends: caller_left",
        "presses: 3\nwaits: 9\nhangs_up:\nmessage_for: desk\nends: caller_left",
        "presses: 4\ntransferred_to: tel:+8610\ntransfer: busy\nhears: one",
        "presses: 5\nhears: ask\npresses: 4\nscores: {q: 4}",
        "presses: 6\nopens_case: {category: x, from: menu}\nhears: bye",
        "presses: 7\nhears: ask\nsays: a loan\nat_step: main/wait",
        "presses: 7\nhears: ask\nsays: {text: a loan, raised: true}\nat_step: main/wait",
        "hears: one\nwaits: 6\nhears: silent\nwaits: 6\nends: hung_up",
        "hears: one\nhangs_up:\nends: caller_left",
    ],
)
def test_as_expected(script: str) -> None:
    result = _try(script)
    assert result.ok, str(result)


@pytest.mark.parametrize(
    ("script", "place", "words"),
    [
        ("hears: two", "5:7", "expected to hear two, but heard one; the call is at step main/choose"),
        ("presses: 1\nlands_in: {class: general}", "6:7", "class 'general', but it has 'urgent'"),
        ("presses: 2\nlands_in: care", "6:7", "but the call waits for http://x/ (step main/find)"),
        ("presses: 1\nlookup: deadline", "6:7", "but the call waits in care"),
        ("presses: 6\nopens_case: y", "6:7", "category 'y', but it has 'x'"),
        ("presses: 3\nends: hung_up", "6:7", "but the call records"),
        ("hangs_up:\npresses: 1", "6:7", "the call is over (caller_left)"),
        ("presses: 8\nhears: {phrase: one, language: en}", "6:7", "to hear one in en"),
    ],
)
def test_another_way(script: str, place: str, words: str) -> None:
    (difference,) = _try(script).differences
    assert str(difference).startswith(f"dialplans/tests/a.yaml:{place}: expected ")
    assert words in str(difference)


class _Ear:
    """Hears the word that a file is named by; the second sound of a caller is in a raised voice."""

    def __init__(self) -> None:
        self.callers = self.heard = 0

    def begin(self) -> None:
        self.callers, self.heard = self.callers + 1, 0

    def hear(self, sound: str, listen: Listen) -> SpeechHeard:
        self.heard += 1
        return SpeechHeard(listen.leg, listen.attempt, sound.removesuffix(".wav"), 0.9, raised=self.heard > 1)


def _spoken(script: str) -> list[TestCase]:
    text = f"a call:\n  at: 2026-11-23T10:00+08:00\n  flow: main\n  script: [{script}]\n"
    cases, problems = read_test_cases({"dialplans/tests/a.yaml": text}, _PROGRAM)
    assert problems == []
    return cases


def test_a_caller_s_sound_is_heard_by_the_ear() -> None:
    cases = _spoken("presses: 7, says: {sound: loan.wav}, at_step: main/wait") * 2
    ear = _Ear()
    results = list(run_cases(_PROGRAM, cases, ear=ear))
    assert [str(result) for result in results if not result.ok] == []
    assert ear.callers == 2
    assert any("says loan.wav, heard as: loan" in line for line in results[0].transcript)


def test_without_an_ear_a_sound_goes_another_way_and_a_folder_is_tried_without_it() -> None:
    cases = _spoken("presses: 7, says: {sound: loan.wav}")
    (result,) = run_cases(_PROGRAM, cases)
    assert "expected an ear for loan.wav, but nobody here hears sounds" in str(result)
    text = "a call: {at: 2026-11-23T10:00+08:00, flow: main, script: [presses: 7, says: {sound: loan.wav}]}"
    assert run_folder(_PROGRAM, {"dialplans/tests/a.yaml": text}) == []


@pytest.mark.parametrize("said", ["{raised: true}", "{text: 5}", "{sound: a.wav, text: b}", "{text: a, raised: very}"])
def test_what_a_caller_cannot_say_is_told(said: str) -> None:
    text = f"a call: {{at: 2026-11-23T10:00+08:00, flow: main, script: [presses: 7, says: {said}]}}"
    (problem,) = read_test_cases({"dialplans/tests/a.yaml": text}, _PROGRAM)[1]
    assert "says: words, into a step that listens" in str(problem)


_WAITS = """\
flow: main
start: wait
wait:
  queue: care
  offers:
    callback: {key: 1, say: callback_offer, then: {hangup: bye}}
    message: {key: 2, say: message_offer, then: record}
  then: bye
record: {voicemail: desk, then: bye}
bye: {hangup: bye}
"""
_WORDS = {
    "callback_offer": "offer", "message_offer": "or a message", "callback_confirm": "call {phone:phone}",
    "callback_number": "number", "callback_refused": "no", "bye": "bye",
}  # fmt: skip
_STEPS = """\
queues:
  care: {steps: [{after_s: 60, offer: callback}, {after_s: 90, overflow: desk}]}
  desk: {steps: [{after_s: 60, offer: message}]}
"""


def _wait(*script: str) -> Result:
    prompts = "".join(f"{key}: '{text}'\n" for key, text in _WORDS.items())
    files = {
        "prompts/zh-CN.yaml": prompts,
        "dialplans/flows/main.yaml": _WAITS,
        "dialplans/queues.yaml": _STEPS,
        "dialplans/agents.yaml": "agents: {'1': {}}\n",
    }
    program = compile_folder(files).program
    assert program is not None
    lines = "".join(f"    - {line}\n" for line in script)
    text = f"a call:\n  at: 2026-11-23T10:00+08:00\n  flow: main\n  script:\n{lines}"
    (result,) = run_folder(program, {**files, "dialplans/tests/a.yaml": text})
    return result


@pytest.mark.parametrize(
    "script",
    [
        ("queue: {offers: callback}", "hears: callback_offer", "presses: 11", "books: '+8613800138000'",
         "booking: booked", "hears: bye"),
        ("queue: {offers: callback}", "presses: 11", "booking: refused", "hears: callback_refused", "lands_in: care"),
        ("queue: {offers: callback}", "presses: 11", "booking: connecting", "queue: served", "ends: hung_up"),
        ("queue: {overflows: desk}", "lands_in: desk", "queue: {offers: message}", "presses: 2", "leaves_message: 3"),
    ],
)  # fmt: skip
def test_ways_out_of_a_queue(script: tuple[str, ...]) -> None:
    result = _wait(*script)
    assert result.ok, str(result)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (("queue: {offers: message}",), "no step of care in queues.yaml has offer: message"),
        (("queue: {overflows: care}",), "no step of care in queues.yaml has overflow: care"),
        (("booking: booked",), "expected that this can happen: (the callback: booked)"),
        (("queue: {offers: callback}", "presses: 11", "books: '+8613900139000'"), "waits for the booking of +86138"),
    ],
)
def test_a_queue_does_only_what_its_steps_say(script: tuple[str, ...], said: str) -> None:
    (difference,) = _wait(*script).differences
    assert said in str(difference)


def test_what_must_never_be_heard() -> None:
    (difference,) = _try("presses: 8\nhangs_up:", more="  never_hears: wrong\n").differences
    assert "never to hear wrong" in str(difference)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: {at: 2026-11-23, flow: main, script: [{heers: one}]}",
            "a.yaml:1:43: heers is not a word of a script (did you mean hears?)",
        ),
        ("a: {at: 2026-11-23, flow: mein, script: [{hears: onee}]}", "there is no flow mein (did you mean main?)"),
        ("a: {at: soon, flow: main, script: []}", "a.yaml:1:9: 'soon' is no time"),
        ("a: {at: 2026-11-23, script: []}", "dials or flow is missing"),
        ("a: {at: 2026-11-23, dials: '1', script: []}", "no flow answers 1"),
        ("a: {at: 2026-11-23, flow: main}", "script: a list"),
        ("a: {at: 2026-11-23, flow: main, scrip: []}", "did you mean script?"),
        ("a: {at: 2026-11-23, flow: main, script: [{presses: x}]}", "presses: keys"),
        ("a: {at: 2026-11-23, flow: main, script: [{queue: {offers: calback}}]}", "did you mean callback?"),
        ("a: {at: 2026-11-23, flow: main, script: [{booking: yes}]}", "booking: what becomes of the callback"),
        ("a: 1", "a test case is a mapping"),
        ("a: [", "dialplans/tests/a.yaml:2:1"),
    ],
)
def test_cases_that_are_wrong(text: str, message: str) -> None:
    with pytest.raises(BadTestCases) as caught:
        run_folder(_PROGRAM, {"dialplans/tests/a.yaml": text})
    assert message in str(caught.value)


def test_only_the_folder_of_tests_is_read() -> None:
    assert read_test_cases({"dialplans/flows/main.yaml": _MAIN}, _PROGRAM) == ([], [])


def _talk(*lines: str) -> list[str]:
    call = Conversation(_PROGRAM, "main", at=datetime(2026, 11, 23, tzinfo=UTC), caller="1", called="2")
    said = [line.text for line in call.news()]
    for line in lines:
        said += [answer.text for answer in call.type(line)]
    assert call.over == any("the call is over" in line for line in said)
    return said


def test_a_conversation() -> None:
    said = _talk("", "1", "served 8001", "")
    assert said[0] == "one"
    assert "waits in care care>=3 (urgent): served AGENT, full, …" in said
    assert said[-1] == "the call is over: hung_up"


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        (("2", 'answer {"sum": 5}', ""), "waits in care  (general): served AGENT, full, …"),
        (("2", "answer 5 5"), "asks http://x/ {'who': '1'}: answer JSON, or deadline"),
        (("4", "busy"), "one"),
        (("3", "message 3"), "bye"),
        (("3", "message 3 bye"), "the call is over: caller_left"),
        (("3", "message long"), "records a message: message SECONDS"),
        (("7", "say a loan"), "waits in care care>=3 (urgent): served AGENT, full, …"),
        (("wait 6",), "one"),
        (("bye",), "the call is over: caller_left"),
        (("where",), "main/choose, 0 s into the call, in zh-CN"),
        (("bey",), "bey is not understood (did you mean bye?); help lists what is"),
    ],
)
def test_what_may_be_typed(lines: tuple[str, ...], last: str) -> None:
    assert _talk(*lines)[-1] == last


def test_the_course_tells_what_was_heard_and_done_and_where() -> None:
    result = _try("hears: one\npresses: 1\nlands_in: care\nqueue: served\nends: hung_up")
    assert result.ok
    told = [(moment.kind, moment.at, moment.walked) for moment in result.course]
    assert told[0] == ("heard", "main/choose", ())
    assert ("does", "main/choose", ()) in told
    assert ("sees", "main/wait", ("main/choose",)) in told
    assert told[-1] == ("sees", "", ("main/bye",))
    assert [step for moment in result.course for step in moment.walked] == ["main/choose", "main/wait", "main/bye"]
    assert [moment.line for moment in result.course if moment.kind == "does"] == [6, 8]


def test_the_course_ends_where_the_call_went_another_way() -> None:
    moment = _try("presses: 1\nlands_in: loans\nqueue: served").course[-1]
    assert (moment.kind, moment.at) == ("differs", "main/wait")
    assert "care" in moment.text
