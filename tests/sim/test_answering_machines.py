"""Labelled answers through all of call control: who was a person by the label and was let go counts as abandoned."""

from collections import Counter

import pytest

from calls import events as door
from calls.commands import HangUp, Play
from calls.events import VOICE_QUIET_S
from calls.ids import CallId, LegId
from dialer.answering_machines.settings import Detection
from dialer.campaigns import commands as wanted
from sim.answering_machines.greetings import Answer, answers
from sim.answering_machines.judging import judged, voices
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign

pytestmark = pytest.mark.sim
COUNT = 250
ANSWERS = tuple(answers(COUNT, 2))
MESSAGE_S = 6.0


def called(answer: Answer, detection: Detection) -> tuple[CampaignHouse, CallId]:
    """One contact is called and answers so; told as a switch tells it, until nothing more is heard of them."""
    house = CampaignHouse(campaign(detection=detection, dispositions=()), "01", count=1)
    house.start()
    leg = house.calls_outside()[0].leg
    told: list[tuple[float, door.VoiceBegan | door.VoiceEnded | None]] = [(0.0, None)]
    for begun, ended in voices(answer.words):
        told.append((begun, door.VoiceBegan(leg)))
        told.append((ended + VOICE_QUIET_S, door.VoiceEnded(leg, ended - begun, VOICE_QUIET_S)))
    now = min(at for at, _ in told)
    for at, event in sorted(told, key=lambda one: one[0]):
        house.wait(at - now)
        now = at
        if event is None:
            house.tell(door.CallAnswered(leg, house.calls_outside()[0].attempt), after_s=0.0)
        elif any(one.leg == leg for one in house.given(HangUp)):
            break
        else:
            house.tell(event, after_s=0.0)
    return house, CallId(leg)


def result(house: CampaignHouse) -> wanted.LogTry:
    return house.given(wanted.LogTry)[-1]


def plays_to(house: CampaignHouse, call: CallId) -> list[Play]:
    return [one for one in house.given(Play) if one.leg == call]


def test_the_house_decides_as_the_rules_alone() -> None:
    detection = Detection(on=True)
    for answer in ANSWERS[:100]:
        house, call = called(answer, detection)
        house.wait(6.0)
        found = judged(answer, detection).found
        reached = bool(house.calls_to_agents())
        assert reached == (found in ("person", "unsure")), answer
        assert any(one.leg == call for one in house.given(HangUp)) or reached


def test_people_who_were_left_a_message_and_answer_are_all_abandoned_and_no_machine_is() -> None:
    detection = Detection(on=True, leave_message="call_us", silence="machine")
    counted: Counter[tuple[str, bool]] = Counter()
    for answer in ANSWERS:
        house, call = called(answer, detection)
        house.wait(4.0)
        if not plays_to(house, call) or house.calls_to_agents():
            continue
        if answer.who == "person":
            house.tell(door.VoiceBegan(LegId(call)), after_s=1.0)
            house.wait(0.6 + VOICE_QUIET_S)
            house.tell(door.VoiceEnded(LegId(call), 0.6, VOICE_QUIET_S), after_s=0.0)
        house.wait(MESSAGE_S)
        house.hangs_up(call)
        counted[answer.who, result(house).abandoned] += 1
        assert result(house).abandoned == (answer.who == "person"), answer
    assert counted["person", True] >= 3
    assert counted["machine", False] >= 50


def test_people_who_were_hung_up_on_are_abandoned_where_they_call_back_at_once() -> None:
    counted: Counter[tuple[str, bool]] = Counter()
    for answer in ANSWERS:
        house, call = called(answer, Detection(on=True))
        house.wait(6.0)
        if house.calls_to_agents():
            continue
        house.hangs_up(call)
        assert not result(house).abandoned, "nobody knows yet"
        if answer.who == "person":
            house.wait(15.0)
            house.arrive(caller="+8613900100000")
        counted[answer.who, result(house).abandoned] += 1
    assert counted["person", True] >= 3
    assert counted["person", False] == counted["machine", True] == 0
