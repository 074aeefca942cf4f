"""Asking over HTTP how long it will be, with the token of one call."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from acd.events import AgentSignedIn
from calls import events as door
from calls.causes import Cause
from calls.ids import AgentId, CallId, LegId
from control.register.register import Register
from hotline.web import waits
from hotline.web.tokens import WaitTokens
from tests.unit.control.harness import ControlHarness, Directory
from tests.unit.hotline.web.asking import ask as send

pytestmark = pytest.mark.unit

TOKENS = WaitTokens("a secret")


class Served:
    """The house behind the web."""

    database = Path("none")

    def __init__(self, house: ControlHarness) -> None:
        self.house = house

    region = "CN"

    @property
    def register(self) -> Register:
        return self.house.router.register

    def wait_of(self, call: CallId) -> dict[str, Any]:
        return self.house.router.wait_of(call)


async def ask(house: ControlHarness, method: str, path: str, body: object = None) -> tuple[int, Any]:
    """One request, without a network."""
    app = FastAPI()
    waits.add(app, Served(house), [], TOKENS)
    return await send(app, method, path, body)


def waiting(house: ControlHarness, caller: str) -> CallId:
    call = house.arrive(caller=caller)
    house.press(call, "1")
    return call


async def test_a_token_tells_place_and_reason_and_takes_nothing() -> None:
    house = ControlHarness()
    waiting(house, "13900139000")
    call = waiting(house, "13800138000")
    status, given = await ask(house, "POST", "/waiting", {"caller": "+8613800138000"})
    assert (status, given) == (200, {"call": call, "token": TOKENS.token(call)})
    before = house.router.snapshot()
    status, told = await ask(house, "GET", f"/waiting/{given['token']}")
    assert status == 200
    assert (told["place"], told["queue"], told["position"]) == ("waiting", "care", 2)
    assert told["forecast"] == {"reason": "0 talks seen, 30 needed"}
    assert house.router.snapshot() == before


async def test_a_number_is_read_as_it_is_dialled_where_the_house_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Directory, "region", lambda self, version: "DE")
    monkeypatch.setattr(Served, "region", "DE")
    house = ControlHarness()
    call = waiting(house, "0171 1234567")
    assert house.router.register.calls[call].caller == "+491711234567"
    for caller in ("01711234567", "+491711234567"):
        assert (await ask(house, "POST", "/waiting", {"caller": caller}))[1]["call"] == call
    assert (await ask(house, "POST", "/waiting", {"caller": "+861711234567"}))[0] == 404


async def test_figures_once_there_are_some() -> None:
    house = ControlHarness("01", "02")
    for _ in range(32):
        house.talk(waiting(house, "13700137000"), for_s=60.0)
    for _ in range(2):
        house.take(waiting(house, "13700137000"))
    call = waiting(house, "13800138000")
    _, told = await ask(house, "GET", f"/waiting/{TOKENS.token(call)}")
    low, high = told["forecast"]["minutes"]
    assert 0 <= low < high
    assert told["forecast"]["low_s"] <= told["forecast"]["median_s"] <= told["forecast"]["high_s"]


async def test_nobody_learns_anything_with_another_token_or_after_the_wait() -> None:
    house = ControlHarness()
    call = waiting(house, "13800138000")
    assert (await ask(house, "GET", "/waiting/guessed"))[0] == 404
    assert (await ask(house, "GET", f"/waiting/{WaitTokens('another').token(call)}"))[0] == 404
    assert (await ask(house, "POST", "/waiting", {"caller": "+8613900139000"}))[0] == 404
    house.tell(door.CallEnded(LegId(call), Cause.NORMAL))
    assert (await ask(house, "GET", f"/waiting/{TOKENS.token(call)}"))[0] == 404


def test_who_was_cut_off_and_is_back_within_two_minutes_has_the_old_place() -> None:
    house = ControlHarness()
    first = waiting(house, "13800138000")
    second = waiting(house, "13900139000")
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL), after_s=30.0)
    house.wait(100.0)
    again = waiting(house, "13800138000")
    assert [house.router.wait_of(call)["position"] for call in (again, second)] == [1, 2]
    house.tell(AgentSignedIn(AgentId("01")))
    assert house.router.register.calls[again].place == "offered"


def test_after_two_minutes_the_place_is_lost() -> None:
    house = ControlHarness()
    first = waiting(house, "13800138000")
    second = waiting(house, "13900139000")
    house.tell(door.CallEnded(LegId(first), Cause.NORMAL))
    house.wait(121.0)
    again = waiting(house, "13800138000")
    assert [house.router.wait_of(call)["position"] for call in (second, again)] == [1, 2]
