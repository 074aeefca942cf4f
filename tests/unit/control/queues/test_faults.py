"""Faults of a switch or a network on the way to an agent: told to the operator, and no agent is paused for them."""

import pytest

from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play
from control.messages import commands
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def state(house: ControlHarness) -> tuple[str, str]:
    first = house.router.agents()[0]
    return first.state, first.reason


def fault(house: ControlHarness, way: str) -> None:
    ringing = house.last(Originate)
    match way:
        case "the connection fails":
            house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
            house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
            house.tell(door.CommandFailed(house.last(Bridge).attempt, "refused"))
            house.tell(door.CallEnded(ringing.leg, Cause.NORMAL))
        case "the phone dies in the whisper":
            house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
            house.tell(door.CallEnded(ringing.leg, Cause.FAILED))
        case "no phone is reached":
            house.tell(door.CallEnded(ringing.leg, Cause.UNREACHABLE))
        case _:
            house.tell(door.CallEnded(ringing.leg, Cause.CONGESTION))


@pytest.mark.parametrize(
    "way",
    ["the connection fails", "the phone dies in the whisper", "no phone is reached", "the switch has no room"],
)
def test_three_faults_leave_the_agent_in_and_tell_the_operator_once(way: str) -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    for _ in range(4):
        fault(house, way)
        assert state(house)[1] != "rona"
        house.wait(61.0)
    assert state(house) == ("offered", "")
    told = [one for one in house.given(commands.Noticed) if one.event == "offers do not reach an agent"]
    assert len(told) == 1
    assert told[0].detail.startswith("01: 3 offers ")
    house.take(call)
    assert house.router.register.calls[call].place == "talking"


def test_metrics_count_them_apart() -> None:
    house, metrics = ControlHarness("01"), Metrics()
    house.press(house.arrive(), "1")
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.UNREACHABLE))
    house.wait(6.0)
    house.tell(door.CallEnded(house.last(Originate).leg, Cause.NO_ANSWER))
    for command in house.commands:
        metrics.watch(command)
    count = metrics.registry.get_sample_value
    assert count("hotline_offers_missed_total", {"reason": "unreachable", "by": "switch"}) == 1
    assert count("hotline_offers_missed_total", {"reason": "no_answer", "by": "agent"}) == 1
