"""The world around the router: a closed list of what it carries out, and the time in which it does."""

from typing import get_args

import pytest

from calls.commands import Command, Sentence
from calls.errors import BrokenRule
from calls.events import Tick
from control.messages.commands import RouterCommand
from sim.chance import Columns, Streams
from sim.house.words import Words, spoken_s
from sim.house.world import House
from switch.fake import Timeline
from tests.unit.sim.house.sample import sample, scenario

pytestmark = pytest.mark.unit


class Unheard(Command, frozen=True):
    """A command that nobody knows."""


def small() -> House:
    return House(sample()[0], scenario(), [], Columns(Streams(1), 10))


def test_every_command_of_the_router_is_carried_out() -> None:
    assert set(get_args(RouterCommand)) == set(small()._by_type)


def test_a_command_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    house = small()
    monkeypatch.setattr(house.router, "handle", lambda event, now: [Unheard()])
    with pytest.raises(BrokenRule, match="Unheard"):
        house.take(Tick(0.0))


def test_a_house_without_callers_opens_and_closes() -> None:
    house = small()
    house.run()
    assert house.left_over() == 0
    assert {presence.state for presence in house.agents.presence.values()} == {"idle"}


def test_time_goes_on_by_steps_and_by_deadlines_of_others() -> None:
    timeline, seen = Timeline(), []
    timeline.after(2.0, lambda: seen.append(timeline.now()))
    timeline.after(1.0, lambda: seen.append(timeline.now())).cancel()
    assert timeline.next_at() == 2.0
    timeline.move_to(1.5)
    timeline.after(0.25, lambda: seen.append(timeline.now()))
    while timeline.next_at() is not None:
        timeline.step()
    assert seen == [1.75, 2.0]
    timeline.move_to(1.0)
    assert timeline.now() == 2.0, "time does not go back"


def test_words_are_recognised_and_have_a_length() -> None:
    program = sample()[0].program
    lengths: dict[str, float] = {}
    words = Words(program, lengths)
    welcome = Sentence(program.phrases["zh-CN"]["goodbye"], "zh-CN")
    assert words.phrase(welcome) == "goodbye"
    assert words.phrase(Sentence("no phrase of ours", "en")) == ""
    assert lengths[words.clip(welcome).path] == spoken_s(welcome.text) > 1.0
    assert spoken_s("您好") > spoken_s("hi")
