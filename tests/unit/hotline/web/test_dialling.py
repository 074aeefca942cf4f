"""Click to call over HTTP: what is refused, and what the agent's phone is rung for."""

from typing import Any

import pytest

from calls.commands import Originate
from calls.numbers import e164
from control import dial_rules, events
from control.register import Register
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.tokens import WaitTokens
from tests.unit.control.harness import ControlHarness, Directory
from tests.unit.hotline.web.asking import ask

pytestmark = pytest.mark.unit


class Served:
    """The house behind the web."""

    def __init__(self, house: ControlHarness) -> None:
        self.house = house
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

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def dial(house: ControlHarness, agent: str, number: str) -> tuple[int, Any]:
    served: Any = Served(house)
    made = app.make(served, "token", WaitTokens("a secret"))
    return await ask(made, "POST", f"/agents/{agent}/dial", {"number": number}, token="token")


async def test_the_agents_phone_rings_and_the_call_is_named() -> None:
    house = ControlHarness("01")
    status, told = await dial(house, "01", "13900139000")
    assert status == 202
    assert told["agent"] == "01"
    assert told["call"] in house.router.register.agent_calls
    assert house.last(Originate).to == "phone:8001"


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
