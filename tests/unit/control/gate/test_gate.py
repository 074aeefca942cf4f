"""The gate: every call of the house to a number outside asks it, dials by its answer and no sooner, and is settled."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, EarlyMedia, HangUp, Originate, StartMusic
from calls.events import LiveLeg, SwitchBack
from calls.ids import AgentId, AttemptId
from control.gate.gate import ANSWER_S
from control.messages import commands, events, log_commands
from dialer.governor.decisions import Obligations
from tests.unit.control.callbacks.callback_house import offers_callbacks
from tests.unit.control.gate import governed_house as governed
from tests.unit.control.gate.governed_house import CALLER, CALLERS, OUTSIDE, GovernedHouse

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures(offers_callbacks.__name__)]


each_caller = pytest.mark.parametrize("asks", CALLERS.values(), ids=CALLERS)
NO = dict(rule="house.not_often", clause="article 12", reason="2 of 2 attempts in 7 days")
TOLD = "house.not_often: 2 of 2 attempts in 7 days [article 12]"


@pytest.mark.parametrize(
    ("caller", "number", "scene", "origin", "agent", "person", "account"),
    [
        ("callback", CALLER, "call_back", "callback", "01", "", ""),
        ("dialled by hand", OUTSIDE, "by_hand", "agent", "01", "", ""),
        ("clicked", OUTSIDE, "remind", "agent", "01", "p1", "loan 7"),
        ("handed on", OUTSIDE, "handed_on", "transfer", "01", "", ""),
        ("consulted", OUTSIDE, "handed_on", "transfer", "01", "", ""),
        ("by a flow", "+861012345", "handed_on", "transfer", None, "", ""),
    ],
)
def test_what_is_asked(
    caller: str, number: str, scene: str, origin: str, agent: str | None, person: str, account: str
) -> None:
    asked = CALLERS[caller]().last(commands.AskGate)
    assert (asked.number, asked.scene, asked.origin, asked.agent) == (number, scene, origin, agent)
    assert (asked.person, asked.account, asked.reserve) == (person, account, True)


@each_caller
def test_nothing_is_dialled_before_the_answer_and_once_after_it(asks: Callable[[], GovernedHouse]) -> None:
    house = asks()
    assert house.dialled() == []
    answered = house.answer()
    (made,) = house.dialled()
    house.tell(answered)
    assert house.dialled() == [made], "the same answer again changes nothing"
    assert house.given(commands.SettleAttempt) == []


@each_caller
def test_it_keeps_to_what_it_is_obliged_to(asks: Callable[[], GovernedHouse]) -> None:
    house = asks()
    house.answer(obligations=Obligations(("+864000095183", "+864000095184"), longest_ring_s=8.0))
    (made,) = house.dialled()
    assert (made.caller, made.ring_s) == ("+864000095183", 8.0)


@each_caller
def test_the_least_ring_counts_and_without_a_pool_the_caller_id_is_the_usual_one(
    asks: Callable[[], GovernedHouse],
) -> None:
    house = asks()
    house.answer(obligations=Obligations(least_ring_s=50.0))
    (made,) = house.dialled()
    assert (made.caller, made.ring_s) == ("95183", 50.0)


@each_caller
@pytest.mark.parametrize(
    "answer",
    [("deny", NO), ("defer", {**NO, "until": 1_795_090_000.0}), ("unknown", {"reason": "the ledger is away"})],
    ids=lambda answer: answer[0],
)
def test_no_is_no(asks: Callable[[], GovernedHouse], answer: tuple[str, dict[str, Any]]) -> None:
    house = asks()
    house.answer(answer[0], **answer[1])
    house.wait(60.0)
    assert house.dialled() == []
    assert house.given(commands.SettleAttempt) == []
    assert not house.router.register.asked


@each_caller
def test_no_answer_is_a_no_and_one_that_comes_too_late_gives_the_reservation_back(
    asks: Callable[[], GovernedHouse],
) -> None:
    house = asks()
    house.wait(ANSWER_S + 1.0)
    house.answer()
    assert house.dialled() == []
    settled = house.last(commands.SettleAttempt)
    assert (settled.reservation, settled.state) == (4711, "released")


@pytest.mark.parametrize(
    ("caller", "notice"),
    [
        ("callback", "callback given up"),
        ("dialled by hand", "agent's call refused"),
        ("clicked", "agent's call refused"),
        ("handed on", "transfer refused"),
        ("consulted", "consultation refused"),
        ("by a flow", "transfer refused"),
    ],
)
def test_the_operator_is_told_the_rule(caller: str, notice: str) -> None:
    house = CALLERS[caller]()
    house.answer("deny", **NO)
    told = house.last(commands.Noticed)
    assert told.event == notice
    assert TOLD in told.detail


@pytest.mark.parametrize("caller", ["handed on", "consulted"])
def test_who_is_not_handed_on_still_has_the_agent(caller: str) -> None:
    house = CALLERS[caller]()
    before = len(house.given(HangUp)), len(house.given(StartMusic))
    house.answer("deny", **NO)
    (call,) = house.router.register.calls.values()
    assert (call.place, call.talk is not None) == ("talking", True)
    assert (len(house.given(HangUp)), len(house.given(StartMusic))) == before
    assert house.last(log_commands.LogTransfer).detail == TOLD


@pytest.mark.parametrize("caller", ["handed on", "consulted"])
def test_an_answer_while_the_agent_is_on_the_way_out_gives_the_reservation_back(caller: str) -> None:
    house = CALLERS[caller]()
    (call,) = house.router.register.calls.values()
    assert call.bridge is not None
    house.tell(door.Unbridged(call.bridge.attempt, (call.leg,)))
    house.answer()
    assert house.dialled() == []
    assert house.last(commands.SettleAttempt).state == "released"


def test_a_flow_goes_the_way_of_a_transfer_that_failed() -> None:
    house = governed.by_flow()
    house.answer("deny", **NO)
    (call,) = house.router.register.calls.values()
    assert call.place == "menu"
    assert house.given(log_commands.LogCall) == [], "it says goodbye first"


# what becomes of the attempt


@pytest.mark.parametrize(
    ("cause", "state", "result"),
    [
        (Cause.NO_ANSWER, "attempted", "no_answer"),
        (Cause.BUSY, "attempted", "busy"),
        (Cause.INVALID_NUMBER, "attempted", "invalid_number"),
        (Cause.CANCELLED, "attempted", "cancelled"),
        (Cause.LOST, "attempted", "lost"),
        (Cause.BLOCKED, "blocked", "blocked"),
        (Cause.UNWANTED, "blocked", "unwanted"),
        (Cause.NO_TRUNK, "released", "no_trunk"),
    ],
)
@each_caller
def test_an_attempt_without_an_answer(asks: Callable[[], GovernedHouse], cause: Cause, state: str, result: str) -> None:
    house = asks()
    house.answer()
    (made,) = house.dialled()
    dialled_at = house.now + house.router.register.offset_s
    house.tell(door.CallEnded(made.leg, cause), after_s=7.0)
    (settled,) = house.given(commands.SettleAttempt)
    assert (settled.reservation, settled.state, settled.result, settled.ended) == (4711, state, result, True)
    assert settled.at == (None if state == "released" else pytest.approx(dialled_at))
    assert not house.router.register.passed


@each_caller
def test_a_talk(asks: Callable[[], GovernedHouse]) -> None:
    house = asks()
    house.answer()
    leg = house.connect()
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=9.0)
    up, over = house.given(commands.SettleAttempt)
    assert (up.state, up.ended, over.state, over.ended) == ("answered", False, "effective", True)
    assert over.talked_until == pytest.approx(house.now + house.router.register.offset_s)
    assert up.reservation == over.reservation == 4711
    assert over.call in {row.call for row in house.given(log_commands.LogLeg)}


@each_caller
def test_an_answer_for_whom_nobody_was_there(asks: Callable[[], GovernedHouse]) -> None:
    house = asks()
    house.answer()
    leg = house.pick_up()
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=1.0)
    assert [one.state for one in house.given(commands.SettleAttempt)] == ["answered", "abandoned"]


def test_a_settlement_is_kept_until_the_ledger_has_it() -> None:
    house = governed.dialled_by_hand()
    house.answer()
    house.tell(door.CallEnded(house.dialled()[0].leg, Cause.BUSY))
    (settled,) = house.given(commands.SettleAttempt)
    heir = house.after_kill()
    assert heir.given(commands.SettleAttempt) == [settled], "told again by the same name"
    heir.tell(events.AttemptSettled(AttemptId("another")))
    assert list(heir.router.register.settlements) == [settled.attempt]
    heir.tell(events.AttemptSettled(settled.attempt))
    assert heir.after_kill().given(commands.SettleAttempt) == []


# restarts


@each_caller
def test_who_was_asked_when_the_controller_was_killed_is_asked_again_by_the_same_name(
    asks: Callable[[], GovernedHouse],
) -> None:
    house = asks()
    asked = house.last(commands.AskGate)
    heir = house.after_kill()
    assert heir.given(commands.AskGate) == [asked]
    heir.answer()
    assert len(heir.dialled()) == 1


@each_caller
def test_a_call_that_the_switch_never_saw_is_not_dialled_again(asks: Callable[[], GovernedHouse]) -> None:
    house = asks()
    house.answer()
    (made,) = house.dialled()
    heir = house.after_kill(made.leg)
    assert heir.dialled() == [] == heir.given(commands.AskGate)
    assert [one.state for one in heir.given(commands.SettleAttempt)] == ["attempted"]


def test_a_question_waits_for_the_switch_however_long_it_is_away() -> None:
    """An answer that came before could not be acted on: the agent's phone would get 500."""
    house = governed.dialled_by_hand()
    heir = house.heir()
    heir.wait(3 * ANSWER_S)
    assert heir.given(commands.AskGate) == heir.given(EarlyMedia) == []
    heir.tell(SwitchBack("", (LiveLeg(governed.DESK, "8001", "", False, True),)))
    heir.answer()
    assert len(heir.dialled()) == 1


def test_a_question_of_a_release_before_is_asked_anew() -> None:
    """Its snapshot has a number that is being checked, and no question."""
    for asks in (governed.dialled_by_hand, governed.call_back, governed.handed_on, governed.consulted):
        house = asks()
        house.router.register.asked.clear()
        heir = house.heir()
        assert len(heir.given(commands.AskGate)) == 1
        heir.answer()
        assert len(heir.dialled()) == 1


# callbacks


def test_a_booking_reserves_nothing() -> None:
    house = GovernedHouse()
    call = house.arrive()
    house.press(call, "1")
    house.wait(10.5)
    house.press(call, "11")
    asked = house.last(commands.AskGate)
    assert (asked.reserve, asked.scene, asked.agent) == (False, "call_back", None)


def test_a_callback_that_is_put_off_waits_until_then_and_no_phone_rings_before() -> None:
    house = governed.call_back()
    house.answer("defer", **NO, until=house.now + house.router.register.offset_s + 3000.0)
    (call,) = house.router.register.calls.values()
    assert (call.place, call.callback.state) == ("booked", "resting")  # type: ignore[union-attr]
    assert house.given(log_commands.LogCallback)[-1].detail == TOLD
    rung, asked = len(house.given(Originate)), len(house.given(commands.AskGate))
    began = house.now
    house.wait(2990.0)
    assert (len(house.given(Originate)), len(house.given(commands.AskGate))) == (rung, asked)
    looks = [at for at, event in house.journal if isinstance(event, door.Tick) and at > began + 60.0]
    assert len(looks) <= 3, "nobody looks each second"
    house.wait(20.0)
    assert len(house.given(Originate)) == rung + 1, "its turn: the agent's phone rings"
    governed.accept(house)
    house.answer()
    assert len(house.dialled()) == 1


def test_a_callback_that_is_put_off_for_longer_than_it_is_kept_expires() -> None:
    house = governed.call_back()
    house.answer("defer", **NO, until=house.now + house.router.register.offset_s + 90_000.0)
    house.wait(7300.0)
    assert house.last(log_commands.LogCallback).outcome == "expired"
    assert not house.router.register.calls


def test_a_booking_that_must_wait_is_kept_and_no_agent_is_asked_before() -> None:
    house = GovernedHouse()
    call = house.arrive()
    house.press(call, "1")
    house.wait(10.5)
    house.press(call, "11")
    house.answer("defer", until=house.now + house.router.register.offset_s + 600.0)
    assert house.last(log_commands.LogCallback).outcome == "booked"
    house.tell(door.CallEnded(house.router.register.calls[call].leg, Cause.NORMAL))
    house.tell(AgentSignedIn(AgentId("01")))
    house.wait(500.0)
    assert house.given(Originate) == []
    house.wait(110.0)
    assert [made.to for made in house.given(Originate)] == ["phone:8001"]


def test_while_nobody_can_decide_a_callback_keeps_its_place() -> None:
    house = governed.call_back()
    house.answer("unknown", reason="the ledger is away")
    house.wait(310.0)
    governed.accept(house)
    house.answer()
    assert len(house.dialled()) == 1


def test_an_agent_who_goes_before_the_answer_gives_the_reservation_back() -> None:
    house = governed.call_back()
    agent = next(leg for leg in house.router.register.legs.values() if leg.role == "agent")
    house.tell(door.CallEnded(agent.leg, Cause.NORMAL))
    house.answer()
    assert house.dialled() == []
    assert house.last(commands.SettleAttempt).state == "released"


# recordings


@pytest.mark.parametrize(("record", "recorded"), [("always", True), ("never", False)])
@each_caller
def test_it_is_recorded_as_the_gate_obliges(asks: Callable[[], GovernedHouse], record: Any, recorded: bool) -> None:
    house = asks()
    directory = house.router.hub.directory
    if not recorded:  # all that would record it does
        house.habits = directory.queue_habits = msgspec.structs.replace(house.habits, record=True)  # type: ignore[attr-defined]
        directory.rules_outgoing = msgspec.structs.replace(directory.rules_outgoing, record=True)  # type: ignore[attr-defined]
        directory.rules = msgspec.structs.replace(directory.rules, record=True)  # type: ignore[attr-defined]
    house.answer(obligations=Obligations(record=record))
    leg = house.pick_up()
    bridge = next(one for one in reversed(house.given(Bridge)) if leg in (one.a, one.b))
    if asks is not governed.consulted:  # what the two say to each other never is
        assert (bridge.record is not None) is recorded


def test_the_ledger_is_told_where_the_recording_is_also_after_the_end() -> None:
    house = governed.dialled_by_hand()
    house.answer(obligations=Obligations(record="always"))
    leg = house.connect()
    bridge = house.last(Bridge)
    house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=9.0)
    finished = door.RecordingFinished(bridge.a, bridge.attempt, "talk-1.wav", 9.0)
    house.tell(finished)
    told = house.last(commands.SettleAttempt)
    assert (told.reservation, told.state, told.recording, told.ended) == (4711, "effective", "talk-1.wav", False)
    house.tell(finished)
    assert house.last(commands.SettleAttempt) is told, "once"
    assert not house.router.register.recorded_attempts


# without scenes


def test_numbers_of_emergency_are_called_though_nobody_answers() -> None:
    house = GovernedHouse("01")
    house.tell(door.CallArrived(governed.DESK, "8001", "110", device="8001"))
    assert [made.to for made in house.dialled()] == ["tel:110"]
    assert house.given(commands.AskGate) == []


def test_a_flow_of_a_house_without_scenes_transfers_at_once() -> None:
    house = GovernedHouse()
    house.router.hub.directory.scenes = False  # type: ignore[attr-defined]
    house.press(house.arrive(), "3")
    assert house.given(commands.AskGate) == []
    assert len(house.dialled()) == 1


def test_a_journal_of_before_says_it_in_other_words() -> None:
    for allowed in (True, False):
        house = governed.dialled_by_hand()
        asked = house.last(commands.AskGate)
        house.tell(events.NumberChecked(asked.call, asked.attempt, allowed, "" if allowed else "listed"))
        assert len(house.dialled()) == allowed
