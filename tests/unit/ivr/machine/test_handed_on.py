"""An agent hands a caller on to a flow: it is walked from its start, whatever was walked before."""

import pytest

from calls.commands import HangUp, Play, Sentence
from calls.ids import CallId
from ivr.commands import EnterQueue, FlowEnded, StepTaken
from ivr.events import CallHandedOn, LeftQueue
from tests.unit.ivr.machine.machines import CALL, LEG, TRIES, Line, compiled

pytestmark = pytest.mark.unit

PROGRAM = compiled(
    "flow: main\nstart: wait\nwait: {queue: care, then: bye}\n" + "bye: {hangup: bye}\n",
    "flow: other\nstart: ask\nask:\n  menu: ask\n  keys:\n    1: wait\n  " + TRIES + "wait: {queue: care, then: bye}\n",
    defaults="languages: [en]\nno_agents: {hangup: bye}\nfailed: {hangup: bye}\nlimits: {call_s: 600}\n",
)


def handed_on(flow: str, call: CallId = CALL) -> CallHandedOn:
    return CallHandedOn(call, LEG, "v1", flow, "+8613800138000", "95183")


def test_the_walk_goes_on_there_and_the_old_wait_is_stale() -> None:
    line = Line(PROGRAM)
    queued = next(command for command in line.start() if isinstance(command, EnterQueue))
    out = line.tell(handed_on("other"))
    assert [command.outcome for command in out if isinstance(command, StepTaken)] == ["handed_on"]
    assert next(command.media for command in out if isinstance(command, Play)) == (Sentence("ask", "en"),)
    assert line.tell(LeftQueue(CALL, queued.attempt, "served")) == []
    assert any(isinstance(command, EnterQueue) for command in line.press("1"))


def test_the_time_of_the_call_counts_from_there() -> None:
    line = Line(PROGRAM)
    line.start()
    line.now = 5_000.0
    assert any(isinstance(command, Play) for command in line.tell(handed_on("other")))


def test_a_call_without_a_walk_gets_one() -> None:
    line = Line(PROGRAM)
    assert any(isinstance(command, Play) for command in line.tell(handed_on("other")))
    assert line.machine.sessions[CALL].frame.flow == "other"


def test_a_flow_that_the_version_has_not_ends_the_call() -> None:
    line = Line(PROGRAM)
    line.start()
    out = line.tell(handed_on("nowhere"))
    assert [type(command) for command in out if not isinstance(command, StepTaken)] == [HangUp, FlowEnded]
