"""Answers to campaigns' calls are judged by their voices: who is served, who is left a message, who is let go."""

import pytest

from acd.events import AgentPaused
from calls import events as door
from calls.causes import Outcome
from calls.commands import Bridge, HangUp, Play, WatchVoice
from calls.ids import AgentId, AttemptId, CallId, LegId
from control.messages import events
from control.messages.commands import Noticed, SettleAttempt
from control.messages.log_commands import LogCall
from dialer.answering_machines.settings import Detection
from dialer.campaigns import commands as wanted
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.unit
QUIET_S = door.VOICE_QUIET_S


def judging(*agents: str, mode: str = "progressive", **detection: object) -> CampaignHouse:
    settings = campaign(mode, detection=Detection(on=True, **detection), dispositions=())  # type: ignore[arg-type]
    house = CampaignHouse(settings, *agents, count=1)
    house.start()
    return house


def says(house: CampaignHouse, leg: str, lasts_s: float, after_s: float = 0.0) -> None:
    """A voice; the switch tells of its end a little later."""
    house.wait(after_s)
    house.tell(door.VoiceBegan(LegId(leg)))
    house.wait(lasts_s + QUIET_S)
    if leg in house.router.register.legs:
        house.tell(door.VoiceEnded(LegId(leg), lasts_s, QUIET_S))


def results(house: CampaignHouse) -> list[tuple[str, bool]]:
    return [(one.result, one.abandoned) for one in house.given(wanted.LogTry)]


def watches(house: CampaignHouse) -> list[bool]:
    return [one.on for one in house.given(WatchVoice)]


def test_a_hello_is_a_person_who_is_with_an_agent_within_two_seconds_of_it():
    house = judging("01")
    assert house.calls_outside()[0].watch_voice
    call = house.picks_up()
    assert watches(house) == [True]
    says(house, call, 0.7, after_s=0.5)
    assert house.calls_to_agents() == [], "a pause may be one of a machine"
    house.wait(0.7)
    assert len(house.calls_to_agents()) == 1
    assert watches(house) == [True, False], "whoever talks is not watched"
    house.agent_answers()
    house.connected()
    assert house.last(Bridge).a == call
    house.hangs_up(call)
    assert results(house) == [("talked", False)]


def test_nobody_there_in_what_is_left_of_two_seconds_is_abandoned():
    house = judging("01")
    house.tell(AgentPaused(AgentId("01"), "break"))
    call = house.picks_up()
    says(house, call, 0.7, after_s=0.5)
    house.wait(0.6 + 1.1)
    assert house.given(Play) == []
    house.wait(0.2)
    assert house.last(Play).media[0].text == "safe_harbour"
    house.hangs_up(call)
    assert results(house) == [("abandoned", True)]


def test_a_machine_is_hung_up_and_no_agent_is_asked():
    house = judging("01")
    call = house.picks_up()
    says(house, call, 8.0, after_s=0.4)
    assert [one.leg for one in house.given(HangUp)] == [call]
    assert house.calls_to_agents() == []
    house.hangs_up(call)
    assert results(house) == [("machine", False)]
    assert house.given(wanted.KeepContact)[-1].state == "due", "by its own rule"
    assert house.last(LogCall).outcome == "unreached"
    assert house.router.register.contacts == {}


def test_silence_is_let_go_as_nobody():
    house = judging("01")
    call = house.picks_up()
    house.tell(door.VoiceBegan(LegId(call)))
    house.wait(QUIET_S)
    house.tell(door.VoiceEnded(LegId(call), 0.0, QUIET_S))
    house.wait(2.4)
    assert house.last(HangUp).leg == call
    house.hangs_up(call)
    assert results(house) == [("silence", False)]
    assert house.given(SettleAttempt)[-1].state == "answered"


@pytest.mark.parametrize(("treated", "calls"), [("person", 1), ("hang_up", 0), ("machine", 0)])
def test_silence_is_treated_as_the_campaign_has_it(treated: str, calls: int):
    house = judging("01", silence=treated, initial_silence_s=1.0)
    house.picks_up()
    house.wait(1.1)
    assert len(house.calls_to_agents()) == calls


@pytest.mark.parametrize(("treated", "calls"), [("person", 1), ("machine", 0)])
def test_who_is_unsure_is_treated_as_the_campaign_has_it(treated: str, calls: int):
    house = judging("01", unsure=treated, decide_within_s=3.0)
    call = house.picks_up()
    house.wait(2.0)
    house.tell(door.VoiceBegan(LegId(call)))
    house.wait(1.1)
    assert len(house.calls_to_agents()) == calls


def machine_speaks(message: str = "call_us", **detection: object) -> tuple[CampaignHouse, CallId]:
    """A mailbox has greeted for four seconds, and its beep is over."""
    house = judging("01", leave_message=message, **detection)
    call = house.picks_up()
    says(house, call, 4.0, after_s=0.4)
    assert house.router.register.contacts[call].state == "greeting"
    assert house.given(Play) == []
    says(house, call, 0.3, after_s=0.6)
    return house, call


def test_a_machine_hears_a_message_once_its_greeting_is_over():
    house, call = machine_speaks()
    house.wait(1.2)
    assert house.given(Play) == [], "there may be more to come"
    house.wait(0.2)
    play = house.last(Play)
    assert (play.leg, play.media[0].text) == (call, "call_us")
    assert house.calls_to_agents() == []
    house.wait(4.0)
    house.tell(door.PlaybackFinished(LegId(call), play.attempt, Outcome.FINISHED))
    assert house.last(HangUp).leg == call
    house.hangs_up(call)
    assert results(house) == [("machine", False)]


def test_a_machine_without_an_end_is_hung_up():
    house = judging("01", leave_message="call_us", longest_greeting_s=20.0)
    call = house.picks_up()
    house.tell(door.VoiceBegan(LegId(call)))
    house.wait(19.7)
    assert house.given(HangUp) == []
    house.wait(0.4)
    assert [one.leg for one in house.given(HangUp)] == [call]
    assert house.given(Play) == []
    house.hangs_up(call)
    assert results(house) == [("machine", False)]


@pytest.mark.parametrize("after_s", [1.0, 7.0])
def test_who_answers_to_the_message_as_a_person_counts_as_abandoned(after_s: float):
    house, call = machine_speaks()
    house.wait(1.5)
    says(house, call, 0.5, after_s=after_s)
    house.wait(0.7)
    assert house.given(SettleAttempt)[-1].state == "abandoned"
    house.hangs_up(call)
    assert results(house) == [("taken_for_machine", True)]


@pytest.mark.parametrize(("after_s", "lasts_s"), [(0.1, 0.5), (1.0, 6.0)], ids=["its echo", "it speaks on"])
def test_what_is_heard_of_a_machine_beside_the_message_is_nobody(after_s: float, lasts_s: float):
    house, call = machine_speaks()
    house.wait(1.4)
    says(house, call, lasts_s, after_s=after_s)
    house.wait(2.0)
    house.hangs_up(call)
    assert results(house) == [("machine", False)]


def test_who_calls_the_house_a_moment_after_they_were_taken_for_a_machine_was_a_person():
    house = judging("01")
    call = house.picks_up()
    says(house, call, 4.0, after_s=0.4)
    house.hangs_up(call)
    house.wait(20.0)
    assert house.router.register.tries, "its reservation is still to be settled otherwise"
    house.arrive(caller="+8613900100000")
    assert results(house) == [("machine", False), ("taken_for_machine", True)]
    assert (house.last(SettleAttempt).state, house.last(SettleAttempt).ended) == ("abandoned", True)
    assert not house.router.register.tries


def test_who_goes_while_they_are_judged_counts_as_abandoned():
    house = judging("01")
    call = house.picks_up()
    says(house, call, 0.5, after_s=0.3)
    house.hangs_up(call)
    assert results(house) == [("abandoned", True)]
    assert house.given(SettleAttempt)[-1].state == "abandoned"


def test_an_agentless_campaign_speaks_to_people_at_once():
    house = judging(mode="agentless", leave_message="call_us")
    call = house.picks_up()
    says(house, call, 0.5, after_s=0.3)
    assert house.given(Play) == []
    house.wait(0.7)
    assert house.last(Play).leg == call
    assert house.router.register.contacts[call].state == "flow"


def test_words_before_the_answer_are_heard():
    house = judging("01", before_answer="counts")
    leg = house.calls_outside()[0].leg
    for _ in range(3):
        says(house, leg, 1.0, after_s=0.3)
    call = house.picks_up()
    says(house, call, 0.4, after_s=0.2)
    house.wait(0.7)
    assert house.last(HangUp).leg == call
    assert house.calls_to_agents() == []


# nobody is given up for what was not heard


@pytest.mark.parametrize(("reason", "noticed"), [("unsupported", True), ("refused", True), ("deadline", False)])
def test_on_a_switch_that_does_not_hear_everybody_is_a_person(reason: str, noticed: bool):
    house = judging("01", unsure="machine")
    house.picks_up()
    watch = house.last(WatchVoice)
    house.tell(door.CommandFailed(watch.attempt, reason, watch.leg, "no ears"))  # type: ignore[arg-type]  # one of them
    assert len(house.calls_to_agents()) == 1
    told = [one for one in house.given(Noticed) if one.event == "answering machines not detected"]
    assert bool(told) == noticed


def test_of_a_switch_that_is_lost_everybody_is_a_person():
    house = judging("01")
    house.picks_up()
    house.wait(1.0)
    house.tell(door.SwitchLost("", "cut off"))
    assert len(house.calls_to_agents()) == 1


def test_after_a_gap_or_under_another_controller_everybody_is_a_person():
    for restart in (False, True):
        house = judging("01")
        call = house.picks_up()
        house.wait(1.0)
        if restart:
            house.tell(events.Restarted())
        else:
            live = door.LiveLeg(LegId(call), "", "", answered=True, inbound=False)
            house.tell(door.SwitchBack("", (live,)))
        assert len(house.calls_to_agents()) == 1


def test_a_call_that_is_judged_goes_on_from_a_snapshot():
    house = judging("01")
    call = house.picks_up()
    house.wait(0.5)
    house.tell(door.VoiceBegan(LegId(call)))
    data = house.router.snapshot()
    house.router = house._new_router()
    house.router.restore(data)
    house.wait(0.5)
    house.tell(door.VoiceEnded(LegId(call), 0.3, QUIET_S))
    house.wait(0.7)
    assert len(house.calls_to_agents()) == 1


def test_voices_of_others_mean_nothing():
    house = CampaignHouse(campaign(), "01")
    caller = house.arrive()
    house.tell(door.VoiceBegan(LegId(caller)))
    house.tell(door.VoiceEnded(LegId("nobody"), 1.0, QUIET_S))
    house.tell(door.CommandFailed(AttemptId("stale"), "unsupported", LegId(caller)))
    house.start()
    call = house.picks_up()
    house.tell(door.VoiceBegan(LegId(call)))
    house.wait(10.0)
    assert [one.leg for one in house.given(HangUp) if one.leg == call] == []
