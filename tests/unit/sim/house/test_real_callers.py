"""Callers of a real day: they press what they pressed, visit by visit, and say nothing where they said nothing."""

from dataclasses import replace

import pytest

from calls.events import DigitPressed
from ivr.events import LookupFinished
from ivr.vault import HIDDEN
from sim.chance import Columns, Streams
from sim.house.scenario import Answered, Arrival, Visit
from sim.house.tally import HouseRun
from sim.house.world import House
from tests.unit.sim.house.sample import sample, scenario

pytestmark = pytest.mark.unit

CHOOSE = ("reception", "choose")
LANGUAGE = ("reception", "choose_language")
LOANS = ("loans/ask", "choose")
PROGRESS = ("loans/ask", "progress")
BALANCE = "http://127.0.0.1:8799/accounts/balance"


def lived(arrival: Arrival) -> tuple[HouseRun, str, House]:
    """One caller; the figures, the keys that came to the house, and the house."""
    slips = {"silent": 0.0, "wrong": 0.0, "leaves": 0.0, "barge_in": 0.0, "ends_talk": 0.0}
    of = scenario(
        callers={"all": {"dials": "95183", "per_hour": 0}},
        behaviour=slips,
        agents={"default": {"misses": 0, "rejects": 0}},
    )
    keys: list[str] = []
    house = House(
        sample()[0],
        replace(of, goals=of.goals),
        [arrival],
        Columns(Streams(1), 100),
        lambda now, event: keys.append(event.digit) if isinstance(event, DigitPressed) else None,
    )
    house.run()
    assert house.left_over() == 0
    return house.tally.run(1, of.goals, {}, 1.0, 1.0, 0), "".join(keys), house


def caller(keyed: dict[tuple[str, str], list[Visit]], **others: object) -> Arrival:
    return replace(Arrival(10.0, 0, "13800138000", dials="95183", keyed=keyed), **others)  # type: ignore[arg-type]  # of any field


def test_wrong_keys_are_pressed_again_one_at_a_time() -> None:
    keyed = {LANGUAGE: [Visit("1", "1")], CHOOSE: [Visit("883", "3")]}
    done, keys, _ = lived(caller(keyed, ends_talk=True))
    assert keys == "1883"
    assert done.queues["care"].offered == 1
    assert done.steps["reception/choose"].came == 1


def test_silence_is_kept_until_the_flow_goes_on() -> None:
    keyed = {LANGUAGE: [Visit("", "no_input")], CHOOSE: [Visit("", "no_input")]}
    done, keys, _ = lived(caller(keyed, ends_talk=True))
    assert keys == ""
    assert done.queues["front_desk"].offered == 1


def test_each_visit_has_its_own_keys() -> None:
    keyed = {
        LANGUAGE: [Visit("1", "1")],
        CHOOSE: [Visit("2", "2"), Visit("4", "4")],
        LOANS: [Visit("3", "3"), Visit("#", "#")],
    }
    done, keys, _ = lived(caller(keyed, ends_talk=True))
    assert keys == "123#4"
    assert done.queues["fraud"].offered == 1


def test_digits_are_keyed_to_their_end_and_confirmed_apart() -> None:
    keyed = {LANGUAGE: [Visit("1", "1")], CHOOSE: [Visit("2", "2")], LOANS: [Visit("2", "2"), Visit("", "caller_left")]}
    keyed[PROGRESS] = [Visit("8812#28813#1", "collected")]
    done, keys, _ = lived(caller(keyed))
    assert keys == "1228812#28813#1"
    assert done.steps["loans/ask/choose"].left == 1


def test_digits_that_nobody_knows_are_made_up_and_services_answer_as_they_did() -> None:
    keyed = {
        LANGUAGE: [Visit("1", "1")],
        CHOOSE: [Visit("1", "1"), Visit("", "caller_left")],
        ("balance", "ask"): [Visit(HIDDEN * 18, "collected")],
    }
    answer = Answered("ok", {"balance": "12.50", "due": "2026-12-05"}, 0.5)
    done, keys, _ = lived(caller(keyed, looked_up={BALANCE: [answer]}))
    assert keys == "11" + HIDDEN * 18
    assert done.steps["balance/tell"].came == 1
    assert done.outcomes == {"left_in_menu": 1}
    assert answer.outcome in LookupFinished.__annotations__["outcome"].__args__


def test_who_hung_up_at_a_question_does_it_again() -> None:
    done, keys, _ = lived(caller({LANGUAGE: [Visit("", "caller_left")]}))
    assert keys == ""
    assert done.steps["reception/choose_language"].left == 1


def test_in_a_step_that_is_new_they_look_for_what_they_came_to() -> None:
    done, keys, _ = lived(caller({LANGUAGE: [Visit("1", "1")]}, wants="fraud", ends_talk=True))
    assert keys == "14"
    assert done.queues["fraud"].answered == 1


def test_who_ended_the_talk_ends_it_again_and_the_talk_is_as_long() -> None:
    keyed = {LANGUAGE: [Visit("1", "1")], CHOOSE: [Visit("0", "0")], ("survey", "ask"): [Visit("5", "5")]}
    stays, keys, _ = lived(caller(keyed, talk_s=77.0, ends_talk=False))
    assert keys == "105"
    assert stays.steps["survey/ask.then"].came == 1
    goes, _, house = lived(caller(keyed, talk_s=77.0, ends_talk=True))
    assert "survey/ask" not in goes.steps
    assert sum(presence.busy_s for presence in house.agents.presence.values()) > 77.0


def test_patience_is_as_it_was() -> None:
    keyed = {LANGUAGE: [Visit("1", "1")], CHOOSE: [Visit("0", "0")]}
    gave_up, _, _ = lived(caller(keyed, patience_s=0.5))
    assert gave_up.outcomes == {"abandoned": 1}
    assert gave_up.steps["reception/person"].left == 1
