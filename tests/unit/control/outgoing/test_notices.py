"""The notice that the gate obliges to: said by itself before an agent or a flow is there, and on record once heard."""

import pytest

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, HangUp, Play, Sentence
from calls.ids import AgentId
from control.messages import events
from control.messages.commands import AskGate, Noticed, SettleAttempt
from control.messages.log_commands import LogCall
from dialer.campaigns import commands as wanted
from dialer.campaigns.events import PreviewAnswered
from dialer.campaigns.settings import Mode
from dialer.governor.decisions import Obligations
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.unit

NOTICE = "recorded_line"


def house_with_notice(mode: Mode = "progressive") -> CampaignHouse:
    house = CampaignHouse(campaign(mode), *(() if mode == "agentless" else ("01",)), count=1)
    house.obligations = Obligations(notice=NOTICE)
    return house


def notice_of(house: CampaignHouse) -> Play:
    return next(one for one in house.given(Play) if said(one) == NOTICE)


def said(play: Play) -> str:
    (first, *_) = play.media
    return first.text if isinstance(first, Sentence) else ""


def heard(house: CampaignHouse, play: Play, outcome: Outcome = Outcome.FINISHED) -> None:
    house.tell(door.PlaybackFinished(play.leg, play.attempt, outcome))


def on_record(house: CampaignHouse) -> bool:
    return any(one.event == "notice played" and one.detail == NOTICE for one in house.given(Noticed))


def test_the_person_hears_it_before_the_agent_who_waits_for_its_end():
    house = house_with_notice()
    house.start()
    call = house.picks_up()
    notice = notice_of(house)
    assert notice.leg == call
    house.wait(1.0)
    agent_leg = house.agent_answers()
    assert house.given(Bridge) == []
    house.wait(5.0)
    assert house.given(Bridge) == [], "an agent is there: patience is no matter any more"
    assert ("abandoned", "abandoned") not in [(one.state, one.result) for one in house.given(SettleAttempt)]
    assert not on_record(house)
    heard(house, notice)
    assert (house.last(Bridge).a, house.last(Bridge).b) == (call, agent_leg)
    assert on_record(house)
    house.connected()
    house.hangs_up(call)
    house.hangs_up(agent_leg)
    assert house.given(wanted.LogTry)[-1].notice == NOTICE
    assert house.last(LogCall).outcome == "answered"


def test_an_agent_who_comes_after_its_end_is_connected_at_once():
    house = house_with_notice()
    house.start()
    house.picks_up()
    heard(house, notice_of(house))
    assert house.given(Bridge) == []
    house.agent_answers()
    assert len(house.given(Bridge)) == 1


def test_without_an_agent_in_time_the_message_of_the_law_takes_its_place():
    house = house_with_notice()
    house.start()
    house.tell(AgentPaused(AgentId("01"), "break"))
    call = house.picks_up()
    house.wait(2.1)
    assert [said(one) for one in house.given(Play)] == [NOTICE, "safe_harbour"]
    heard(house, notice_of(house), Outcome.STOPPED)
    assert not house.given(HangUp), "the message is being said"
    heard(house, house.last(Play))
    assert house.last(HangUp).leg == call
    house.hangs_up(call)
    row = house.given(wanted.LogTry)[-1]
    assert (row.abandoned, row.notice) == (True, "")
    assert not on_record(house)


def test_an_agent_who_goes_meanwhile_is_another_ones_turn_or_nobodys():
    house = house_with_notice()
    house.start()
    house.picks_up()
    agent_leg = house.agent_answers()
    house.hangs_up(agent_leg)
    house.tell(AgentPaused(AgentId("01"), "break"))
    house.wait(3.1)
    assert "safe_harbour" in [said(one) for one in house.given(Play)]
    assert house.given(Bridge) == []


def test_a_person_who_hangs_up_under_it_has_talked_to_nobody():
    house = house_with_notice()
    house.start()
    call = house.picks_up()
    agent_leg = house.agent_answers()
    house.hangs_up(call)
    assert agent_leg in [one.leg for one in house.given(HangUp)]
    row = house.given(wanted.LogTry)[-1]
    assert (row.result, row.notice) == ("hung_up", "")


def test_where_it_cannot_be_said_nobody_talks_to_the_person():
    house = house_with_notice()
    house.start()
    call = house.picks_up()
    house.agent_answers()
    heard(house, notice_of(house), Outcome.FAILED)
    assert house.given(Bridge) == []
    assert any(one.event == "notice not played" and one.level == "error" for one in house.given(Noticed))
    assert said(house.last(Play)) == "safe_harbour"
    house.hangs_up(call)
    assert house.given(wanted.LogTry)[-1].abandoned


def test_of_a_preview_the_agent_waits_on_the_line():
    house = house_with_notice("preview")
    house.start()
    shown = house.last(wanted.ShowPreview)
    house.tell(PreviewAnswered(shown.attempt, shown.agent, taken=True))
    house.agent_answers()
    call = house.picks_up()
    assert house.given(Bridge) == []
    heard(house, notice_of(house))
    assert house.last(Bridge).a == call
    house.connected()
    assert on_record(house)


def test_a_flow_speaks_after_it():
    house = house_with_notice("agentless")
    house.start()
    call = house.picks_up()
    assert [said(one) for one in house.given(Play)] == [NOTICE]
    heard(house, notice_of(house))
    assert on_record(house)
    assert len(house.given(Play)) > 1, "the flow has begun"
    house.hangs_up(call)
    row = house.given(wanted.LogTry)[-1]
    assert (row.result, row.notice) == ("flow_done", NOTICE)


def test_a_flow_does_not_speak_where_it_cannot_be_said():
    house = house_with_notice("agentless")
    house.start()
    call = house.picks_up()
    heard(house, notice_of(house), Outcome.FAILED)
    assert house.last(HangUp).leg == call
    assert len(house.given(Play)) == 1


def test_without_a_text_or_sound_of_it_nobody_is_called(monkeypatch):
    house = house_with_notice()
    directory = house.router.hub.directory
    monkeypatch.setattr(directory, "say", lambda version, language, phrase, **values: ())
    house.start()
    assert house.last(AskGate).attempt == "spring/1.0/1"
    assert house.calls_outside() == []
    assert house.last(SettleAttempt).state == "released"
    kept = house.given(wanted.KeepContact)[-1]
    assert (kept.state, kept.detail) == ("due", "gate.notice")
    assert any(one.event == "no notice to be said" for one in house.given(Noticed))


@pytest.mark.parametrize("mode", ["progressive", "agentless"])
def test_a_controller_that_takes_over_says_it_again_and_goes_on(mode):
    house = house_with_notice(mode)
    house.start()
    call = house.picks_up()
    if mode == "progressive":
        house.agent_answers()
    data = house.router.snapshot()
    house.router = house._new_router()
    house.router.restore(data)
    house.tell(events.Restarted())
    live = tuple(door.LiveLeg(leg, "", "", True, inbound=False) for leg in house.router.register.legs)
    house.tell(door.SwitchBack("", live))
    again = [one for one in house.given(Play) if said(one) == NOTICE]
    assert len(again) == 2
    assert again[1].leg == call
    for play in house.given(Play):
        if play.leg != call:
            house.tell(door.PlaybackFinished(play.leg, play.attempt, Outcome.FINISHED))
    heard(house, again[1])
    assert on_record(house)
    if mode == "progressive":
        assert house.last(Bridge).a == call
    else:
        assert said(house.last(Play)) != NOTICE
    house.hangs_up(call, Cause.NORMAL)
