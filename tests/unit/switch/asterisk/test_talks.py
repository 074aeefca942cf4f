"""Talks on Asterisk: each cell of the table, and what each event of a real Asterisk does in each state."""

from __future__ import annotations

import itertools
from typing import cast
from unittest.mock import create_autospec

import pytest

from calls import commands, events
from calls.ids import AttemptId, LegId
from switch.asterisk.bridging import Bridging
from switch.asterisk.client import AriClient
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import AsteriskOptions, Session
from switch.asterisk.talk import TRANSITIONS, Event, State, Talk
from tests.unit.switch.talks import Timers, cell, cells_of, grid, told

pytestmark = pytest.mark.unit

TABLE = grid("""
          |joining |up      |parting |gone
found     |up      |!       |!       |!
both in   |up      |-       |-       |!
refused   |gone    |-       |-       |-
left      |-       |parting |parting |!
leg ended |gone    |parting |parting |-
link lost |gone    |-       |-       |!
overdue   |gone    |!       |gone    |!
clear     |!       |!       |gone    |!
""")
A, B = LegId("a"), LegId("b")
BRIDGE = "hotline-talk-try"


@pytest.mark.parametrize(("state", "event"), sorted(TABLE))
def test_each_cell(state: State, event: Event) -> None:
    assert cell(TRANSITIONS, state, event) == TABLE[state, event]


def test_no_cell_is_left_out() -> None:
    assert set(TABLE) == cells_of(State, Event)


def _ignore(talk: Talk) -> None:
    """Nothing is recorded."""


class Stage:
    """Two legs that are up, and a talk of them in a state of its own."""

    def __init__(self, state: str) -> None:
        self.told: list[events.SwitchEvent] = []
        self.timers = Timers()
        self.session = Session(AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret"))
        self.session.client = create_autospec(AriClient, instance=True)
        self.session.loop = self.timers  # type: ignore[assignment]  # only its timers are asked
        self.session.emit = self.told.append
        for leg_id in (A, B):
            leg = Leg(leg_id, "", "", inbound=True)
            leg.answered = True
            self.session.add(leg)
        self.recorded: list[Talk] = []
        self.bridging = Bridging(self.session, _ignore, self.recorded.append, _ignore, _ignore)
        self.bridging.bridge(commands.Bridge(AttemptId("try"), A, B))
        self.talk = self.bridging.talks[BRIDGE]
        match state:
            case "up":
                self.happens("both in")
            case "parting":
                self.happens("both in")
                self.happens("left")
            case "gone":
                self.happens("leg ended")
        assert self.talk.state == state
        self.told.clear()

    def happens(self, event: str) -> None:
        """As the adapter hears of it: `left` and `leg ended` are of the leg that is in the bridge."""
        match event:
            case "both in":
                for leg in (A, B):
                    self.bridging.on_entered(BRIDGE, leg)
            case "refused":
                self._added()(Reply(500, failure="refused", reason="no"))
            case "left":
                if self.talk.state == "joining":
                    self.bridging.on_entered(BRIDGE, A)
                self.bridging.on_left(BRIDGE, B if self.talk.state == "parting" else A)
            case "leg ended":
                self.ends(B if self.talk.state == "parting" else A)
            case "link lost":
                self.bridging.on_lost()
            case "overdue":
                self.timers.fire()

    def ends(self, leg: LegId) -> None:
        if leg in self.session.legs:
            self.bridging.on_end(self.session.legs.pop(leg))

    def asked(self) -> list[str]:
        return [f"{call.args[0]} {call.args[1]}" for call in self._client().request.call_args_list]

    def _added(self):  # type: ignore[no-untyped-def]  # what the adapter gave to be called
        return next(call.args[2] for call in self._client().request.call_args_list if "addChannel" in call.args[1])

    def _client(self):  # type: ignore[no-untyped-def]  # a mock of AriClient
        return self.session.client


EFFECTS = {
    ("joining", "both in"): ("up", ["bridged"]),
    ("joining", "refused"): ("gone", ["failed refused"]),
    ("joining", "left"): ("joining", []),
    ("joining", "leg ended"): ("gone", ["failed leg_gone"]),
    ("joining", "link lost"): ("gone", ["failed switch_lost"]),
    ("joining", "overdue"): ("gone", ["failed deadline"]),
    ("up", "both in"): ("up", []),
    ("up", "refused"): ("up", []),
    ("up", "left"): ("parting", []),
    ("up", "leg ended"): ("parting", []),
    ("up", "link lost"): ("up", []),
    ("parting", "both in"): ("parting", []),
    ("parting", "refused"): ("parting", []),
    ("parting", "left"): ("parting", []),
    ("parting", "leg ended"): ("parting", []),
    ("parting", "link lost"): ("parting", []),
    ("parting", "overdue"): ("gone", ["unbridged a b"]),
    ("gone", "both in"): ("gone", []),
    ("gone", "refused"): ("gone", []),
    ("gone", "left"): ("gone", []),
    ("gone", "leg ended"): ("gone", []),
    ("gone", "link lost"): ("gone", []),
}
SAID_BY_ASTERISK = ("both in", "refused", "left", "leg ended", "link lost")


@pytest.mark.parametrize(("state", "event"), EFFECTS)
def test_what_an_event_does(state: str, event: str) -> None:
    stage = Stage(state)
    stage.happens(event)
    assert (stage.talk.state, told(stage.told)) == EFFECTS[state, event]
    assert (BRIDGE in stage.bridging.talks) == (stage.talk.state != "gone")


def test_whatever_asterisk_says_has_an_effect_in_each_state() -> None:
    states = ("joining", "up", "parting", "gone")
    assert set(itertools.product(states, SAID_BY_ASTERISK)) <= set(EFFECTS)


def test_who_is_left_is_taken_out_before_the_bridge_goes() -> None:
    stage = Stage("up")
    before = len(stage.asked())
    stage.happens("left")
    assert stage.asked()[before:] == [f"POST bridges/{BRIDGE}/removeChannel?channel=b", f"DELETE bridges/{BRIDGE}"]
    stage.ends(A)
    assert stage.talk.state == "parting", "the other one is not out yet"
    stage.bridging.on_left(BRIDGE, B)
    assert told(stage.told) == ["unbridged b"]


def test_a_leg_that_is_placed_elsewhere_is_no_survivor() -> None:
    stage = Stage("up")
    stage.session.legs[A].music = True
    stage.happens("left")
    stage.bridging.on_left(BRIDGE, B)
    assert (stage.talk.state, told(stage.told)) == ("gone", ["unbridged b"])


def test_a_talk_that_is_found_stands_and_is_not_told() -> None:
    stage = Stage("gone")
    stage.session.add(Leg(A, "", "", inbound=True))
    stage.bridging.adopt({"hotline-talk-old": (A, B)}, {"hotline-talk-old": (A, B)})
    found = stage.bridging.talks["hotline-talk-old"]
    assert (cast(str, found.state), stage.told, stage.recorded) == ("up", [], [])
    stage.bridging.on_left("hotline-talk-old", A)
    assert cast(str, found.state) == "parting"
