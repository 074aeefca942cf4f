"""Callers who leave in the middle: what they did counts, however they left."""

import pytest

from calls.causes import Outcome
from calls.commands import HangUp, Play, Record
from calls.events import RecordingFinished
from ivr import commands as c
from ivr.events import LookupFinished
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled, only

pytestmark = pytest.mark.unit

_CASE = (
    "case: {open_case: {category: callback, from: message}, then: thanks}\nthanks: {say: two, then: {hangup: bye}}\n"
)
_MESSAGE = "flow: main\nstart: record\nrecord: {voicemail: desk, failed: sorry, then: case}\nsorry: {hangup: wrong}\n"


def _recording(flow: str, *more: str) -> Line:
    line = Line(compiled(flow, *more))
    line.start()
    return line


def _end_message(line: Line, ended_by: str, duration_s: float = 12.0) -> None:
    by = "hang_up" if ended_by == "hang_up" else "digit"
    attempt = [order for order in line.all if isinstance(order, Record)][-1].attempt
    line.tell(RecordingFinished(LEG, attempt, "/m.wav", duration_s, Outcome.FINISHED, by))  # type: ignore[arg-type]  # one of both


def test_a_message_that_is_ended_by_hanging_up_opens_its_case() -> None:
    line = _recording(_MESSAGE + _CASE)
    _end_message(line, "hang_up")
    out = line.hang_up()
    assert only(out, c.OpenCase).fields == {"from": "message"}
    assert only(out, c.FlowEnded).reason == "caller_left"
    assert not [order for order in out if isinstance(order, Play | HangUp)], "nobody is there"
    assert line.steps == [("record", "left; message left"), ("case", "asked"), ("thanks", "caller_left")]
    assert line.machine.sessions == {}


def test_a_snapshot_between_the_message_and_the_end_of_the_leg_loses_nothing() -> None:
    line = _recording(_MESSAGE + _CASE)
    _end_message(line, "hang_up")
    line.machine.restore(line.machine.snapshot())
    assert only(line.hang_up(), c.OpenCase).category == "callback"


def test_a_message_that_is_too_short_opens_none() -> None:
    line = _recording(_MESSAGE + _CASE)
    _end_message(line, "hang_up", 0.3)
    assert not [order for order in line.hang_up() if isinstance(order, c.OpenCase)]


def test_hanging_up_in_the_thanks_before_the_case_opens_it() -> None:
    flow = _MESSAGE.replace("then: case}", "then: kept}") + "kept: {say: three, then: case}\n" + _CASE
    line = _recording(flow)
    _end_message(line, "digit")
    assert only(line.hang_up(), c.OpenCase).category == "callback"


def test_hanging_up_while_a_service_is_asked_about_the_message_opens_the_case() -> None:
    find = "find: {lookup: 'http://x/', into: it, failed: case, then: case}\n"
    line = _recording(_MESSAGE.replace("then: case}", "then: find}") + find + _CASE)
    _end_message(line, "digit")
    asked = only(line.all, c.Lookup)
    out = line.hang_up()
    assert only(out, c.OpenCase).category == "callback"
    assert line.tell(LookupFinished(CALL, asked.attempt, "ok", {})) == []


def test_the_case_of_a_flow_that_called_the_message_is_opened() -> None:
    main = "flow: main\nstart: a\na: {call: message, then: which}\n"
    main += "which: {branch: [{if: caller != '', then: case}], else: hangup}\n"
    message = "flow: message\nstart: record\nrecord: {voicemail: desk, then: return}\n"
    line = _recording(main + _CASE, message)
    _end_message(line, "hang_up")
    assert only(line.hang_up(), c.OpenCase).category == "callback"


def test_a_bad_score_has_its_case_though_the_caller_hangs_up_in_the_thanks() -> None:
    ask = f"ask:\n  survey: q\n  say: ask\n  then: thanks\n  {TRIES}thanks: {{say: one, then: file}}\n"
    file = "file: {open_case: {category: score}, then: hangup}\n"
    line = _recording(f"flow: main\nstart: ask\n{ask}{file}")
    line.press("1")
    assert only(line.hang_up(), c.OpenCase).category == "score"


def test_what_the_caller_has_not_done_is_not_done_for_them() -> None:
    """Words before a case, and nothing left in it yet: a caller who hangs up there has changed their mind."""
    line = _recording("flow: main\nstart: a\na: {say: one, then: b}\nb: {open_case: {category: x}, then: hangup}\n")
    assert [type(order) for order in line.hang_up()] == [c.StepTaken, c.FlowEnded]


def test_the_walk_alone_ends_at_the_next_question() -> None:
    more = (
        f"more:\n  menu: ask\n  keys: {{1: other}}\n  {TRIES}other: {{open_case: {{category: other}}, then: hangup}}\n"
    )
    line = _recording(_MESSAGE.replace("then: case}", "then: more}") + more)
    _end_message(line, "hang_up")
    out = line.hang_up()
    assert [type(order) for order in out] == [c.StepTaken, c.FlowEnded]
