"""The router with the real cores: from the first ring to the last row of the log."""

import msgspec
import pytest

from acd.commands import AgentChanged
from calls import events as door
from calls.causes import Cause, DeviceState, FailureReason, Outcome
from calls.commands import Answer, Bridge, HangUp, MuteRecording, Originate, Play, StartMusic, StopMusic
from calls.ids import LegId
from complaints.cases import FileCase
from control.messages import commands, events, log_commands
from ivr.commands import HideDigits, ShowDigits
from ivr.steps import Cel, Const, Value
from tests.unit.control.harness import PROGRAM, ControlHarness

pytestmark = pytest.mark.unit


def in_queue(house: ControlHarness) -> str:
    call = house.arrive()
    house.press(call, "1")
    assert house.router.register.calls[call].place in ("waiting", "offered")
    return call


def talking(house: ControlHarness) -> tuple[str, LegId]:
    call = in_queue(house)
    leg = house.last(Originate).leg
    house.tell(door.CallAnswered(leg, house.last(Originate).attempt))
    whisper = house.last(Play)
    assert whisper.leg == leg
    house.tell(door.PlaybackFinished(leg, whisper.attempt, Outcome.FINISHED))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    return call, leg


def test_a_caller_is_answered_and_hears_the_menu_in_one_turn() -> None:
    house = ControlHarness()
    before = len(house.commands)
    house.arrive()
    assert [type(command) for command in house.commands[before:]] == [commands.NotifyArrival, Answer, Play]


def test_from_the_menu_to_a_talk_and_out_again() -> None:
    house = ControlHarness("01")
    call, leg = talking(house)
    assert house.given(StartMusic)
    assert house.router.register.calls[call].place == "talking"
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=30)
    assert house.last(Play).leg == call, "after the talk the flow says goodbye"
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    row = house.last(log_commands.LogCall)
    assert (row.outcome, row.agent, row.queue) == ("answered", "01", "care")
    assert row.answered_at is not None
    assert row.queued_at is not None
    assert row.arrived_at < row.queued_at < row.answered_at < row.ended_at
    assert [leg.role for leg in house.given(log_commands.LogLeg)] == ["agent", "caller"]
    assert [step.step.step for step in house.given(log_commands.LogStep)] == ["choose", "care", "bye"]
    assert house.router.register.calls == {}
    assert house.router.register.legs == {}
    assert house.router.register.bridges == {}


def test_an_agent_reads_fields_as_people_write_them_and_nothing_of_what_erred(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = PROGRAM.flows["main"].steps
    values = {"topic": "loan", "vip": True, "owed": 5.0}
    fields: dict[str, Value] = {**{name: Const(value) for name, value in values.items()}, "due": Cel("caller.due")}
    monkeypatch.setitem(steps, "care", msgspec.structs.replace(steps["care"], fields=fields))
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    assert house.router.register.calls[call].fields == {"topic": "loan", "vip": "true", "owed": "5"}


def test_a_caller_who_hangs_up_in_the_queue_is_abandoned() -> None:
    house = ControlHarness()
    call = in_queue(house)
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL), after_s=12)
    assert house.last(log_commands.LogCall).outcome == "abandoned"


def test_a_caller_who_hangs_up_under_a_ringing_phone_stops_its_ringing() -> None:
    house = ControlHarness("01")
    call = in_queue(house)
    ringing = house.last(Originate).leg
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert house.last(HangUp) == HangUp(ringing, Cause.CANCELLED)
    house.tell(door.CallAnswered(ringing, house.last(Originate).attempt))
    assert not house.given(Bridge), "answered too late: nobody is there"
    house.tell(door.CallEnded(ringing, Cause.CANCELLED))
    assert house.router.register.offers == {}


def test_an_agent_who_does_not_answer_leaves_the_caller_waiting_for_the_next() -> None:
    house = ControlHarness("01", "02")
    call = in_queue(house)
    first = house.last(Originate)
    house.tell(door.CallEnded(first.leg, Cause.NO_ANSWER), after_s=9)
    second = house.last(Originate)
    assert second.leg != first.leg
    assert second.to != first.to
    assert house.router.register.calls[call].place == "offered"


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (Cause.FORWARDED, "forwarded"),
        (Cause.BLOCKED, "rejected"),
        (Cause.SWITCHED_OFF, "unreachable"),
        (Cause.TIMED_OUT, "unreachable"),
        (Cause.WRONG_CREDENTIALS, "failed"),
    ],
)
def test_a_missed_offer_has_the_reason_that_the_phone_gave(cause: Cause, reason: str) -> None:
    house = ControlHarness("01")
    in_queue(house)
    house.tell(door.CallEnded(house.last(Originate).leg, cause))
    changed = house.last(AgentChanged)
    assert (changed.state, changed.reason) == ("paused", reason)


def test_an_agent_leg_that_dies_in_the_whisper_gives_the_caller_back() -> None:
    house = ControlHarness("01")
    call = in_queue(house)
    leg = house.last(Originate).leg
    house.tell(door.CallAnswered(leg, house.last(Originate).attempt))
    house.tell(door.CallEnded(leg, Cause.NORMAL))
    assert house.router.register.calls[call].place == "waiting"
    assert not house.given(Bridge)


def test_a_bridge_that_fails_releases_the_agent_and_keeps_the_caller() -> None:
    house = ControlHarness("01")
    call = in_queue(house)
    leg = house.last(Originate).leg
    house.tell(door.CallAnswered(leg, house.last(Originate).attempt))
    house.tell(door.PlaybackFinished(leg, house.last(Play).attempt, Outcome.FAILED, "no file", "missing_file"))
    house.tell(door.CommandFailed(house.last(Bridge).attempt, "refused"))
    assert HangUp(leg) in house.commands
    assert house.router.register.calls[call].place == "waiting"


def test_secret_digits_in_a_talk_are_hidden_and_the_recording_is_silent() -> None:
    house = ControlHarness("01")
    call, leg = talking(house)
    bridge = house.last(Bridge).attempt
    house.press(leg, "*8")
    assert house.last(HideDigits).leg == call
    assert (house.last(MuteRecording).bridge, house.last(MuteRecording).on) == (bridge, True)
    house.press(call, "••••#")
    assert house.last(ShowDigits).leg == call
    assert house.last(MuteRecording).on is False


def test_an_agent_opens_a_case_with_a_code_and_a_caller_by_the_flow() -> None:
    house = ControlHarness("01")
    call, leg = talking(house)
    house.press(leg, "*9")
    agents = house.last(FileCase)
    assert (agents.case.asked_by, agents.case.call) == ("agent", call)
    other = house.arrive()
    house.press(other, "2")
    callers = house.last(FileCase)
    assert (callers.case.asked_by, callers.case.category) == ("caller", "complaint")
    assert set(house.router.register.filing) == {agents.attempt, callers.attempt}
    house.tell(events.CaseFiled(callers.attempt, callers.case.call, callers.case.number))
    assert house.router.register.calls[other].place == "waiting", "the flow goes on once the case is durable"


def test_a_key_takes_a_caller_out_of_the_queue() -> None:
    house = ControlHarness("01")
    call = in_queue(house)
    ringing = house.last(Originate).leg
    house.press(call, "9")
    assert house.last(HangUp).leg == ringing
    assert house.given(StopMusic)
    assert house.router.register.calls[call].place == "menu"


def test_a_transfer_connects_and_its_end_goes_on_with_the_flow() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "3")
    target = house.last(Originate)
    assert target.to == "tel:+861012345"
    house.tell(door.CallAnswered(target.leg, target.attempt))
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))
    assert house.router.register.calls[call].place == "transferred"
    house.tell(door.CallEnded(target.leg, Cause.NORMAL), after_s=5)
    assert house.router.register.calls[call].place == "menu"
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert house.last(log_commands.LogCall).outcome == "transferred"


def test_a_phone_signs_its_agent_in_by_a_code() -> None:
    house = ControlHarness()
    in_queue(house)
    assert not house.given(Originate)
    house.tell(door.CallArrived(LegId("phone"), "8001", "*61", device="8001"))
    assert house.last(Originate).to == "phone:8001"
    assert house.given(Play)[-1].leg == "phone"


def test_a_phone_that_went_away_is_not_rung() -> None:
    house = ControlHarness("01")
    house.tell(door.AgentDeviceChanged("8001", DeviceState.UNREACHABLE))
    in_queue(house)
    assert not house.given(Originate)
    house.tell(door.AgentDeviceChanged("8001", DeviceState.IDLE))
    assert house.given(Originate)


def test_a_number_that_nobody_answers_is_refused_and_told() -> None:
    house = ControlHarness()
    call = house.arrive(called="99999")
    assert house.last(HangUp) == HangUp(LegId(call), Cause.UNREACHABLE)
    notice = house.last(commands.Noticed)
    assert notice.level == "error"
    assert "entry.yaml" in notice.advice


def test_a_caller_whom_we_hung_up_as_the_controller_died_is_not_lost() -> None:
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "99")  # wrong twice: goodbye
    while not house.given(HangUp):
        house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    house.tell(events.Restarted())
    house.tell(door.SwitchBack("switch-1", ()))
    row = house.last(log_commands.LogCall)
    assert (row.call, row.cause) == (call, Cause.NORMAL)
    assert row.outcome != "lost"
    assert not house.given(FileCase)


def test_a_caller_who_is_there_although_their_flow_is_over_is_hung_up_again() -> None:
    """The command went down with its controller."""
    house = ControlHarness()
    call = house.arrive()
    house.press(call, "99")
    while not house.given(HangUp):
        house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FINISHED))
    house.commands.clear()
    house.tell(events.Restarted())
    house.tell(door.SwitchBack("switch-1", (door.LiveLeg(LegId(call), "", "", True, True),)))
    assert house.given(HangUp) == [HangUp(LegId(call))]


def test_after_a_gap_each_difference_becomes_the_event_that_was_missed() -> None:
    house = ControlHarness("01")
    talk, agent_leg = talking(house)
    waiting, gone = in_queue(house), in_queue(house)
    live = (
        door.LiveLeg(LegId(talk), "", "", True, True, bridged_with=agent_leg),
        door.LiveLeg(agent_leg, "", "", True, False, bridged_with=LegId(talk)),
        door.LiveLeg(LegId(waiting), "", "", True, True, in_music=False),
        door.LiveLeg(LegId("new"), "13900139000", "95183", False, True),
        door.LiveLeg(LegId("orphan"), "", "", True, False),
    )
    house.tell(door.SwitchLost("switch-1"))
    house.tell(door.SwitchBack("switch-1", live))
    calls = house.router.register.calls
    assert set(calls) == {talk, waiting, "new"}
    assert calls[talk].place == "talking"
    assert calls[waiting].place == "waiting"
    assert house.last(log_commands.LogCall).call == gone
    assert house.last(log_commands.LogCall).outcome == "lost"
    (owed,) = [command.case for command in house.given(FileCase)]
    assert (owed.call, owed.category, owed.asked_by) == (gone, "lost_call", "house")
    assert owed.fields == {"place": "waiting", "queue": "care", "reason": "care"}
    assert house.last(HangUp).leg == "orphan"
    assert house.last(StartMusic).leg == waiting


def test_a_replay_gives_the_same_commands_and_a_snapshot_the_same_future() -> None:
    house = ControlHarness("01", "02")
    talking(house)
    in_queue(house)
    again = ControlHarness()
    again.commands.clear()
    for at, event in house.journal[2:]:
        again.commands += again.router.handle(event, at)
    assert again.commands == house.commands[len(house.commands) - len(again.commands) :]
    heir = ControlHarness()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    ended = door.CallEnded(house.last(Bridge).b, Cause.NORMAL)
    assert heir.tell(ended) == house.tell(ended)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("missing_file", "publish again"),
        ("deadline", "the switch's own log"),
        ("leg_gone", None),
        ("switch_lost", None),
    ],
)
def test_only_a_prompt_at_fault_is_told_of_with_advice_that_fits(reason: FailureReason, advice: str | None) -> None:
    house = ControlHarness()
    call = house.arrive()
    house.tell(door.PlaybackFinished(LegId(call), house.last(Play).attempt, Outcome.FAILED, "", reason))
    told = [notice for notice in house.given(commands.Noticed) if notice.event == "prompt not played"]
    assert [advice in str(notice) for notice in told] == ([] if advice is None else [True])
