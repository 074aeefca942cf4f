"""A talk is a talk: each has a row with its own agent, queue, begin and end, and no survey or menu is in it."""

import json

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, Originate
from calls.ids import AgentId, CallId, LegId
from control.messages import log_commands
from control.register.register import talk_of
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def queued(house: ControlHarness) -> CallId:
    call = house.arrive()
    house.press(call, "1")
    return call


def talks(house: ControlHarness) -> list[tuple[int, str, str | None, str, float]]:
    """Number, role, agent, queue and length of each talk."""
    rows = house.given(log_commands.LogTalk)
    return [(row.number, row.role, row.agent, row.queue, round(row.ended_at - row.began_at, 1)) for row in rows]


def test_a_talk_of_half_a_minute_is_that_long_whatever_the_survey_after_it_took() -> None:
    house = ControlHarness("01")
    call = queued(house)
    leg = house.take(call)
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=30.0)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=25.0)
    (row,) = house.given(log_commands.LogTalk)
    assert (row.call, row.leg, row.party, row.cause) == (call, leg, "8001", "normal")
    assert talks(house) == [(1, "agent", "01", "care", 30.0)]
    ended = house.last(log_commands.LogCall)
    assert ended.answered_at == row.began_at
    assert ended.ended_at - row.ended_at == pytest.approx(25.0)


def test_a_call_with_two_talks_has_a_row_of_each_with_its_own_agent() -> None:
    house = ControlHarness("01")
    call = queued(house)
    house.tell(door.CallEnded(house.take(call), Cause.NORMAL), after_s=30.0)
    house.tell(AgentSignedIn(AgentId("02")))
    register = house.router.register
    assert register.calls[call].place == "menu"
    house.press(call, "1")  # nothing: the flow says goodbye, and this house's menu is behind it
    other = queued(house)
    house.tell(door.CallEnded(house.take(other), Cause.NORMAL), after_s=12.0)
    assert [(agent, for_s) for _, _, agent, _, for_s in talks(house)] == [("01", 30.0), ("02", 12.0)]


@pytest.mark.parametrize("ends", ["caller", "agent", "connection", "lost"])
def test_whoever_ends_it_the_talk_has_its_end(ends: str) -> None:
    house = ControlHarness("01")
    call = queued(house)
    leg = house.take(call)
    house.wait(20.0)
    match ends:
        case "caller":
            house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=0.0)
        case "agent":
            house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=0.0)
        case "connection":
            bridge = house.last(Bridge)
            house.tell(door.Unbridged(bridge.attempt, (bridge.a, bridge.b)), after_s=0.0)
        case _:
            house.tell(door.CallEnded(LegId(call), Cause.LOST), after_s=0.0)
    assert talks(house) == [(1, "agent", "01", "care", 20.0)]
    assert house.last(log_commands.LogTalk).cause == ("lost" if ends == "lost" else "normal")


def test_a_talk_with_a_transfers_target_is_one_too_and_no_agents() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "3")
    dialled = house.last(Originate)
    house.tell(door.CallAnswered(dialled.leg, dialled.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    house.tell(door.CallEnded(dialled.leg, Cause.NORMAL), after_s=40.0)
    assert talks(house) == [(1, "transfer", None, "", 40.0)]
    assert house.last(log_commands.LogTalk).party == "tel:+861012345"


def test_an_offer_that_comes_to_nothing_is_no_talk() -> None:
    house = ControlHarness("01")
    queued(house)
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.tell(door.CallEnded(ringing.leg, Cause.NORMAL))
    assert talks(house) == []


def test_a_recording_says_which_talk_it_is_of() -> None:
    house = ControlHarness("01")
    call = queued(house)
    house.take(call)
    bridge = house.last(Bridge)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=9.0)
    assert bridge.record is not None
    house.tell(door.RecordingFinished(bridge.a, bridge.attempt, f"/spool/{bridge.record}.wav", 9.0))
    assert house.last(log_commands.LogRecording).talk == house.last(log_commands.LogTalk).number == 1
    assert [talk_of(path) for path in ("/x/hotline-1795.42-2.wav", "box/a.wav", "")] == [2, 0, 0]


def test_a_talk_that_began_under_the_release_before_has_its_row() -> None:
    house = ControlHarness("01")
    call = queued(house)
    leg = house.take(call)
    state = json.loads(house.router.snapshot())
    del state["register"]["calls"][call]["bridge"]["talk"]
    again = house.empty()
    again.now = house.now
    again.router.restore(json.dumps(state).encode())
    again.tell(door.CallEnded(leg, Cause.NORMAL), after_s=30.0)
    assert talks(again) == [(1, "agent", "01", "care", 30.0)]


def test_screens_and_metrics_count_talks_and_not_what_came_after() -> None:
    house, board, metrics = ControlHarness("01"), Board(), Metrics()
    call = queued(house)
    leg = house.take(call)
    house.wait(10.0)
    (shown,) = board.view(house.router.register, house.now)["calls"]
    assert shown["talk_s"] == pytest.approx(10.0)
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=20.0)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=25.0)
    for command in house.commands:
        board.watch(command, 0.0)
        metrics.watch(command)
    totals = board.view(house.router.register, house.now)["totals"]
    assert (totals["talks"], totals["talked_s"]) == (1, pytest.approx(30.0))
    labels = {"queue": "care", "role": "agent"}
    assert metrics.registry.get_sample_value("hotline_talk_seconds_sum", labels) == pytest.approx(30.0)
