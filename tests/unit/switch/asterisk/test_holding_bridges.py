"""Which holding bridge a caller is put into, and when another one is opened."""

import re
from collections.abc import Callable
from unittest.mock import Mock, create_autospec

import pytest

from calls.ids import LegId
from switch.asterisk.holding_bridges import PLACES, HoldingBridges
from switch.asterisk.legs import Leg
from switch.asterisk.requests import Reply
from switch.asterisk.session import AsteriskOptions, Session

pytestmark = pytest.mark.unit


class House:
    """A session that keeps what is asked of Asterisk, and legs with music."""

    def __init__(self, status: int = 200) -> None:
        self.session: Mock = create_autospec(Session, instance=True)
        self.session.options = AsteriskOptions("http://127.0.0.1:1/ari", "hotline", "secret")
        self.session.legs = {}
        self.session.loop = Mock()
        self.asked: list[str] = []
        self.status = status
        self.session.request.side_effect = self._request
        self.holding_bridges = HoldingBridges(self.session)

    def _request(self, about: str, method: str, uri: str, then: object = None) -> None:
        self.asked.append(f"{method} {uri}")
        if callable(then):
            then(Reply(self.status, failure=None if self.status < 300 else "refused"))

    def due(self, what: Callable[[str], None]) -> None:
        """What was put off happens."""
        calls = self.session.loop.call_later.call_args_list
        self.session.loop.call_later.reset_mock()
        assert calls
        for call in calls:
            _, act, bridge = call.args
            assert act == what
            act(bridge)

    def caller(self, number: int) -> LegId:
        """Somebody with music."""
        leg = Leg(LegId(f"caller-{number}"), "", "", inbound=True)
        leg.music = True
        self.session.legs[leg.id] = leg
        return leg.id


def test_a_room_holds_only_so_many_and_the_next_is_open_before_it_is_full() -> None:
    house = House()
    bridges = [house.holding_bridges.of(house.caller(number)) for number in range(3 * PLACES)]
    assert bridges == ["hotline-music"] * PLACES + ["hotline-music-2"] * PLACES + ["hotline-music-3"] * PLACES
    opened = [re.sub("&.*", "", asked) for asked in house.asked if "type=holding" in asked]
    assert opened == [f"POST bridges/hotline-music-{number}?type=holding" for number in (2, 3, 4)]


def test_where_asterisk_opens_no_other_room_they_sit_closer_together() -> None:
    house = House(status=500)
    assert {house.holding_bridges.of(house.caller(number)) for number in range(2 * PLACES)} == {"hotline-music"}


def test_who_leaves_makes_room_and_who_was_ordered_in_again_keeps_the_place() -> None:
    house = House()
    callers = [house.caller(number) for number in range(PLACES)]
    for caller in callers:
        house.holding_bridges.on_entered(house.holding_bridges.of(caller), caller)
    house.holding_bridges.on_left("hotline-music", callers[0])  # its music was ordered anew meanwhile
    assert house.holding_bridges.of(house.caller(100)) == "hotline-music-2"
    house.session.legs[callers[1]].music = False
    house.holding_bridges.on_left("hotline-music", callers[1])
    assert house.holding_bridges.of(house.caller(101)) == "hotline-music"
    house.holding_bridges.on_end(house.session.legs[callers[2]])
    assert house.holding_bridges.of(house.caller(102)) == "hotline-music"


def test_the_rooms_that_stand_are_taken_over() -> None:
    house = House()
    full = tuple(f"caller-{number}" for number in range(PLACES))
    house.holding_bridges.adopt(
        {"hotline-music-10": ("last",), "hotline-music-2": full, "hotline-music": full, "hotline-talk-1": ("a", "b")}
    )
    assert house.holding_bridges.of(LegId("last")) == "hotline-music-10"
    assert house.holding_bridges.of(house.caller(200)) == "hotline-music-10"
    assert [
        name
        for name in ("hotline-music-2", "hotline-music", "hotline-talk-1", None)
        if house.holding_bridges.is_one(name)
    ] == [
        "hotline-music-2",
        "hotline-music",
    ]


def _channels(asked: list[str]) -> list[str]:
    return [request.partition("?")[0] for request in asked if " channels/" in request]


def test_each_room_has_an_announcer_from_its_beginning_and_one_player_feeds_all() -> None:
    house = House()
    house.holding_bridges.adopt({"hotline-music": ()})
    assert _channels(house.asked) == ["POST channels/hotline-music-player", "POST channels/hotline-music-announcer"]
    house.asked.clear()
    for number in range(PLACES):
        house.holding_bridges.on_entered("hotline-music", LegId(house.holding_bridges.of(house.caller(number))))
    assert _channels(house.asked) == ["POST channels/hotline-music-player", "POST channels/hotline-music-2-announcer"]
    assert not house.session.loop.call_later.called  # nothing is to be asked for in the first one
    house.asked.clear()
    house.holding_bridges.on_announcer("hotline-music-2-announcer")
    assert house.asked == ["POST bridges/hotline-music-2/addChannel?channel=hotline-music-2-announcer&role=announcer"]


def test_an_asterisk_of_an_earlier_release_plays_to_each_room_by_itself() -> None:
    house = House(status=500)
    house.holding_bridges.adopt({"hotline-music": ()})
    assert house.asked[2:] == ["POST bridges/hotline-music/moh"]
    house.asked.clear()
    house.holding_bridges.on_entered("hotline-music", house.caller(1))
    house.due(house.holding_bridges._ask_for_music)
    assert set(house.asked) == {"POST bridges/hotline-music/moh"}


def test_an_announcer_that_is_gone_is_asked_for_anew() -> None:
    house = House()
    house.holding_bridges.adopt({"hotline-music": ("hotline-music-announcer",)})
    assert house.asked == []
    house.holding_bridges.on_left("hotline-music", LegId("hotline-music-announcer"))
    house.due(house.holding_bridges._announce)
    assert _channels(house.asked) == ["POST channels/hotline-music-player", "POST channels/hotline-music-announcer"]


def test_one_that_stands_in_no_room_is_put_into_its_own_and_asked_for_again_if_it_is_about_to_go() -> None:
    house = House(status=409)
    house.holding_bridges.adopt({"hotline-music": ()})
    assert house.asked[2:] == ["POST bridges/hotline-music/addChannel?channel=hotline-music-announcer&role=announcer"]
    house.asked.clear()
    house.status = 200
    house.due(house.holding_bridges._announce)
    assert _channels(house.asked)[1:] == ["POST channels/hotline-music-announcer"]


def test_an_announcer_takes_no_place() -> None:
    house = House()
    house.holding_bridges.adopt({"hotline-music": ("caller-1", "hotline-music-announcer")})
    many = [house.holding_bridges.of(house.caller(number)) for number in range(10, 10 + PLACES - 1)]
    assert set(many) == {"hotline-music"}
