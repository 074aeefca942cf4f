"""Supervisors move people between queues while calls wait; and a site that wants a reason for each pause."""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi import FastAPI

from acd.config import Configuration, read
from acd.events import AgentSignedIn
from calls.causes import Cause
from calls.commands import Play, Sentence
from calls.events import CallEnded
from calls.ids import AgentId, CallId, LegId
from control.messages import commands, events
from control.register.register import Register
from control.routing.assembly import make_router
from control.rules.treatment import Announce, QueueTreatment
from hotline.web import moving
from tests.unit.control.harness import PROGRAM, VERSION, ControlHarness, Directory
from tests.unit.hotline.web.asking import ask

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


class TreatmentByQueue(Directory):
    """In `care` callers hear music; in `loans` their place, and the operator hears of them sooner."""

    def treatment(self, version: str, queue: str) -> QueueTreatment:
        told = Announce(first_s=20.0, every_s=30.0, wait=False)
        return QueueTreatment(announce=told, alert_s=(90.0,)) if queue == "loans" else QueueTreatment()


class TwoQueues(ControlHarness):
    """The house with a second queue, which is what its agents serve."""

    def __init__(self, *agents: str) -> None:
        super().__init__()
        router = make_router({VERSION: PROGRAM}, lambda version: configuration(), TreatmentByQueue())
        journal, self.journal, self.commands, self.router = self.journal, [], [], router
        for at, event in journal:
            self.now = at
            self._take(event)
        for agent in agents:
            self.tell(AgentSignedIn(AgentId(agent)))


class Served:
    """The house behind the web."""

    def __init__(self, house: ControlHarness) -> None:
        self.house = house

    @property
    def register(self) -> Register:
        return self.house.router.register

    def agents(self) -> frozenset[str]:
        return frozenset(AGENTS)

    def queues(self) -> frozenset[str]:
        return frozenset(("care", "loans"))

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def post(house: ControlHarness, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
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


async def the_second_is_moved() -> tuple[TwoQueues, CallId, CallId]:
    """Two callers of one queue, a minute apart; the later one has just been moved to loans."""
    house = TwoQueues()
    first, second = house.arrive(caller="13800138001"), house.arrive(caller="13800138002")
    house.press(first, "1")
    house.wait(60)
    house.press(second, "1")
    assert (await post(house, f"/calls/{second}/queue", {"queue": "loans"}))[0] == 200
    return house, first, second


async def test_a_caller_who_is_moved_takes_the_time_waited_along() -> None:
    house, first, second = await the_second_is_moved()
    assert (await post(house, f"/calls/{first}/queue", {"queue": "loans"}))[0] == 200
    assert [house.router.wait_of(call)["position"] for call in (first, second)] == [1, 2]
    assert house.router.register.calls[first].queue == "loans"


def said(house: ControlHarness, call: CallId) -> list[str]:
    plays = [command.media[0] for command in house.given(Play) if command.leg == call]
    return [media.text for media in plays if isinstance(media, Sentence)]


async def test_who_is_moved_hears_what_callers_of_that_queue_hear() -> None:
    house, first, second = await the_second_is_moved()
    house.wait(19)
    assert said(house, second)[1:] == []
    house.wait(2)
    assert said(house, second)[1:] == ["queue_next"]
    assert (await post(house, f"/calls/{first}/queue", {"queue": "loans"}))[0] == 200
    house.wait(30)
    assert said(house, second)[2:] == ["queue_position position=2"]
    assert said(house, first)[1:] == ["queue_next"]
    told = {(one.event, one.call, one.detail) for one in house.given(commands.Noticed)}
    assert ("long wait", first, "loans 1.5 min") in told, "by the alarms of where it waits now"
    assert [event for event, call, _ in told if call == second] == ["a later place is announced"]


async def test_a_place_that_is_later_by_a_move_is_told_with_that_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    told = QueueTreatment(announce=Announce(first_s=20.0, every_s=30.0, wait=False))
    monkeypatch.setattr(TreatmentByQueue, "treatment", lambda self, version, queue: told)
    house = TwoQueues()
    ahead, moved = house.arrive(caller="13800138001"), house.arrive(caller="13800138002")
    for call in (ahead, moved):
        house.press(call, "1")
    assert (await post(house, f"/calls/{ahead}/queue", {"queue": "loans"}))[0] == 200
    house.wait(21)
    assert (await post(house, f"/calls/{moved}/queue", {"queue": "loans"}))[0] == 200
    house.wait(30)
    assert said(house, moved)[1:] == ["queue_next", "queue_position position=2"]
    (cause,) = (one.detail for one in house.given(commands.Noticed))
    assert cause == "1 more ahead: it waits in loans now, no longer in care"


async def test_what_is_said_ends_where_a_queue_says_nothing() -> None:
    house = TwoQueues()
    ahead, moved = house.arrive(caller="13800138001"), house.arrive(caller="13800138002")
    for call in (ahead, moved):
        house.press(call, "1")
        assert (await post(house, f"/calls/{call}/queue", {"queue": "loans"}))[0] == 200
    house.wait(21)
    house.tell(CallEnded(LegId(ahead), Cause.NORMAL))
    house.wait(30)
    assert said(house, moved)[1:] == ["queue_position position=2", "queue_next"]
    assert (await post(house, f"/calls/{moved}/queue", {"queue": "care"}))[0] == 200
    earlier = house.arrive(caller="13800138001")  # cut off, and back
    house.press(earlier, "1")
    assert (await post(house, f"/calls/{earlier}/queue", {"queue": "loans"}))[0] == 200
    house.wait(60)
    assert said(house, moved)[3:] == [], "nothing is said in care"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/agents/01/queues", {"queues": ["caer"]}, 422, "no queue 'caer' (did you mean care?)"),
        ("/agents/09/queues", {"queues": ["care"]}, 404, "no agent '09' in dialplans/agents.yaml"),
        ("/agents/01/queues", {"queues": []}, 422, "name a queue"),
        ("/calls/none/queue", {"queue": "care"}, 404, "no such call goes on now"),
        ("/calls/none/queue", {"queue": "loan"}, 422, "(did you mean loans?)"),
    ],
)
async def test_what_is_not_there_is_said(path: str, body: Mapping[str, Any], status: int, said: str) -> None:
    answered, told = await post(TwoQueues(), path, body)
    assert answered == status
    assert said in told["detail"]


async def test_a_supervisor_is_told_that_the_queue_is_full_and_the_caller_waits_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people, problems = read(
        {"queues": {"care": {"ring_s": 10}, "loans": {"ring_s": 10, "max_length": 1}}}, {"agents": AGENTS}
    )
    assert not problems
    monkeypatch.setattr(__name__ + ".configuration", lambda: people)
    house, first, second = await the_second_is_moved()
    status, told = await post(house, f"/calls/{first}/queue", {"queue": "loans"})
    assert (status, "full" in told["detail"]) == (409, True)
    assert (house.router.register.calls[first].queue, house.router.register.calls[second].queue) == ("care", "loans")
    assert house.last(commands.Noticed).detail == "loans: full"
