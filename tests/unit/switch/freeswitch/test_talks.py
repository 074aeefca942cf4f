"""Talks on FreeSWITCH: each cell of the table, and what each event of a real one does in each state."""

from __future__ import annotations

import itertools
from typing import Any, cast
from unittest.mock import create_autospec

import pytest

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.freeswitch.bridging import Bridging
from switch.freeswitch.client import EventSocketClient
from switch.freeswitch.legs import Leg
from switch.freeswitch.session import FreeSwitchOptions, Session, Then, Told
from switch.freeswitch.talk import TRANSITIONS, State, Talk
from switch.freeswitch.talk import Event as TalkEvent
from switch.freeswitch.wire import Event
from tests.unit.switch.talks import Timers, cell, cells_of, grid, told

pytestmark = pytest.mark.unit

TABLE = grid("""
           |joining |failing |up      |parting |gone
found      |up      |!       |!       |!       |!
missing    |-       |-       |gone    |gone    |!
bridged    |up      |-       |-       |-       |!
refused    |gone    |gone    |-       |-       |-
unanswered |failing |-       |-       |-       |-
parked     |-       |failing |parting |parting |!
unbridged  |-       |-       |parting |-       |!
leg ended  |failing |failing |parting |parting |-
link lost  |gone    |gone    |-       |-       |!
overdue    |failing |gone    |!       |gone    |!
settled    |!       |gone    |!       |!       |!
clear      |!       |!       |!       |gone    |!
""")
A, B = LegId("a"), LegId("b")
TRY = AttemptId("try")


@pytest.mark.parametrize(("state", "event"), sorted(TABLE))
def test_each_cell(state: State, event: TalkEvent) -> None:
    assert cell(TRANSITIONS, state, event) == TABLE[state, event]


def test_no_cell_is_left_out() -> None:
    assert set(TABLE) == cells_of(State, TalkEvent)


class Stage:
    """Two legs that are up, and a talk of them in a state of its own."""

    def __init__(self, state: str) -> None:
        self.told: list[events.SwitchEvent] = []
        self.asked: list[str] = []
        self.replies: dict[str, Then] = {}
        self.timers = Timers()
        self.session = Session(FreeSwitchOptions("secret"))
        self.session.client = create_autospec(EventSocketClient, instance=True)
        self.session.loop = self.timers  # type: ignore[assignment]  # only its timers are asked
        self.session.emit = self.told.append
        self.session.api = self._api  # type: ignore[method-assign]  # the switch answers when the test says so
        for leg_id in (A, B):
            leg = Leg(leg_id, "", "", inbound=True)
            leg.answered = leg.parked = True
            self.session.add(leg)
        self.failed: list[Talk] = []
        self.bridging = Bridging(self.session, lambda talk: None, self.failed.append, lambda talk: None)
        self.bridging.bridge(commands.Bridge(TRY, A, B))
        self.talk = self.bridging.talks[TRY]
        match state:
            case "failing":
                self.happens("overdue")
            case "up":
                self.happens("bridged")
            case "parting":
                self.happens("bridged")
                self.happens("unbridged")
            case "gone":
                self.happens("link lost")
        assert self.talk.state == state
        self.told.clear()
        self.failed.clear()

    def _api(self, name: str, arguments: str, then: Then | None = None) -> None:
        self.asked.append(f"{name} {arguments}")
        if then is not None:
            self.replies[name] = then

    def happens(self, event: str, leg: LegId = A) -> None:
        """As the adapter hears of it."""
        match event:
            case "missing":
                self.bridging.adopt({})
            case "bridged":
                self.bridging.on_bridge(
                    Event({"Event-Name": "CHANNEL_BRIDGE", "Bridge-A-Unique-ID": A, "Bridge-B-Unique-ID": B})
                )
            case "refused":
                self.replies["uuid_bridge"](Told("-ERR", "refused"))
            case "unanswered":
                self.replies["uuid_bridge"](Told("no reply", "deadline"))
            case "parked":
                parked = self.session.legs[leg]
                if not self.bridging.takes(parked):
                    parked.parked = True
                    self.bridging.on_parked(parked)
            case "unbridged":
                self.bridging.on_unbridge(Event({"Event-Name": "CHANNEL_UNBRIDGE", "Unique-ID": leg}))
            case "leg ended":
                self.bridging.on_end(self.session.legs.pop(leg))
            case "link lost":
                self.bridging.on_lost()
            case "overdue":
                self.timers.fire()


EFFECTS: dict[tuple[str, str], tuple[str, list[str]]] = {
    ("joining", "missing"): ("joining", []),
    ("joining", "bridged"): ("up", ["bridged"]),
    ("joining", "refused"): ("gone", ["failed leg_gone"]),
    ("joining", "unanswered"): ("failing", []),
    ("joining", "parked"): ("joining", []),
    ("joining", "unbridged"): ("joining", []),
    ("joining", "leg ended"): ("failing", []),
    ("joining", "link lost"): ("gone", ["failed switch_lost"]),
    ("joining", "overdue"): ("failing", []),
    ("failing", "missing"): ("failing", []),
    ("failing", "bridged"): ("failing", []),
    ("failing", "refused"): ("gone", ["failed deadline"]),
    ("failing", "unanswered"): ("failing", []),
    ("failing", "parked"): ("failing", []),
    ("failing", "unbridged"): ("failing", []),
    ("failing", "leg ended"): ("failing", []),
    ("failing", "link lost"): ("gone", ["failed deadline"]),
    ("failing", "overdue"): ("failing", []),
    ("up", "missing"): ("gone", ["unbridged a b"]),
    ("up", "bridged"): ("up", []),
    ("up", "refused"): ("up", []),
    ("up", "unanswered"): ("up", []),
    ("up", "parked"): ("parting", []),
    ("up", "unbridged"): ("parting", []),
    ("up", "leg ended"): ("parting", []),
    ("up", "link lost"): ("up", []),
    ("parting", "missing"): ("gone", ["unbridged a b"]),
    ("parting", "bridged"): ("parting", []),
    ("parting", "refused"): ("parting", []),
    ("parting", "unanswered"): ("parting", []),
    ("parting", "parked"): ("parting", []),
    ("parting", "unbridged"): ("parting", []),
    ("parting", "leg ended"): ("parting", []),
    ("parting", "link lost"): ("parting", []),
    ("parting", "overdue"): ("gone", ["unbridged a b"]),
    ("gone", "missing"): ("gone", []),
    ("gone", "bridged"): ("gone", []),
    ("gone", "refused"): ("gone", []),
    ("gone", "unanswered"): ("gone", []),
    ("gone", "parked"): ("gone", []),
    ("gone", "unbridged"): ("gone", []),
    ("gone", "leg ended"): ("gone", []),
    ("gone", "link lost"): ("gone", []),
}
SAID_BY_THE_SWITCH = (
    *("missing", "bridged", "refused", "unanswered", "parked", "unbridged", "leg ended", "link lost"),
)


@pytest.mark.parametrize(("state", "event"), EFFECTS)
def test_what_an_event_does(state: str, event: str) -> None:
    stage = Stage(state)
    stage.happens(event)
    assert (stage.talk.state, told(stage.told)) == EFFECTS[state, event]
    assert (TRY in stage.bridging.talks) == (stage.talk.state != "gone")
    assert stage.failed == ([stage.talk] if state == "joining" and stage.talk.state in ("failing", "gone") else [])


def test_whatever_the_switch_says_has_an_effect_in_each_state() -> None:
    states = ("joining", "failing", "up", "parting", "gone")
    assert set(itertools.product(states, SAID_BY_THE_SWITCH)) <= set(EFFECTS)


def parked_by_us(stage: Stage) -> list[str]:
    return [asked for asked in stage.asked if asked.startswith("uuid_transfer")]


def test_a_failure_is_told_when_both_are_parked() -> None:
    stage = Stage("failing")
    stage.happens("parked", A)
    assert stage.told == []
    stage.happens("parked", B)
    assert (stage.talk.state, told(stage.told)) == ("gone", ["failed deadline"])
    assert parked_by_us(stage) == []


def test_a_survivor_that_does_not_park_is_parked_and_in_the_end_given_up() -> None:
    stage = Stage("joining")
    stage.replies["uuid_bridge"](Told("+OK", None))
    stage.happens("leg ended", A)
    assert stage.talk.state == "failing"
    stage.timers.fire()
    assert parked_by_us(stage) == ["uuid_transfer b park inline"]
    stage.timers.fire()
    assert (stage.talk.state, told(stage.told)) == ("gone", ["failed leg_gone"])


def test_a_survivor_that_parks_in_time_is_not_waited_for_longer() -> None:
    stage = Stage("joining")
    stage.happens("leg ended", A)
    stage.replies["uuid_bridge"](Told("+OK", None))
    stage.happens("parked", B)
    assert (stage.talk.state, told(stage.told)) == ("gone", ["failed leg_gone"])


@pytest.mark.parametrize("first", ["parked", "leg ended"])
def test_a_talk_is_over_when_both_are_out(first: str) -> None:
    stage = Stage("up")
    stage.happens(first, A)
    assert stage.told == []
    stage.happens("parked", B)
    assert told(stage.told) == (["unbridged a b"] if first == "parked" else ["unbridged b"])


def test_a_talk_that_is_found_stands_and_is_not_told() -> None:
    stage = Stage("gone")
    stage.bridging.adopt({AttemptId("old"): (A, B)})
    found: Any = stage.bridging.talks[AttemptId("old")]
    assert (cast(str, found.state), stage.told) == ("up", [])
    stage.happens("unbridged")
    assert cast(str, found.state) == "parting"


C = LegId("c")
NEXT = AttemptId("next")


def moved_on() -> Stage:
    """Leg A has gone from B to C; the talk with B is not parted yet, for nothing was heard of B."""
    stage = Stage("parting")
    leg = Leg(C, "", "", inbound=True)
    leg.answered = leg.parked = True
    stage.session.add(leg)
    stage.bridging.bridge(commands.Bridge(NEXT, A, C))
    stage.bridging.on_bridge(Event({"Event-Name": "CHANNEL_BRIDGE", "Bridge-A-Unique-ID": A, "Bridge-B-Unique-ID": C}))
    assert (stage.talk.state, stage.bridging.talks[NEXT].state) == ("parting", "up")
    return stage


@pytest.mark.parametrize("named", [True, False])
def test_a_leg_that_moved_on_leaves_the_talk_that_it_is_in(named: bool) -> None:
    stage = moved_on()
    pair = {"Bridge-A-Unique-ID": A, "Bridge-B-Unique-ID": C} if named else {}
    stage.bridging.on_unbridge(Event({"Event-Name": "CHANNEL_UNBRIDGE", "Unique-ID": A, **pair}))
    assert cast(str, stage.bridging.talks[NEXT].state) == "parting"
    stage.happens("parked", A)
    stage.happens("parked", C)
    assert told(stage.told)[-1] == "unbridged a c"


def test_the_end_of_the_talk_before_is_no_end_of_the_one_after_it() -> None:
    stage = moved_on()
    late = {"Bridge-A-Unique-ID": A, "Bridge-B-Unique-ID": B}
    stage.bridging.on_unbridge(Event({"Event-Name": "CHANNEL_UNBRIDGE", "Unique-ID": A, **late}))
    assert stage.bridging.talks[NEXT].state == "up"


def test_two_who_are_connected_anew_leave_the_newer_talk() -> None:
    stage = Stage("parting")
    stage.bridging.bridge(commands.Bridge(NEXT, A, B))
    stage.happens("bridged")
    again: Any = stage.bridging.talks[NEXT]
    assert cast(str, again.state) == "up"
    pair = {"Bridge-A-Unique-ID": A, "Bridge-B-Unique-ID": B}
    stage.bridging.on_unbridge(Event({"Event-Name": "CHANNEL_UNBRIDGE", "Unique-ID": A, **pair}))
    assert cast(str, again.state) == "parting"
