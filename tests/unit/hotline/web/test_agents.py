"""An act of an agent over HTTP answers with the state that really holds, and with what comes after it."""

from pathlib import Path
from typing import Any

import pytest

from acd.agents import Standing
from calls import events as door
from calls.causes import Cause
from calls.commands import Originate
from calls.ids import AgentId
from control.messages import events
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.tokens import WaitTokens
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask as send

pytestmark = pytest.mark.unit


class Served:
    """The house behind the web: its agents."""

    database = Path("none")

    def __init__(self, house: ControlHarness) -> None:
        self.house = house
        self.metrics = Metrics()

    def agents(self) -> frozenset[str]:
        return frozenset({"01", "02"})

    def pause_reasons(self) -> None:
        return None

    def agent(self, agent: AgentId) -> Standing | None:
        return self.house.router.agent(agent, self.house.now)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def act(house: ControlHarness, name: str, body: object = None) -> dict[str, Any]:
    """What the request answers."""
    served: Any = Served(house)
    made = app.make(served, "token", WaitTokens("a secret"))
    made.dependency_overrides = {route.dependency: lambda: None for route in _guards(made)}
    status, told = await send(made, "POST", f"/agents/01/{name}", body)
    assert (status, told.pop("agent"), told.pop("done")) == (200, "01", name)
    return told


def _guards(made: Any) -> list[Any]:
    return [guard for route in made.routes for guard in getattr(route, "dependencies", [])]


async def test_who_signs_in_after_three_misses_is_told_to_be_paused_for_them() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    for _ in range(3):
        house.tell(door.CallEnded(house.last(Originate).leg, Cause.NO_ANSWER), after_s=9.0)
        house.wait(11.0)
    assert await act(house, "sign-in") == {"state": "paused", "reason": "rona", "after": "paused"}
    house.tell(door.CallEnded(call, Cause.NORMAL))  # type: ignore[arg-type]  # the caller's leg has the call's id
    assert await act(house, "ready") == {"state": "idle", "reason": "", "after": "ready"}


async def test_a_pause_in_a_talk_is_told_as_what_comes_after_it() -> None:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    assert await act(house, "pause", {"reason": "lunch"}) == {"state": "talking", "reason": "", "after": "paused"}
    assert await act(house, "sign-out") == {"state": "talking", "reason": "", "after": "signed_out"}


async def test_wrap_up_done_by_one_who_is_signed_out_makes_nobody_ready() -> None:
    told = await act(ControlHarness(), "wrap-up-done")
    assert (told["state"], told["after"]) == ("offline", "signed_out")
