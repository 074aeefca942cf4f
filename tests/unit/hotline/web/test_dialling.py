"""Click to call over HTTP: what is refused, and what the agent's phone is rung for."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calls.commands import Originate
from calls.ids import AttemptId, CallId
from calls.numbers import e164
from control.gate import dial_rules
from control.messages import events
from control.register.register import Register
from hotline.governing.feed import Feed
from hotline.governing.local import local_gate
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.tokens import WaitTokens
from tests.unit.control.harness import ControlHarness, Directory
from tests.unit.hotline.governing.gated_site import published
from tests.unit.hotline.web.asking import ask, over

pytestmark = pytest.mark.unit

RULE = {"rule": "house.not_often", "clause": "article 12", "reason": "2 of 2 attempts in 7 days"}


class Served:
    """The house behind the web; the gate answers what `answer` is made of."""

    database = Path("none")

    def __init__(self, house: ControlHarness, **answer: Any) -> None:
        self.house = house
        self.answer = {"verdict": "allow", **answer}
        self.asked: list[events.DialWanted] = []
        self.zone = ZoneInfo("Asia/Shanghai")
        self.metrics = Metrics()

    @property
    def register(self) -> Register:
        return self.house.router.register

    def agents(self) -> frozenset[str]:
        return frozenset({"01", "02"})

    def dial_refusal(self, number: str) -> str:
        directory = Directory()
        known = directory.agent("", number) is not None
        return "" if known else dial_rules.outgoing_refusal(directory, "", e164(number, "CN"))

    async def may_dial(self, wanted: events.DialWanted) -> events.GateAnswered | None:
        self.asked.append(wanted)
        return events.GateAnswered(CallId("c"), AttemptId("c:1"), **self.answer)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def dial(house: ControlHarness, agent: str, number: str) -> tuple[int, Any]:
    served: Any = Served(house)
    return await ask(over(served), "POST", f"/agents/{agent}/dial", {"number": number}, token="token")


async def test_the_agents_phone_rings_and_the_call_is_named() -> None:
    house = ControlHarness("01")
    status, told = await dial(house, "01", "13900139000")
    assert status == 202
    assert told["agent"] == "01"
    assert told["call"] in house.router.register.agent_calls
    assert house.last(Originate).to == "phone:8001"


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (dict(verdict="deny", **RULE), 403, "house.not_often: 2 of 2 attempts in 7 days [article 12]"),
        (
            dict(verdict="defer", until=1_796_180_400.0, **RULE),
            403,
            "2 of 2 attempts in 7 days [article 12]; from 2026-12-02T11:00:00+08:00 on it may be",
        ),
        (dict(verdict="unknown", reason="the ledger is not open yet"), 503, "the ledger is not open yet"),
    ],
)
async def test_what_the_gate_refuses_rings_no_phone(answer: dict[str, Any], status: int, said: str) -> None:
    house = ControlHarness("01")
    served: Any = Served(house, **answer)
    answered, told = await ask(over(served), "POST", "/agents/01/dial", {"number": "13900139000"}, token="token")
    assert answered == status
    assert said in told["detail"]
    assert house.given(Originate) == []


async def test_the_agent_says_what_for_and_to_whom(tmp_path: Path) -> None:
    site = await asyncio.to_thread(published, tmp_path)
    answers: Any = SimpleNamespace(gate=await asyncio.to_thread(local_gate, site), feed=Feed(), reserving=None)
    served: Any = Served(ControlHarness("01"))
    made = app.make(served, "token", WaitTokens("a secret"), answers=answers)

    async def dial(scene: str) -> tuple[int, Any]:
        body = {"number": "13900139000", "scene": scene, "person": "p1", "account": "loan 7"}
        return await ask(made, "POST", "/agents/01/dial", body, token="token")

    status, told = await dial("remnd")
    assert (status, "did you mean remind?" in told["detail"]) == (422, True)
    status, told = await dial("how")
    assert (status, "scene: how is of the channel ivr" in told["detail"]) == (422, True)
    assert served.asked == []
    assert (await dial("remind"))[0] == 202
    (wanted,) = served.asked
    assert (wanted.scene, wanted.person, wanted.account) == ("remind", "p1", "loan 7")
    call = served.house.router.register.agent_calls.popitem()[1]
    assert (call.scene, call.person, call.account) == ("remind", "p1", "loan 7")


async def test_a_phone_in_a_call_is_409_and_rings_no_second_time() -> None:
    house = ControlHarness("01")
    await dial(house, "01", "8002")
    status, told = await dial(house, "01", "13900139000")
    assert status == 409
    assert "already" in told["detail"]
    assert len(house.given(Originate)) == 1


@pytest.mark.parametrize(
    ("agent", "number", "status", "said"),
    [
        ("99", "13900139000", 404, "agents.yaml"),
        ("01", "95183", 403, "house itself"),
        ("01", "+12015550123", 403, "US"),
        ("01", "", 422, "number"),
        ("01", "139 001", 422, "number"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_reason(agent: str, number: str, status: int, said: str) -> None:
    house = ControlHarness("01")
    answered, told = await dial(house, agent, number)
    assert answered == status
    assert said in str(told["detail"])
    assert house.given(Originate) == []
