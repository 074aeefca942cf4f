"""While a caller waits: what is said when, what is not, and when the operator hears of it."""

from itertools import count

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause, Outcome
from calls.commands import Bridge, Originate, Play, Sentence
from calls.ids import AgentId, CallId, LegId
from control.messages import commands
from control.rules.treatment import Announce, QueueTreatment
from hotline.views.board import Board
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def announcing(**words: object) -> QueueTreatment:
    return QueueTreatment(announce=Announce(**{"first_s": 20.0, "every_s": 30.0, **words}))  # type: ignore[arg-type]  # from a table


_NUMBERS = count(13_800_138_000)


def waiting(house: ControlHarness, after_s: float = 0.0, caller: str = "") -> CallId:
    house.wait(after_s)
    call = house.arrive(caller=caller or str(next(_NUMBERS)))
    house.press(call, "1")
    return call


def said(house: ControlHarness, call: CallId) -> list[str]:
    """Texts of announcements to this caller, after the menu's own prompt."""
    prompts = [command.media for command in house.given(Play) if command.leg == call]
    return [" + ".join(media.text for media in one if isinstance(media, Sentence)) for one in prompts[1:]]


def test_place_and_wait_are_told_after_a_while_and_again() -> None:
    house = ControlHarness("01", "02", habits=announcing())
    for _ in range(32):
        house.talk(waiting(house), for_s=60.0)
    for _ in range(2):
        house.take(waiting(house))
    first, second = waiting(house), waiting(house)
    house.wait(19.0)
    assert said(house, first) == []
    house.wait(31.5)
    assert [line.partition(" + ")[0] for line in said(house, first)] == ["queue_next"] * 2
    assert [line.partition(" + ")[0] for line in said(house, second)] == ["queue_position position=2"] * 2
    assert "wait_" in said(house, second)[0]


def test_without_talks_to_go_on_the_wait_is_not_told_and_the_reason_is_logged_once() -> None:
    house = ControlHarness(habits=announcing(position="no"))
    call = waiting(house)
    house.wait(120.0)
    assert said(house, call) == []
    assert [n.detail for n in house.given(commands.Noticed)] == ["0 talks seen, 30 needed"]


@pytest.mark.parametrize(
    ("position", "heard"),
    [("yes", "queue_position position=3"), ("limit 2", None), ("more 2", "queue_more limit=2"), ("no", None)],
)
def test_what_the_third_caller_hears(position: str, heard: str | None) -> None:
    house = ControlHarness(habits=announcing(position=position, wait=False))
    third = [waiting(house) for _ in range(3)][-1]
    house.wait(25.0)
    assert said(house, third) == ([] if heard is None else [heard])


def test_only_if_improved_says_a_place_again_when_it_is_a_better_one() -> None:
    house = ControlHarness(habits=announcing(only_if_improved=True, wait=False))
    first, second = waiting(house), waiting(house)
    house.wait(55.0)
    assert said(house, second) == ["queue_position position=2"]
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL))
    house.wait(30.0)
    assert said(house, second) == ["queue_position position=2", "queue_next"]


def test_a_later_place_has_a_cause_in_the_log() -> None:
    house = ControlHarness(habits=announcing(wait=False))
    first, second = waiting(house), waiting(house)
    first_number = house.router.register.calls[first].caller
    house.wait(25.0)
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL), after_s=10.0)
    house.wait(20.0)
    assert said(house, second)[-1] == "queue_next"
    again = waiting(house, caller=first_number)  # cut off, and back within two minutes: the old place
    house.wait(40.0)
    assert said(house, second)[-1] == "queue_position position=2"
    assert said(house, again)[0] == "queue_next", "at once"
    assert [n.event for n in house.given(commands.Noticed)] == ["a later place is announced"]


def test_an_announcement_does_not_delay_an_offer_and_none_begins_while_a_phone_rings() -> None:
    house = ControlHarness(habits=announcing(wait=False))
    call = waiting(house)
    house.wait(21.0)
    assert len(said(house, call)) == 1, "it plays now"
    given = house.tell(AgentSignedIn(AgentId("01")))
    ringing = next(command for command in given if isinstance(command, Originate))
    house.wait(9.0)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    house.wait(25.0)
    assert len(said(house, call)) == 1
    house.tell(door.PlaybackFinished(ringing.leg, house.last(Play).attempt, Outcome.FINISHED))
    assert house.last(Bridge).a == call


def test_long_waits_are_told_to_the_operator_and_shown() -> None:
    house = ControlHarness(habits=QueueTreatment(alert_s=(720.0, 1800.0)))
    waiting(house)
    house.wait(719.0)
    assert house.given(commands.Noticed) == []
    house.wait(2_000.0)
    assert [(n.event, n.detail) for n in house.given(commands.Noticed)] == [
        ("long wait", "care 12 min"),
        ("long wait", "care 30 min"),
    ]
    assert Board().view(house.router.register, house.now)["queues"]["care"]["long_waits"] == 1


def test_a_restart_announces_and_alarms_as_if_there_had_been_none() -> None:
    house = ControlHarness(habits=announcing())
    waiting(house)
    waiting(house, after_s=25.0)
    house.wait(3.0)
    heir = house.empty()
    heir.router.restore(house.router.snapshot())
    heir.now = house.now
    before = len(house.commands)
    for one in (house, heir):
        one.wait(1_000.0)
    assert house.commands[before:] == heir.commands
    assert heir.given(Play)
    assert heir.given(commands.Noticed)


def test_who_calls_again_hears_where_the_first_line_stands_and_it_stays_there() -> None:
    house = ControlHarness(habits=announcing())
    mine = "13900139000"
    waiting(house)
    first = waiting(house, caller=mine)
    others = [waiting(house) for _ in range(2)]
    again = waiting(house, after_s=60.0, caller=mine)
    house.wait(2.0)
    assert said(house, again) == ["queue_again position=2"]
    house.tell(door.CallEnded(LegId(again), Cause.NORMAL))
    assert [house.router.wait_of(call)["position"] for call in (first, *others)] == [2, 3, 4]


def test_the_second_line_has_the_place_when_the_first_is_cut_off() -> None:
    house = ControlHarness(habits=announcing(wait=False))
    mine = "13900139000"
    first = waiting(house, caller=mine)
    other = waiting(house)
    again = waiting(house, after_s=60.0, caller=mine)
    assert [house.router.wait_of(call)["position"] for call in (first, other, again)] == [1, 2, 3], (
        "none is given twice"
    )
    house.tell(door.CallEnded(LegId(first), Cause.LOST))
    assert [house.router.wait_of(call)["position"] for call in (again, other)] == [1, 2]
    house.wait(2.0)
    assert said(house, again)[-1] == "queue_next"
    waited_s = house.now - (house.router.register.calls[again].queued_at or 0.0)
    assert waited_s > 60.0, "the time waited counts on, for the alarm too"
    house.wait(16.0)
    told = [made.forecast.position for made in house.given(commands.ForecastMade) if made.call == again]
    assert (told[0], told[-1]) == (3, 1), "the forecast is of the place that it has now"


def test_an_answered_line_leaves_the_other_where_it_is() -> None:
    house = ControlHarness(habits=announcing(wait=False))
    mine = "13900139000"
    first, other, again = waiting(house, caller=mine), waiting(house), waiting(house, caller=mine)
    house.tell(AgentSignedIn(AgentId("01")))
    house.take(first)
    assert [house.router.wait_of(call)["position"] for call in (other, again)] == [1, 2]
