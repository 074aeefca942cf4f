"""Blind transfers by agents: whoever asks, to whomever; nobody is lost on the way, and each step has its row."""

from typing import Literal

import pytest

from acd.events import AgentPaused, AgentSignedOut
from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate, Play, ReportTransfer, Sentence, StartMusic
from calls.ids import AgentId, LegId
from control.messages import commands, events, log_commands
from control.rules.transfer_rules import TransferRules
from tests.unit.control.transfers.transferring import OUTSIDE, Talk

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("by", ["phone", "code", "http"])
def test_the_caller_hears_music_while_the_other_agent_rings_and_the_first_is_free(
    by: Literal["phone", "code", "http"],
) -> None:
    talk = Talk("02")
    talk.asks("8002", by)
    house = talk.house
    assert talk.place == "offered"
    kinds = [type(command) for command in house.commands if isinstance(command, StartMusic | HangUp | Originate)]
    assert kinds == [StartMusic, HangUp, Originate]
    assert house.last(StartMusic).leg == talk.call
    assert house.last(HangUp).leg == talk.leg
    assert talk.rings() == "phone:8002"
    assert [report.progress for report in house.given(ReportTransfer)] == (["done"] if by == "phone" else [])
    assert house.router.agent(AgentId("01"), house.now) == ("wrap_up", "", "ready")
    first = house.last(log_commands.LogTalk)
    assert (first.number, first.agent, first.cause) == (1, "01", "transferred")
    house.take(talk.call)
    assert talk.place == "talking"
    assert talk.rows == [("agent", "02", "under_way", 0), ("agent", "02", "reached", 2)]
    assert house.last(log_commands.LogTransfer).by == by
    house.tell(door.CallEnded(LegId(talk.call), Cause.NORMAL), after_s=10.0)
    second = house.last(log_commands.LogTalk)
    assert (second.number, second.agent, round(second.ended_at - second.began_at)) == (2, "02", 10)
    ended = house.last(log_commands.LogCall)
    assert (ended.outcome, ended.agent) == ("answered", "02")


def test_each_talk_has_a_recording_of_its_own() -> None:
    talk = Talk("02")
    first = talk.house.last(Bridge).record
    talk.asks("02")
    talk.house.take(talk.call)
    assert (first, talk.house.last(Bridge).record) == (f"{talk.call}-1", f"{talk.call}-2")


def test_a_secret_that_is_being_keyed_is_not_hidden_from_the_next_agent() -> None:
    talk = Talk("02")
    talk.house.press(talk.leg, "*8")
    talk.asks("02")
    assert not talk.house.router.register.calls[talk.call].recording.hiding


@pytest.mark.parametrize("reason", [Cause.NO_ANSWER, Cause.BUSY, Cause.REJECTED, Cause.UNREACHABLE])
def test_an_agent_who_does_not_answer_leaves_the_caller_to_the_one_who_asked(reason: Cause) -> None:
    talk = Talk("02")
    talk.asks("02")
    talk.ring_ends(reason)
    assert talk.rings() == "phone:8001"
    assert talk.place == "offered"
    talk.house.take(talk.call)
    assert talk.rows[-1] == ("agent", "02", "returned", 2)
    assert talk.house.router.register.transfers == {}


@pytest.mark.parametrize("why", ["signed_out", "paused", "never_there"])
def test_an_agent_who_is_not_there_is_not_waited_for(why: str) -> None:
    talk = Talk() if why == "never_there" else Talk("02")
    if why != "never_there":
        talk.house.tell(AgentPaused(AgentId("02"), "break") if why == "paused" else AgentSignedOut(AgentId("02")))
    talk.asks("8002")
    assert talk.rings() == "phone:8001"


@pytest.mark.parametrize("cause", [Cause.NORMAL, Cause.LOST])
def test_a_phone_that_is_still_being_hung_up_is_not_rung(cause: Cause) -> None:
    talk = Talk()
    talk.phone_is_slow = True
    talk.asks("8002")  # who is not there
    assert not talk.house.given(Originate)
    assert talk.place == "waiting"
    assert talk.house.router.agent(AgentId("01"), talk.house.now) == ("talking", "", "ready")
    talk.house.tell(door.CallEnded(talk.leg, cause), after_s=0.5)
    assert talk.rings() == "phone:8001"
    talk.house.take(talk.call)
    assert talk.rows[-1] == ("agent", "02", "returned", 2)


def test_an_agent_in_a_talk_is_waited_for_as_long_as_the_rules_say() -> None:
    talk = Talk("02")
    other = talk.house.arrive(caller="13900139000")
    talk.house.press(other, "1")
    talk.house.take(other)
    talk.asks("02")
    assert talk.place == "waiting"
    talk.house.wait(19.0)
    assert talk.place == "waiting"
    talk.house.wait(2.0)
    assert talk.rings() == "phone:8001"


def test_an_agent_who_becomes_free_in_time_gets_the_caller_before_all_others() -> None:
    talk = Talk("02")
    other, third = talk.house.arrive(caller="13900139000"), talk.house.arrive(caller="13700137000")
    talk.house.press(other, "1")
    leg = talk.house.take(other)
    talk.house.press(third, "1")
    talk.asks("02")
    talk.house.tell(door.CallEnded(leg, Cause.NORMAL))
    talk.house.wait(5.5)
    ringing = talk.house.last(Originate)
    assert (ringing.to, talk.house.rings_for(ringing.leg)) == ("phone:8002", talk.call)


def test_where_the_one_who_asked_is_gone_too_the_queue_has_the_caller_in_front_of_all() -> None:
    talk = Talk("02")
    talk.asks("02")
    talk.house.tell(AgentSignedOut(AgentId("01")))
    other = talk.house.arrive(caller="13900139000")
    talk.house.press(other, "1")
    talk.ring_ends()
    assert talk.place == "waiting"
    assert talk.house.router.wait_of(talk.call)["position"] == 1
    talk.house.wait(60.0)
    ringing = talk.house.last(Originate)
    assert (ringing.to, talk.house.rings_for(ringing.leg)) == ("phone:8002", talk.call)
    talk.house.take(talk.call)
    assert talk.rows[-1] == ("agent", "02", "requeued", 2)


def test_a_queue_finds_somebody_with_the_skills() -> None:
    talk = Talk("02")
    talk.asks("81", "code")
    assert talk.rings() == "phone:8002"
    talk.house.take(talk.call)
    assert talk.rows[-1] == ("queue", "care care>=3", "reached", 2)


def test_a_queue_in_which_nobody_could_ever_answer_leaves_the_caller_to_the_one_who_asked_at_once() -> None:
    talk = Talk("02")
    talk.asks("84", "code")
    assert talk.rings() == "phone:8001"
    talk.house.take(talk.call)
    assert talk.rows[-1] == ("queue", "care care>=9", "returned", 2)
    assert talk.house.last(log_commands.LogTransfer).detail == "no_agents"


@pytest.mark.parametrize("by", ["phone", "code", "http"])
def test_a_queue_that_somebody_has_closed_takes_nobody_and_the_talk_goes_on(
    by: Literal["phone", "code", "http"],
) -> None:
    talk = Talk("02")
    talk.house.tell(events.OverrideWanted("closure", "queue:care", "li", "storm"))
    talk.asks("81" if by == "code" else "queue:care", by)
    assert talk.place == "talking"
    assert talk.house.last(log_commands.LogTransfer).outcome == "refused"
    assert talk.house.last(log_commands.LogTransfer).detail == "the queue care is closed: storm"


def test_who_was_handed_to_a_queue_before_it_closed_waits_on_and_comes_back() -> None:
    talk = Talk("02")
    talk.asks("81", "code")
    talk.house.tell(events.OverrideWanted("closure", "queue:care", "li", "storm"))
    assert talk.place == "offered"
    talk.house.take(talk.call)
    assert talk.rows[-1][2] == "reached"


def test_a_queue_has_so_long_to_find_somebody() -> None:
    talk = Talk("02")
    other = talk.house.arrive(caller="13900139000")
    talk.house.press(other, "1")
    leg = talk.house.take(other)
    talk.house.tell(AgentPaused(AgentId("01"), "break"))
    talk.asks("queue:care care>=3", "http")
    talk.house.wait(179.0)
    assert talk.house.router.register.transfers[talk.call].state == "away"
    talk.house.wait(2.0)
    assert talk.house.router.register.transfers[talk.call].state == "waiting"
    talk.house.tell(door.CallEnded(leg, Cause.NORMAL))
    talk.house.wait(6.0)
    talk.house.take(talk.call)
    row = talk.house.last(log_commands.LogTransfer)
    assert (row.outcome, row.detail) == ("requeued", "timed_out")


@pytest.mark.parametrize("to", ["82", "flow:main", "main", "95183"])
def test_a_flow_is_walked_from_its_start_and_its_end_is_the_call_s(to: str) -> None:
    talk = Talk()
    talk.asks(to, "http")
    assert talk.place == "menu"
    assert talk.house.last(Play).media == (Sentence("Press one.", "en"),)
    assert talk.rows == [("flow", "main", "reached", 0)]
    talk.house.press(talk.call, "1")
    assert talk.place == "waiting"  # in wrap-up is the one who asked
    talk.house.wait(5.5)
    talk.house.take(talk.call)
    assert talk.place == "talking"


def test_a_number_outside_is_asked_about_while_the_talk_goes_on_and_then_called() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    assert talk.place == "talking"
    assert talk.house.last(commands.AskGate).number == OUTSIDE
    assert not talk.house.given(ReportTransfer)
    talk.allowed()
    assert talk.place == "transferring"
    assert (talk.rings(), talk.house.last(Originate).caller) == (f"tel:{OUTSIDE}", "95183")
    assert talk.house.last(Originate).ring_s == 20.0
    assert talk.house.last(HangUp).leg == talk.leg
    leg = talk.outside_answers()
    assert talk.place == "transferred"
    assert talk.house.last(Bridge).record is None
    assert talk.rows[-1] == ("number", OUTSIDE, "reached", 2)
    talk.house.tell(door.CallEnded(leg, Cause.NORMAL), after_s=9.0)
    row = talk.house.last(log_commands.LogTalk)
    assert (row.number, row.role, row.agent, round(row.ended_at - row.began_at)) == (2, "outside", None, 9)
    assert talk.place == "menu"
    assert talk.house.last(Play).media == (Sentence("Bye.", "en"),)  # the flow goes on as after the agent's talk


def test_a_talk_outside_is_recorded_where_the_rules_say_so() -> None:
    talk = Talk()
    talk.house.transfers = TransferRules(kinds=("mobile",), record=True)
    snapshot = talk.house.router.snapshot()
    talk.house.router = talk.house._new_router()
    talk.house.router.restore(snapshot)
    talk.asks(OUTSIDE)
    talk.allowed()
    talk.outside_answers()
    assert talk.house.last(Bridge).record == f"{talk.call}-2"


def test_a_number_that_the_gate_refuses_is_not_called_and_the_talk_goes_on() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    talk.allowed(False)
    assert talk.place == "talking"
    assert [report.progress for report in talk.house.given(ReportTransfer)] == ["refused"]
    assert talk.rows[-1] == ("number", OUTSIDE, "refused", 0)
    assert not talk.house.given(Originate)
    assert not talk.house.given(HangUp)


def test_a_talk_that_ends_while_the_number_is_asked_about_calls_nobody() -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    talk.house.tell(door.CallEnded(talk.leg, Cause.NORMAL))
    talk.allowed()
    assert not talk.house.given(Originate)
    assert talk.rows[-1] == ("number", OUTSIDE, "left", 0)


@pytest.mark.parametrize("cause", [Cause.NO_ANSWER, Cause.BUSY, Cause.NO_TRUNK, Cause.INVALID_NUMBER])
def test_a_number_that_does_not_answer_leaves_the_caller_to_the_one_who_asked(cause: Cause) -> None:
    talk = Talk()
    talk.asks(OUTSIDE)
    talk.allowed()
    talk.ring_ends(cause)
    assert talk.rings() == "phone:8001"
    talk.house.take(talk.call)
    row = talk.house.last(log_commands.LogTransfer)
    assert (row.outcome, row.detail) == ("returned", cause)


def test_a_number_of_a_code_needs_no_rule() -> None:
    talk = Talk()
    talk.asks("83", "code")
    talk.allowed()
    assert talk.rings() == "tel:+498912345678"


@pytest.mark.parametrize(
    "to",
    [
        "8001",  # the one who asks
        "+882999",
        "+4915112345678",  # another country's mobile
        "01088886666",  # a fixed one, where mobiles are allowed
        "110",
        "8003",
        "nobody",
        "queue:nowhere",
        "queue:care care>>",
        "queue:",
        "agent:",
        "flow:nowhere",
        "tel:900",
        "",
    ],
)
def test_whom_nobody_allowed_is_not_called_and_the_talk_goes_on(to: str) -> None:
    talk = Talk("02")
    talk.asks(to)
    assert talk.place == "talking"
    assert [report.progress for report in talk.house.given(ReportTransfer)] == ["refused"]
    assert not talk.house.given(Originate)
    assert [row.outcome for row in talk.house.given(log_commands.LogTransfer)] == ["refused"]
    assert talk.house.router.register.transfers == {}


def test_a_leg_that_is_in_no_talk_with_a_caller_asks_for_nothing() -> None:
    talk = Talk("02")
    talk.house.tell(door.TransferRequested(LegId(talk.call), "8002"))  # a switch that told a caller's
    assert talk.place == "talking"
    other = talk.house.arrive(caller="13900139000")
    talk.house.press(other, "1")
    ringing = talk.house.last(Originate)
    talk.house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    talk.house.tell(door.TransferRequested(ringing.leg, "8001"))  # while the whisper is heard
    assert talk.house.last(ReportTransfer).progress == "refused"
    assert talk.house.given(log_commands.LogTransfer) == []


def test_a_caller_who_hangs_up_on_the_way_has_been_answered_and_abandons_nothing() -> None:
    talk = Talk("02")
    talk.asks("02")
    talk.house.tell(door.CallEnded(LegId(talk.call), Cause.NORMAL), after_s=3.0)
    assert talk.rows[-1] == ("agent", "02", "caller_left", 0)
    assert talk.house.last(log_commands.LogCall).outcome == "answered"
    assert talk.house.last(HangUp).leg == talk.house.last(Originate).leg


def test_a_star_code_is_given_up_by_another_star_and_other_codes_work_as_before() -> None:
    talk = Talk("02")
    talk.house.press(talk.leg, "*280*7")
    assert talk.place == "talking"
    assert talk.house.router.register.calls[talk.call].recording.consent == "declined"
    talk.house.press(talk.leg, "02#")
    assert talk.place == "talking"
