"""The desk over HTTP: what an agent is shown before the phone rings, and the talk that moves along."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from acd.agents import Standing
from calls.commands import Originate
from calls.ids import AgentId, CallId
from control.messages import events
from control.register.register import Register
from hotline.views.metrics import Metrics
from hotline.views.talk_dispositions import disposition_of
from hotline.web import call_log
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask, over
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit
TOKEN = "token-of-the-test"


class Served(Logged):
    """The house behind the web, with a log."""

    region = "CN"
    zone = ZoneInfo("UTC")

    def __init__(self, house: ControlHarness, folder: Path) -> None:
        super().__init__(folder)
        self.house = house
        self.metrics = Metrics()

    @property
    def register(self) -> Register:  # type: ignore[override]  # the house's own, in place of an empty one
        return self.house.router.register

    def agents(self) -> frozenset[str]:
        return frozenset({"01", "02"})

    def agent(self, agent: AgentId) -> Standing | None:
        return self.house.router.agent(agent, self.house.now)

    def account(self, agent: AgentId) -> str:
        return f"80{agent}"

    def name_of(self, agent: str) -> str:
        return {"01": "Li", "02": "Wang"}[agent]

    def campaign_work(self, agent: AgentId) -> None:
        return None

    def queue_disposition(self, agent: AgentId) -> dict[str, Any] | None:
        return disposition_of(self.house.router.register, self.house.router.hub.directory.treatment, agent)

    def campaign_last(self, agent: AgentId) -> None:
        return None

    def mask_refusal(self, call: CallId) -> str:
        return self.house.router.mask_refusal(call)

    def decline_refusal(self, agent: AgentId) -> str:
        return self.house.router.decline_refusal(agent)

    def echo_test_refusal(self, agent: AgentId) -> str:
        return self.house.router.echo_test_refusal(agent)

    def talk_move_refusal(self, agent: AgentId) -> str:
        return self.house.router.talk_move_refusal(agent)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return Served(ControlHarness("01", "02"), tmp_path)


async def get(served: Served, path: str) -> tuple[int, Any]:
    known: Any = served
    return await ask(over(known, TOKEN), "GET", path, None, TOKEN)


async def test_an_agent_whom_nobody_calls_sees_their_state_and_whom_they_may_reach(served: Served) -> None:
    status, told = await get(served, "/agents/01/desk")
    assert status == 200
    assert {name: told[name] for name in ("agent", "name", "account", "state", "call", "pause_reasons")} == {
        **{"agent": "01", "name": "Li", "account": "8001", "state": "idle", "call": None},
        "pause_reasons": None,
    }
    assert told["colleagues"] == [{"agent": "02", "name": "Wang"}]
    assert told["queues"] == ["care", "loans"]
    assert (await get(served, "/agents/03/desk"))[0] == 404


async def test_the_pop_is_there_while_the_phone_rings_with_all_numbers_masked(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = served.house
    served.log("earlier-1", caller="+8613800138000", agents=("02",))
    served.log("another-1", caller="+8613900139000")
    call = house.arrive()
    served.house.router.register.calls[call].fields = {"contract": "AB-7", "callback to": "13800138000"}
    house.wait(5.0)
    house.press(call, "1")
    steps = [
        {"index": 0, "flow": "main", "step": "choose", "keys": "1", "outcome": "care", "began_at": 1.0},
        {"index": 1, "flow": "main", "step": "choose.keys.1", "keys": "", "outcome": "care", "began_at": 1.0},
    ]

    async def story(path: Path, name: str) -> Mapping[str, Any]:
        assert name == call
        return {"steps": steps}

    cases = [
        {"number": "26113000017", "category": "complaint", "state": "received", "opened_at": 2.0, "fields": {}},
        {"number": "26113000016", "category": "complaint", "state": "closed", "opened_at": 1.0, "fields": {}},
    ]

    async def cases_of(path: Path, caller: str) -> list[dict[str, Any]]:
        assert caller == "+8613800138000"
        return cases

    monkeypatch.setattr(call_log, "story", story)
    monkeypatch.setattr(call_log, "cases_of", cases_of)
    ringing = house.last(Originate)
    agent = "01" if ringing.to == "phone:8001" else "02"
    _, told = await get(served, f"/agents/{agent}/desk")
    shown = told["call"]
    assert (shown["place"], shown["caller"], shown["queue"], shown["reason"]) == (
        "offered",
        "+86*******8000",
        "care",
        "care",
    )
    assert shown["trail"] == [{"flow": "main", "step": "choose", "keys": "1", "outcome": "care", "began_at": 1.0}]
    assert [one["call"] for one in shown["earlier"]] == ["earlier-1"]
    assert [one["number"] for one in shown["cases"]] == ["26113000017"]
    assert "13800138000" not in json.dumps(told)
    other = "02" if agent == "01" else "01"
    assert (await get(served, f"/agents/{other}/desk"))[1]["call"] is None


async def test_who_withholds_their_number_has_no_earlier_calls(served: Served) -> None:
    served.log("earlier-1", caller="anonymous")
    call = served.house.arrive(caller="anonymous")
    served.house.press(call, "1")
    told = [(await get(served, f"/agents/{agent}/desk"))[1]["call"] for agent in ("01", "02")]
    (shown,) = [one for one in told if one is not None]
    assert (shown["earlier"], shown["cases"]) == ([], [])


async def test_the_talk_moves_to_the_phone_as_it_is_and_without_one_the_reason_is_said(served: Served) -> None:
    known: Any = served
    made = over(known, TOKEN)
    assert await ask(made, "POST", "/agents/01/talk/move", None, TOKEN) == (
        409,
        {"detail": "the agent has no talk with a caller"},
    )
    house = served.house
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    agent = house.router.register.calls[call].agent
    placed = len(house.given(Originate))
    assert await ask(made, "POST", f"/agents/{agent}/talk/move", None, TOKEN) == (202, {"agent": agent, "moves": True})
    assert len(house.given(Originate)) == placed + 1


async def test_whole_numbers_are_audited(served: Served) -> None:
    call = served.house.arrive()
    assert await get(served, f"/calls/{call}/numbers") == (
        200,
        {"call": call, "caller": "+8613800138000", "called": "95183"},
    )
    assert [line["about"] for line in served.audited()] == [f"call {call}"]
    assert (await get(served, "/calls/nobody/numbers"))[0] == 404
