"""People in the simulated house, each with a temper that makes one thing certain."""

from typing import Any

import msgspec
import pytest

from calls.causes import Outcome
from calls.commands import Originate
from calls.events import PlaybackFinished
from sim.chance import Columns, Streams
from sim.house.dialplan import Dialplan
from sim.house.reading import read_house
from sim.house.running import draw, run
from sim.house.scenario import HouseScenario
from sim.house.tally import HouseRun
from sim.house.world import House
from tests.unit.control.harness import PROGRAM, VERSION, Directory, configuration
from tests.unit.sim.house.sample import sample, scenario

pytestmark = pytest.mark.unit

STEADY = {"silent": 0.0, "wrong": 0.0, "leaves": 0.0}
BALANCE = "http://127.0.0.1:8799/accounts/balance"


def lived(
    wants: dict[str, float] | None = None,
    behaviour: dict[str, Any] | None = None,
    per_hour: float = 80,
    patience_s: float = 1e6,
    **settings: Any,
) -> HouseRun:
    """Half an hour of callers of the main number who, unless `behaviour` says so, do nothing wrong."""
    group = {
        "dials": "95183",
        "per_hour": per_hour,
        "wants": wants or {"front_desk": 1},
        "patience": {"constant": patience_s},
    }
    settings.setdefault("talk", {"default": {"constant": 60}})
    of = scenario(callers={"all": group}, behaviour={**STEADY, **(behaviour or {})}, **settings)
    done = run(sample()[0], of, 4)
    assert done.left_over == 0
    assert done.calls > 10
    return done


def test_each_gets_where_they_want_to() -> None:
    done = lived({"care": 1})
    assert done.queues["care"].offered == done.calls == done.cases["complaint"]
    assert done.steps["reception/complain"].came == done.calls
    assert done.outcomes == {"answered": done.calls}


def test_a_mix_of_keys_comes_before_what_they_want() -> None:
    done = lived({"care": 1}, keys={"reception/choose": {"0": 3, "4": 1}})
    assert done.queues["care"].offered == 0
    assert done.queues["front_desk"].offered > done.queues["fraud"].offered > 0


def test_who_hangs_up_at_every_question_gets_no_further_than_the_first() -> None:
    done = lived(behaviour={"leaves": 1.0})
    assert done.outcomes == {"left_in_menu": done.calls}
    first = done.steps["reception/choose_language"]
    assert (first.came, first.left) == (done.calls, done.calls)
    assert "reception/choose" not in done.steps


@pytest.mark.parametrize("slip", ["silent", "wrong"])
def test_who_says_nothing_or_something_wrong_ends_where_the_flow_sends_them(slip: str) -> None:
    done = lived({"care": 1}, {slip: 1.0})
    assert done.queues["front_desk"].offered == done.calls
    assert done.queues["care"].offered == 0


@pytest.mark.parametrize(("share", "stopped"), [(0.0, False), (1.0, True)])
def test_prompts_are_interrupted_by_who_does_that(share: float, stopped: bool) -> None:
    of = scenario(
        callers={"all": {"dials": "95183", "per_hour": 40, "wants": {"loans": 1}}},
        behaviour={**STEADY, "barge_in": share},
    )
    outcomes = set()
    house = House(
        sample()[0],
        of,
        draw(of, 1),
        Columns(Streams(1), 4096),
        lambda now, event: outcomes.add(event.outcome) if isinstance(event, PlaybackFinished) else None,
    )
    house.run()
    assert (Outcome.STOPPED in outcomes) == stopped


def test_patience_ends() -> None:
    none_there = {"default": {"shift": {"from_s": 0, "to_s": 5000}, "misses": 1.0}}
    done = lived(patience_s=15.0, agents=none_there)
    assert done.outcomes == {"abandoned": done.calls}
    assert done.queues["front_desk"].abandoned == done.steps["reception/person"].left == done.calls


def test_agents_who_miss_are_paused_and_come_back() -> None:
    done = lived(per_hour=40, agents={"default": {"misses": 0.6, "back_after_rona": {"constant": 30}}})
    assert done.queues["front_desk"].answered == done.calls


def test_a_lookup_brings_what_the_scenario_says() -> None:
    answers = {BALANCE: {"answers": {"balance": "120.50", "due": "2026-12-05"}}}
    told = lived({"balance": 1}, lookups=answers)
    assert told.steps["balance/tell"].came == told.steps["balance/find"].came > 0
    assert told.outcomes == {"left_in_menu": told.calls}, "told, they hang up in the menu"
    failed = lived({"balance": 1})
    assert "balance/tell" not in failed.steps
    slow = lived({"balance": 1}, lookups={BALANCE: {**answers[BALANCE], "after": {"constant": 10}}})
    assert "balance/tell" not in slow.steps
    refused = lived({"balance": 1}, lookups={BALANCE: {**answers[BALANCE], "fails": 1.0}})
    assert "balance/tell" not in refused.steps


NOBODY_UNTIL = {"default": {"shift": {"from_s": 0, "to_s": 20_000}, "misses": 0.0, "answer": {"constant": 2}}}


def waiting(behaviour: dict[str, Any], **settings: Any) -> HouseRun:
    """More callers than five agents can talk to: the queue offers callbacks and messages."""
    return lived(
        behaviour={"takes_callback": 1.0, "ends_talk": 1.0, **behaviour},
        per_hour=240,
        agents=NOBODY_UNTIL,
        talk={"default": {"constant": 240}},
        **settings,
    )


def test_callbacks_are_taken_and_reached() -> None:
    done = waiting({"picks_up": 1.0})
    queue = done.queues["front_desk"]
    assert queue.callbacks_booked == queue.callbacks_reached > 10
    assert queue.answered == queue.offered - queue.callbacks_booked
    assert done.outcomes == {"answered": done.calls}


def test_callbacks_that_nobody_answers_are_given_up() -> None:
    done = waiting({"picks_up": 0.0})
    queue = done.queues["front_desk"]
    assert queue.callbacks_booked == queue.callbacks_expired > 10
    assert done.outcomes["unreached"] == queue.callbacks_booked


def test_a_number_on_the_list_gets_no_callback() -> None:
    done = waiting({}, not_to_be_called=1.0)
    assert done.queues["front_desk"].callbacks_booked == 0
    assert done.steps["reception/person"].came == done.calls


def test_messages_are_left_and_open_cases() -> None:
    done = waiting({"takes_callback": 0.0, "takes_message": 1.0, "leaves_message": 1.0}, lasts_s=3600)
    assert done.outcomes["message"] == done.cases["callback"] > 5
    assert done.steps["leave_message/record"].came >= done.outcomes["message"]


def test_who_leaves_no_message_hangs_up_at_the_beep() -> None:
    done = waiting({"takes_callback": 0.0, "takes_message": 1.0, "leaves_message": 0.0}, lasts_s=3600)
    assert "message" not in done.outcomes
    assert done.steps["leave_message/record"].left > 5


def test_a_survey_is_answered_by_who_stays() -> None:
    stays = lived(behaviour={"ends_talk": 0.0, "survey": 1.0})
    assert stays.steps["survey/ask.then"].came == stays.calls
    goes = lived(behaviour={"ends_talk": 1.0})
    assert "survey/ask" not in goes.steps


def test_a_script_does_what_the_test_case_does() -> None:
    of = scenario(
        callers={
            "complaint": {"per_hour": 40, "script": "a complaint lands in care", "patience": {"constant": 1e6}},
            "message": {"per_hour": 40, "script": "a key leaves the queue", "patience": {"constant": 1e6}},
        },
        behaviour={"ends_talk": 0.0, "leaves_message": 1.0},
    )
    done = run(sample()[0], of, 2)
    complaints = done.queues["care"].offered
    assert complaints == done.cases["complaint"] == done.steps["survey/ask.then"].came > 0
    assert done.outcomes == {"answered": complaints, "message": done.calls - complaints}
    assert done.steps["survey/ask"].came == complaints, "they score 5, as the script does"


def test_an_earlier_end_of_wrap_up_frees_the_agent() -> None:
    usual = lived(per_hour=100, talk={"default": {"constant": 120}})
    quick = lived(per_hour=100, talk={"default": {"constant": 120}}, wrap_up={"front_desk": {"constant": 1}})
    assert max(quick.occupancy.values()) < max(usual.occupancy.values())


def test_pauses_are_no_time_at_work() -> None:
    of = scenario(lasts_s=3600, agents={"default": {"pause_every": {"constant": 600}, "pause": {"constant": 600}}})
    house = House(sample()[0], of, draw(of, 1), Columns(Streams(1), 4096))
    house.run()
    there_s = [presence.there_s for presence in house.agents.presence.values()]
    assert all(there < house.timeline.now() - 1000 for there in there_s)


def small_house(**settings: Any) -> tuple[Dialplan, HouseScenario]:
    """The small house of the router's tests, which has a transfer to a number outside."""
    dialplan = Dialplan(VERSION, PROGRAM, configuration(), Directory())
    document = {
        "scenario": "small",
        "lasts_s": 1800,
        "callers": {"all": {"dials": "95183", "per_hour": 60, "wants": {"main/pass_on": 1}}},
        "behaviour": STEADY,
        **settings,
    }
    read, problems = read_house(document, dialplan, lambda text: 1_795_000_000.0)
    assert read is not None, problems
    return dialplan, read


@pytest.mark.parametrize(("answers", "outcome"), [(1.0, "transferred"), (0.0, "self_service")])
def test_a_transfer_is_answered_outside_or_not(answers: float, outcome: str) -> None:
    done = run(*small_house(outside={"answers": answers, "after": {"constant": 3}}), 1)
    assert done.outcomes == {outcome: done.calls}
    assert done.left_over == 0
    assert done.steps["main/pass_on"].left == 0


def test_the_next_caller_is_the_same_whatever_the_rules_are() -> None:
    """Common random numbers: two houses that differ in a rule meet the same people at the same instants."""
    dialplan, of = small_house()
    slow = msgspec.structs.replace(
        dialplan.configuration,
        queues={
            name: msgspec.structs.replace(queue, wrap_up_s=200.0)
            for name, queue in dialplan.configuration.queues.items()
        },
    )
    rings = []
    for one in (dialplan, Dialplan(VERSION, PROGRAM, slow, Directory())):
        dialled: list[tuple[float, str]] = []
        House(
            one,
            of,
            draw(of, 3),
            Columns(Streams(3), 4096),
            watch=lambda now, event, ordered, dialled=dialled: dialled.extend(  # type: ignore[misc]  # bound to each run
                (now, order.to) for order in ordered if isinstance(order, Originate)
            ),
        ).run()
        rings.append(dialled)
    assert rings[0] == rings[1]
