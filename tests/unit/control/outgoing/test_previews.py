"""Previews of campaigns: the agent first, then the person."""

import pytest

from calls.causes import Cause
from calls.commands import Bridge, HangUp, Originate
from dialer.campaigns import commands as wanted
from dialer.campaigns.events import Dispositioned, PreviewAnswered
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign, settled, state_of

pytestmark = pytest.mark.unit


def preview() -> tuple[CampaignHouse, wanted.ShowPreview]:
    house = CampaignHouse(campaign("preview"), "01")
    house.start()
    return house, house.last(wanted.ShowPreview)


def test_of_a_preview_the_agent_is_called_first_and_then_the_person():
    house, shown = preview()
    assert house.given(Originate) == []
    house.tell(PreviewAnswered(shown.attempt, shown.agent, taken=True))
    assert (len(house.calls_to_agents()), house.calls_outside()) == (1, [])
    house.agent_answers()
    (call,) = house.calls_outside()
    assert call.to == "tel:+8613900100000"
    house.picks_up()
    agent_leg = house.connected()
    assert (house.last(Bridge).a, agent_leg) == (call.leg, house.calls_to_agents()[0].leg)
    house.hangs_up(agent_leg)
    assert house.last(HangUp).leg == call.leg, "there is no flow to go on with"
    house.hangs_up(call.leg)
    house.tell(Dispositioned(shown.attempt, "promise"))
    assert house.rows.states("spring")["reached"] == 1
    assert house.last(wanted.EndPreview).attempt == shown.attempt


def test_a_person_who_does_not_answer_leaves_the_agent_free_for_the_next():
    house, shown = preview()
    house.tell(PreviewAnswered(shown.attempt, shown.agent, taken=True))
    agent_leg = house.agent_answers()
    house.hangs_up(house.calls_outside()[0].leg, Cause.BUSY)
    assert house.last(HangUp).leg == agent_leg
    house.hangs_up(agent_leg)
    assert house.given(wanted.LogTry)[-1].result == "busy"
    assert house.last(wanted.ShowPreview).attempt == "spring/1.1/1"
    assert state_of(house, "01") == "idle"


def test_an_agent_who_does_not_pick_up_costs_the_person_no_try():
    house, shown = preview()
    house.tell(PreviewAnswered(shown.attempt, shown.agent, taken=True))
    house.hangs_up(house.calls_to_agents()[0].leg, Cause.NO_ANSWER)
    assert house.calls_outside() == []
    assert house.given(wanted.KeepContact)[-1].contact.tries == 0
    assert settled(house) == [("released", "out_of_service", True)]


def test_an_agent_who_leaves_while_the_person_rings_takes_the_call_with_them():
    house, shown = preview()
    house.tell(PreviewAnswered(shown.attempt, shown.agent, taken=True))
    agent_leg = house.agent_answers()
    (call,) = house.calls_outside()
    house.hangs_up(agent_leg)
    assert call.leg in [one.leg for one in house.given(HangUp)]
    assert house.given(wanted.LogTry)[-1].result == "given_up"
