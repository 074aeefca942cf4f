"""Campaigns in call control: calls to contacts, agents who take answers, flows, the gate and the ledger."""

from collections.abc import ValuesView

import pytest

from acd.events import AgentPaused, AgentResumed, WrapUpEnded
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Play
from calls.ids import AgentId, AttemptId, CallId, LegId
from complaints.cases import FileCase
from control.messages import events
from control.messages.commands import AskGate, Noticed, SettleAttempt
from control.messages.log_commands import LogCall, LogLeg, LogTalk
from control.register.call import Call
from dialer.campaigns import commands as wanted
from dialer.campaigns.events import CampaignOrdered, Dispositioned
from dialer.campaigns.results import BY_CAUSE, Disposition
from dialer.governor.decisions import Obligations
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign, settled, state_of

pytestmark = pytest.mark.unit

CODES = (Disposition(name="promise", code="1"), Disposition(name="no_more", meaning="refused", code="9"))


def test_a_contact_is_called_after_the_gates_word_and_by_its_obligations():
    house = CampaignHouse(campaign(), "01")
    house.gate = ""
    house.start()
    asked = house.last(AskGate)
    assert (asked.attempt, asked.scene, asked.origin, asked.campaign) == (
        "spring/1.0/1",
        "renewal",
        "campaign",
        "spring",
    )
    assert (asked.person, asked.number) == ("p1-0", "+8613900100000")
    assert house.calls_outside() == []
    obliged = Obligations(caller_ids=("+862195588",), longest_ring_s=20.0)
    house.tell(events.GateAnswered(asked.call, asked.attempt, "allow", 7, obliged))
    (call,) = house.calls_outside()
    assert (call.to, call.caller, call.ring_s) == ("tel:+8613900100000", "+862195588", 20.0)
    assert call.leg == "contact-spring-1.0-1", "always the same: a switch calls it once"


@pytest.mark.parametrize(
    ("verdict", "number_only", "next_number", "state"),
    [
        ("deny", True, True, "in_hand"),
        ("deny", False, False, "denied"),
        ("defer", True, True, "in_hand"),
        ("defer", False, False, "due"),
        ("unknown", True, False, "due"),
    ],
)
def test_a_no_to_one_number_leaves_the_persons_other_one(verdict, number_only, next_number, state):
    house = CampaignHouse(campaign(), "01", count=1, numbers=2)
    house.gate = ""
    house.start()
    asked = house.last(AskGate)
    until = house.utc + 60 if verdict == "defer" else None
    house.tell(
        events.GateAnswered(asked.call, asked.attempt, verdict, rule="house.x", until=until, number_only=number_only)
    )
    again = house.last(AskGate)
    assert (again.number != asked.number) == next_number
    assert house.rows.states("spring") == {state: 1}


def test_an_answer_is_with_an_agent_and_settled_by_the_disposition():
    house = CampaignHouse(campaign(), "01")
    call, agent_leg = house.talking()
    assert house.last(Bridge).a == call
    talk_s = 40.0
    house.wait(talk_s)
    house.hangs_up(call)
    assert house.last(HangUp).leg == agent_leg
    house.hangs_up(agent_leg)
    assert state_of(house, "01") == "wrap_up"
    house.wait(60.0)
    assert state_of(house, "01") == "wrap_up", "the queue's own five seconds are over; the disposition is not there"
    house.tell(Dispositioned("spring/1.0/1", "promise"))
    assert state_of(house, "01") in ("idle", "offered")
    assert settled(house)[:3] == [
        ("answered", "", False),
        ("answered", "talked", True),
        ("effective", "promise", True),
    ]
    row = next(one for one in house.given(wanted.LogTry) if one.disposition)
    assert (row.disposition, row.agent, row.call) == ("promise", "01", call)
    assert row.ended_at - row.connected_at == pytest.approx(talk_s, abs=1.0)
    logged = house.last(LogCall)
    assert (logged.direction, logged.outcome, logged.agent) == ("out", "answered", "01")
    assert house.last(LogTalk).agent == "01"
    assert house.rows.states("spring")["reached"] == 1


def test_a_word_after_the_limit_of_wrap_up_opens_its_case_and_counts():
    house = CampaignHouse(campaign(wrap_up_s=20.0), "01", count=1)
    call, agent_leg = house.talking()
    house.hangs_up(call)
    house.hangs_up(agent_leg)
    house.wait(21.0)
    assert settled(house)[-1] == ("effective", "talked", True)
    house.tell(Dispositioned("spring/1.0/1", "angry"))
    assert house.last(FileCase).case.call == call
    assert settled(house)[-1] == ("effective", "angry", True)
    assert house.last(SettleAttempt).corrects
    row = house.given(wanted.LogTry)[-1]
    assert (row.disposition, row.said_before, row.reservation, row.call) == ("angry", "", 1, call)


def test_nobody_there_within_two_seconds_is_told_so_and_counts_as_abandoned():
    house = CampaignHouse(campaign(), "01")
    house.start()
    house.tell(AgentPaused(AgentId("01"), "break"))
    call = house.picks_up()
    assert house.calls_to_agents() == []
    house.wait(1.8)
    assert house.given(Play) == []
    house.wait(0.4)
    message = house.last(Play)
    assert (message.leg, message.media[0].text) == (call, "safe_harbour")
    assert ("abandoned", "abandoned", False) in settled(house)
    house.tell(AgentResumed(AgentId("01")))
    assert house.calls_to_agents() == [], "who is told so is not put through any more"
    house.tell(door.PlaybackFinished(message.leg, message.attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.hangs_up(call)
    assert house.last(LogCall).outcome == "abandoned"
    assert house.given(wanted.LogTry)[-1].abandoned


def test_an_agents_phone_that_still_rings_at_the_end_of_patience_is_withdrawn():
    house = CampaignHouse(campaign(), "01")
    house.start()
    call = house.picks_up()
    (ringing,) = house.calls_to_agents()
    house.wait(2.1)
    assert ringing.leg in [one.leg for one in house.given(HangUp)]
    assert house.last(Play).leg == call


def test_an_agent_who_picks_up_as_patience_ends_is_connected():
    house = CampaignHouse(campaign(), "01")
    house.start()
    house.picks_up()
    house.wait(1.6)
    house.agent_answers()
    house.wait(0.3)
    house.connected()
    house.wait(5.0)
    assert not any(one.leg.startswith("contact") for one in house.given(Play))
    assert house.given(LogCall) == []


@pytest.mark.parametrize("cause", list(Cause))
def test_the_end_of_a_call_that_nobody_answered_is_a_result_and_settles(cause):
    house = CampaignHouse(campaign(), "01", count=1)
    house.start()
    (call,) = house.calls_outside()
    house.hangs_up(call.leg, cause)
    (row,) = house.given(wanted.LogTry)
    assert row.result == BY_CAUSE[cause]
    assert len(house.given(SettleAttempt)) == 1
    assert house.last(LogCall).outcome == "unreached"
    assert house.last(LogLeg).role == "contact"
    assert not house.router.register.contacts
    assert not house.router.register.tries


def test_a_refusal_is_on_the_list_while_the_talk_goes_on():
    house = CampaignHouse(campaign(), "01")
    house.talking()
    house.tell(Dispositioned("spring/1.0/1", "no_more"))
    assert house.last(wanted.DoNotCall).number == "+8613900100000"


def test_a_disposition_may_open_a_case_of_the_call():
    house = CampaignHouse(campaign(), "01")
    call, _ = house.talking()
    house.tell(Dispositioned("spring/1.0/1", "angry"))
    case = house.last(FileCase).case
    assert (case.category, case.caller, case.call) == ("complaint", "+8613900100000", call)


def test_while_a_caller_waits_no_contact_is_called_and_an_idle_agent_is_the_callers():
    house = CampaignHouse(campaign(), "01")
    caller = house.arrive()
    house.press(caller, "1")  # the agent's phone rings for the caller
    second = house.arrive(caller="13900000009")
    house.press(second, "1")
    house.start()
    assert house.given(AskGate) == []
    house.talk(caller, 30.0)
    assert house.given(AskGate) == [], "the other caller waits still"
    house.talk(second, 30.0)
    assert len(house.given(AskGate)) == 1


class CountedCalls(dict[CallId, Call]):
    """The register's calls, and how often somebody went through all of them."""

    walked = 0

    def values(self) -> ValuesView[Call]:
        self.walked += 1
        return super().values()


def test_events_that_are_no_queues_and_no_campaigns_cost_no_walk_through_all_calls():
    house = CampaignHouse(campaign())
    house.start()
    caller = house.arrive()
    register = house.router.register
    counted = register.calls = CountedCalls(register.calls)
    house.press(caller, "7")  # no key of the menu: the flow speaks
    house.tell(door.CommandDone(AttemptId("any"), LegId(caller)))
    assert counted.walked == 0
    house.press(caller, "1")
    assert counted.walked > 0, "who waits for an agent is seen"


def test_a_denied_contact_is_nobodys_call_and_an_unknown_answer_is_for_later():
    house = CampaignHouse(campaign(), "01", count=2)
    house.gate = ""
    house.start()
    asked = house.last(AskGate)
    house.tell(events.GateAnswered(asked.call, asked.attempt, "deny", rule="cn.x.freq", reason="three today"))
    assert house.given(wanted.KeepContact)[-1].detail == "cn.x.freq"
    asked = house.last(AskGate)
    assert asked.attempt == "spring/1.1/1"
    house.wait(10.5)  # no answer at all
    assert house.given(wanted.KeepContact)[-1].state == "due"
    assert house.calls_outside() == []


@pytest.mark.parametrize(
    ("cause", "rests"), [(Cause.BLOCKED, True), (Cause.UNWANTED, True), (Cause.REJECTED, False), (Cause.BUSY, False)]
)
def test_a_caller_id_rests_after_a_block_for_as_long_as_the_policy_says(cause, rests):
    house = CampaignHouse(campaign(), "01")
    house.obligations = Obligations(
        caller_ids=("+862195588",), caller_id_rests_s=3600.0, caller_id_rests_after=("blocked", "unwanted")
    )
    house.start()
    house.hangs_up(house.calls_outside()[0].leg, cause)
    until = house.given(SettleAttempt)[-1].caller_id_rests_until
    assert until == (pytest.approx(house.utc + 3600.0) if rests else 0.0)


def test_what_is_allowed_and_not_wanted_any_more_is_released():
    house = CampaignHouse(campaign(), "01")
    house.gate = ""
    house.start()
    asked = house.last(AskGate)
    house.tell(CampaignOrdered("spring", "pause"))
    house.allow(asked)
    assert house.calls_outside() == []
    assert settled(house) == [("released", "not_dialled", True)]


def test_agentless_calls_walk_the_flow_from_their_answer_on():
    house = CampaignHouse(campaign("agentless", at_once=1))
    house.start()
    call = house.picks_up()
    assert house.last(Play).leg == call
    house.press(call, "6")
    house.hangs_up(call)
    row = house.given(wanted.LogTry)[-1]
    assert (row.result, row.agent) == ("flow_done", "")
    assert settled(house)[-1] == ("effective", "flow_done", True)


def test_an_agent_says_what_came_of_the_talk_by_a_code_and_owes_that_word():
    house = CampaignHouse(campaign(dispositions=CODES), "01")
    call, agent_leg = house.talking()
    house.hangs_up(call)
    house.hangs_up(agent_leg)
    house.tell(WrapUpEnded(AgentId("01")))
    dials(house, "*65")
    assert house.last(Play).media[0].text == "agent_in_wrap_up"
    assert state_of(house, "01") == "wrap_up", "a disposition is required"
    dials(house, "*677")
    assert house.last(Play).media[0].text == "agent_refused"
    dials(house, "*671")
    assert house.last(Play).media[0].text == "agent_wrap_up_ended"
    assert next(one for one in house.given(wanted.LogTry) if one.disposition).disposition == "promise"
    told = len(settled(house))
    dials(house, "*671")
    assert house.last(Play).media[0].text == "agent_wrap_up_ended"
    assert len(settled(house)) == told, "said twice it is once"
    dials(house, "*679")
    assert house.last(wanted.DoNotCall).number == "+8613900100000"
    assert settled(house)[-1] == ("effective", "no_more", True)
    assert house.last(SettleAttempt).reservation == 1, "of the try that is over"
    (corrected,) = [one for one in house.given(Noticed) if one.event == "disposition corrected"]
    assert corrected.detail == "spring/1.0/1: no_more takes the place of promise"
    assert house.rows.states("spring")["refused"] == 1
    assert house.router.register.tries.keys() == house.router.hub.campaigns.state.tries.keys()


def dials(house: CampaignHouse, code: str) -> None:
    leg = LegId(f"code-{len(house.journal)}")
    house.tell(door.CallArrived(leg, "8001", code, device="8001"))
    house.tell(door.CallEnded(leg, Cause.NORMAL))


def test_calls_that_ring_are_given_up_by_a_stop():
    house = CampaignHouse(campaign(), "01")
    house.start()
    house.tell(CampaignOrdered("spring", "stop"))
    assert house.last(HangUp).leg == house.calls_outside()[0].leg
    house.hangs_up(house.calls_outside()[0].leg, Cause.CANCELLED)
    assert house.rows.states("spring") == {"due": 1, "fresh": 9}


def test_a_leg_of_no_contact_any_more_that_is_answered_is_hung_up():
    house = CampaignHouse(campaign(), "01", count=1)
    house.start()
    (call,) = house.calls_outside()
    house.hangs_up(call.leg, Cause.LOST)
    house.tell(door.CallAnswered(LegId(call.leg), call.attempt))
    assert house.last(HangUp).leg == call.leg
