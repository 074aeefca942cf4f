"""Supervisors move people between queues while calls wait; and a site that wants a reason for each pause."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from acd.config import Configuration, read
from calls.ids import AgentId
from hotline import facts
from hotline.cores import make_router
from hotline.register import Register
from hotline.web import moving
from tests.unit.hotline.asking import ask
from tests.unit.hotline.house import PROGRAM, VERSION, Directory, House

pytestmark = pytest.mark.unit

AGENTS = {
    "01": {"skills": {"care": 3}, "queues": ["loans"]},
    "02": {"skills": {"care": 3}, "queues": ["loans"]},
}


def configuration() -> Configuration:
    """Two queues; whoever is there serves the one in which nobody waits."""
    people, problems = read({"queues": {"care": {"ring_s": 10}, "loans": {"ring_s": 10}}}, {"agents": AGENTS})
    assert not problems
    return people


class TwoQueues(House):
    """The house with a second queue, which is what its agents serve."""

    def __init__(self, *agents: str) -> None:
        super().__init__()
        router = make_router({VERSION: PROGRAM}, lambda version: configuration(), Directory())
        journal, self.journal, self.orders, self.router = self.journal, [], [], router
        for at, event in journal:
            self.now = at
            self._take(event)
        for agent in agents:
            self.tell(facts.AgentSignedIn(AgentId(agent)))


class Served:
    """The house behind the web."""

    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def register(self) -> Register:
        return self.house.router.register

    def agents(self) -> frozenset[str]:
        return frozenset(AGENTS)

    def queues(self) -> frozenset[str]:
        return frozenset(("care", "loans"))

    async def tell(self, event: facts.RouterEvent) -> None:
        self.house.tell(event)


async def post(house: House, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
    app = FastAPI()
    moving.add(app, Served(house), [])
    return await ask(app, "POST", path, body)


async def test_an_agent_who_is_moved_takes_the_caller_who_waits_there() -> None:
    house = TwoQueues("01")
    call = house.arrive()
    house.press(call, "1")
    assert house.router.register.calls[call].place == "waiting"
    assert await post(house, "/agents/01/queues", {"queues": ["care"]}) == (200, {"agent": "01", "queues": ["care"]})
    assert house.router.register.calls[call].place == "offered"
    assert (await post(house, f"/calls/{call}/queue", {"queue": "loans"}))[0] == 409, "a phone rings for it"


async def test_a_caller_who_is_moved_takes_the_time_waited_along() -> None:
    house = TwoQueues()
    first, second = house.arrive(caller="13800138001"), house.arrive(caller="13800138002")
    house.press(first, "1")
    house.wait(60)
    house.press(second, "1")
    assert (await post(house, f"/calls/{second}/queue", {"queue": "loans"}))[0] == 200
    assert (await post(house, f"/calls/{first}/queue", {"queue": "loans"}))[0] == 200
    assert [house.router.wait_of(call)["position"] for call in (first, second)] == [1, 2]
    assert house.router.register.calls[first].queue == "loans"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/agents/01/queues", {"queues": ["caer"]}, 404, "no queue 'caer'; did you mean 'care'?"),
        ("/agents/09/queues", {"queues": ["care"]}, 404, "no agent '09' in dialplans/agents.yaml"),
        ("/agents/01/queues", {"queues": []}, 422, "name a queue"),
        ("/calls/none/queue", {"queue": "care"}, 404, "no such call goes on now"),
        ("/calls/none/queue", {"queue": "loan"}, 404, "did you mean 'loans'?"),
    ],
)
async def test_what_is_not_there_is_said(path: str, body: Mapping[str, Any], status: int, said: str) -> None:
    answered, told = await post(TwoQueues(), path, body)
    assert answered == status
    assert said in told["detail"]
