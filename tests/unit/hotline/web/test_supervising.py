"""Listening to a talk over HTTP: a phone that there is, and a talk that goes on, or a refusal; who waits is moved."""

from pathlib import Path
from typing import Any

import pytest

from acd.events import CallMoved
from calls.commands import Originate
from calls.ids import AgentId, CallId, QueueName
from control.messages import events
from control.register.register import Register
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask, over

pytestmark = pytest.mark.unit
TOKEN = "token-of-the-test"


class Served:
    """The house behind the web."""

    def __init__(self, house: ControlHarness, folder: Path) -> None:
        self.house = house
        self.database = folder / "hotline.db"
        self.metrics = Metrics()

    @property
    def register(self) -> Register:
        return self.house.router.register

    def agents(self) -> frozenset[AgentId]:
        return frozenset({AgentId("01"), AgentId("02")})

    def account(self, agent: AgentId) -> str | None:
        return f"80{agent}"

    def queues(self) -> frozenset[QueueName]:
        return frozenset({QueueName("care"), QueueName("loans")})

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


class Refusing(Served):
    """A house whose queue takes nobody; meanwhile the caller is offered to an agent of the queue before."""

    async def tell(self, event: events.RouterEvent) -> None:
        assert isinstance(event, CallMoved)
        self.register.calls[event.call].place = "offered"


async def listen(house: ControlHarness, folder: Path, call: str, account: str) -> tuple[int, Any]:
    served: Any = Served(house, folder)
    body = {"account": account, "mode": "whisper"}
    return await ask(over(served, TOKEN), "POST", f"/calls/{call}/supervise", body, TOKEN)


@pytest.fixture
def house() -> ControlHarness:
    return ControlHarness("01")


def waiting(house: ControlHarness) -> CallId:
    call = house.arrive()
    house.press(call, "1")
    return call


async def test_a_phone_rings_for_a_talk(house: ControlHarness, tmp_path: Path) -> None:
    call = waiting(house)
    house.take(call)
    assert await listen(house, tmp_path, call, "8002") == (202, {"call": call, "mode": "whisper"})
    assert house.last(Originate).to == "phone:8002"


@pytest.mark.parametrize("account", ["8003", "", "+8613800138000", "8002/sip:somebody@elsewhere"])
async def test_an_account_that_no_phone_has_is_refused(house: ControlHarness, tmp_path: Path, account: str) -> None:
    call = waiting(house)
    house.take(call)
    status, told = await listen(house, tmp_path, call, account)
    assert (status, "no phone" in told["detail"]) == (422, True)
    assert not (tmp_path / "audit.log").exists()


async def test_a_phone_that_a_switch_has_seen_is_one(house: ControlHarness, tmp_path: Path) -> None:
    call = waiting(house)
    house.take(call)
    house.router.register.phones["9001"] = ["switch-1"]
    assert (await listen(house, tmp_path, call, "9001"))[0] == 202


async def test_a_call_that_is_in_no_talk_is_refused(house: ControlHarness, tmp_path: Path) -> None:
    status, told = await listen(house, tmp_path, waiting(house), "8002")
    assert (status, told["detail"].startswith("a talk with an agent is listened to")) == (409, True)
    assert (await listen(house, tmp_path, "nobody", "8002"))[0] == 404


async def test_a_caller_who_was_not_moved_is_not_said_to_be(tmp_path: Path) -> None:
    house = ControlHarness()  # nobody is there who could answer
    call = waiting(house)
    served: Any = Refusing(house, tmp_path)
    status, _ = await ask(over(served, TOKEN), "POST", f"/calls/{call}/queue", {"queue": "loans"}, TOKEN)
    assert status == 409
