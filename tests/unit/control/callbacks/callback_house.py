"""A house whose queue offers a callback after ten seconds: for tests of callbacks."""

import pytest

from acd.config import Configuration, read
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import HangUp, Originate, Play
from calls.ids import CallId, LegId
from control.messages import commands, events, log_commands
from control.rules.treatment import CallbackRules, QueueTreatment
from tests.unit.control import harness
from tests.unit.control.harness import ControlHarness

NUMBER = "+8613800138000"

RULES = CallbackRules(tries=2, retry_s=60.0, expires_s=1_000.0)


def callbacks() -> Configuration:
    """The harness's queue and agents, with an offer of a callback after ten seconds."""
    people, problems = read(
        {"queues": {"care": {"ring_s": 10, "wrap_up_s": 5, "steps": [{"after_s": 10, "offer": "callback"}]}}},
        {"agents": {name: {"account": f"80{name}", "skills": {"care": 3}} for name in ("01", "02")}},
    )
    assert not problems
    return people


@pytest.fixture
def offers_callbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every house of the test has such a queue."""
    monkeypatch.setattr(harness, "configuration", callbacks)


def make(*agents: str, rules: CallbackRules | None = RULES) -> ControlHarness:
    return ControlHarness(*agents, habits=QueueTreatment(callback=rules))


def waiting(house: ControlHarness, caller: str = "13800138000") -> CallId:
    call = house.arrive(caller=caller)
    house.press(call, "1")
    return call


def answer_check(house: ControlHarness, allowed: bool = True) -> None:
    check = house.last(commands.AskGate)
    house.tell(events.NumberChecked(check.call, check.attempt, allowed, "" if allowed else "on the do-not-call list"))


def booked(house: ControlHarness, caller: str = "13800138000") -> CallId:
    """A caller who waited ten seconds, took the callback, heard so, and was hung up."""
    call = waiting(house, caller)
    house.wait(10.5)
    house.press(call, "11")
    answer_check(house)
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    return call


def accepted(house: ControlHarness) -> LegId:
    """The agent whose phone rings picks up, hears the whisper and presses 1; the agent's leg."""
    ringing = house.last(Originate)
    assert ringing.to.startswith("phone:")
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(Originate) is ringing, "nobody is dialled before the agent says so"
    house.press(ringing.leg, "1")
    answer_check(house)
    return ringing.leg


def rows(house: ControlHarness) -> list[str]:
    return [row.outcome for row in house.given(log_commands.LogCallback)]
