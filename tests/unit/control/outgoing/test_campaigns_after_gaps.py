"""Campaigns over a controller or a switch that was away: nobody is dialled twice, and each answer counts as it was."""

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import Bridge, HangUp, Play
from calls.ids import LegId
from control.messages import events
from control.messages.commands import AskGate, SettleAttempt
from control.messages.log_commands import LogCall
from dialer.campaigns import commands as wanted
from dialer.campaigns.events import Dispositioned
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("at", ["asking", "ringing", "answered", "offered", "talking", "noting"])
def test_a_controller_that_takes_over_goes_on_and_dials_nobody_twice(at):
    house = CampaignHouse(campaign(), "01", count=1)
    house.gate = "" if at == "asking" else "allow"
    house.start()
    if at in ("answered", "offered", "talking", "noting"):
        call = house.picks_up()
        if at != "answered":
            house.agent_answers()
        if at in ("talking", "noting"):
            agent_leg = house.connected()
        if at == "noting":
            house.hangs_up(call)
            house.hangs_up(agent_leg)
    data = house.router.snapshot()
    house.router = house._new_router()
    house.router.restore(data)
    assert house.router.snapshot() == data
    before = len(house.calls_outside())
    house.tell(events.Restarted())
    assert len(house.calls_outside()) == before
    if at == "asking":
        assert [one.attempt for one in house.given(AskGate)] == ["spring/1.0/1"] * 2
    elif at == "ringing":
        house.hangs_up(house.calls_outside()[0].leg, Cause.LOST)
        assert house.given(wanted.LogTry)[-1].result == "failed"
        assert house.rows.of("spring")[house.given(wanted.LogTry)[-1].contact].contact.tries == 1
    elif at == "answered":
        house.wait(2.5)
        assert house.last(Play).media[0].text == "safe_harbour"
    elif at == "offered":
        house.connected()
        assert house.router.hub.campaigns.state_of("spring/1.0/1") == "talking"
    elif at == "noting":
        house.tell(Dispositioned("spring/1.0/1", "promise"))
        assert house.rows.states("spring") == {"reached": 1}


@pytest.mark.parametrize("meanwhile", [True, False], ids=["answered meanwhile", "answered before"])
def test_who_has_answered_is_left_alone_by_the_next_controller_and_gets_an_agent(meanwhile: bool) -> None:
    house = CampaignHouse(campaign(), "01", count=1)
    house.start()
    ringing = house.calls_outside()[0]
    if not meanwhile:
        house.picks_up()
    data = house.router.snapshot()
    house.router = house._new_router()
    house.router.restore(data)
    house.tell(events.Restarted())
    live = [door.LiveLeg(ringing.leg, "", "+8613900100000", True, False)]
    live += [door.LiveLeg(one.leg, "", one.to, False, False, device="01") for one in house.calls_to_agents()]
    house.tell(door.SwitchBack("", tuple(live)))
    assert house.given(HangUp) == []
    agent = house.agent_answers()
    assert {house.last(Bridge).a, house.last(Bridge).b} == {ringing.leg, agent}


@pytest.mark.parametrize(
    ("answered_s", "cause", "result", "state", "outcome"),
    [
        (2.0, Cause.NORMAL, "abandoned", "abandoned", "abandoned"),
        (1.9, Cause.NORMAL, "hung_up", "answered", "abandoned"),
        (None, Cause.BUSY, "busy", "attempted", "unreached"),
        (None, Cause.LOST, "failed", "attempted", "unreached"),
    ],
)
def test_who_answered_while_no_controller_was_there_counts_as_the_switchs_own_records_tell(
    answered_s: float | None, cause: Cause, result: str, state: str, outcome: str
) -> None:
    house = CampaignHouse(campaign(), "01", count=1)
    house.start()
    (call,) = house.calls_outside()
    house.tell(door.SwitchBack("", (), ended=(door.EndedLeg(call.leg, cause, answered_s),)), after_s=5.0)
    tried = house.given(wanted.LogTry)[-1]
    assert (tried.result, tried.abandoned, tried.answered_at is None) == (result, result == "abandoned", not answered_s)
    assert house.last(SettleAttempt).state == state
    assert house.last(LogCall).outcome == outcome
    assert house.calls_to_agents() == [], "nobody is rung for who is gone"


def test_an_answer_that_was_heard_is_not_told_again_by_the_switchs_records() -> None:
    house = CampaignHouse(campaign(), "01", count=1)
    house.start()
    call = house.picks_up()
    house.agent_answers()
    house.connected()
    house.tell(door.SwitchBack("", (), ended=(door.EndedLeg(LegId(call), Cause.NORMAL, 9.0),)), after_s=5.0)
    house.tell(Dispositioned("spring/1.0/1", "promise"))
    assert house.given(wanted.LogTry)[-1].result == "talked"
