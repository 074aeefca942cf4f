"""Overrides on the board, the wallboard and the bus."""

import io
import json
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from calls.overrides import Override
from control.register.register import Register
from hotline.bus import words
from hotline.bus.picture import Picture
from hotline.demo.wallboard import draw
from hotline.views.board import Board

pytestmark = pytest.mark.unit

SET_AT = 1_795_338_000.0
CLOSED = Override(3, "closure", "queue:fraud", "li", "the core bank is down", SET_AT, SET_AT + 3_600.0)
OTHER = Override(4, "hours", "hours:service", "wang", "typhoon", SET_AT, None, spans=((540, 900),))


def test_the_board_has_each_with_author_reason_and_end() -> None:
    view = Board().view(Register(overrides=[CLOSED, OTHER]), 0.0)
    assert view["overrides"] == [
        {
            "number": 3,
            "kind": "closure",
            "target": "queue:fraud",
            "author": "li",
            "reason": "the core bank is down",
            "set_at": SET_AT,
            "ends_at": SET_AT + 3_600.0,
            "detail": {},
        },
        {
            "number": 4,
            "kind": "hours",
            "target": "hours:service",
            "author": "wang",
            "reason": "typhoon",
            "set_at": SET_AT,
            "ends_at": None,
            "detail": {"hours": "09:00-15:00"},
        },
    ]


def test_the_wallboard_says_them_above_all() -> None:
    view = {**Board().view(Register(overrides=[CLOSED, OTHER]), 0.0), "switch_up": True}
    console = Console(file=io.StringIO(), width=140, record=True)
    console.print(draw(view, "title", zone=ZoneInfo("Asia/Shanghai")))
    drawn = console.export_text()
    assert "3  closure of queue:fraud until" in drawn
    assert "li: the core bank is down" in drawn
    assert "4  hours of hours:service until it is lifted   wang: typhoon" in drawn


def test_the_bus_retains_each_and_empties_the_topic_of_one_that_is_over() -> None:
    picture, register = Picture("base"), Register(overrides=[CLOSED])
    picture.look(register, (), ())
    topic = words.topic("base", words.OVERRIDE, "3")
    assert json.loads(picture.topics[topic])["reason"] == "the core bank is down"
    register.overrides.clear()
    picture.look(register, (), ())
    assert topic not in picture.topics
