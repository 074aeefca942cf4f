"""Consultations over HTTP: each request is carried out as the agent's key is, or refused with the reason."""

from pathlib import Path
from typing import Any

import pytest

from acd.events import AgentSignedIn
from calls import events as door
from calls.commands import Bridge, HangUp, Originate
from calls.ids import AgentId, CallId
from control.messages import events, log_commands
from control.register.register import Register
from control.rules.transfer_rules import TransferRules
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from tests.unit.control.harness import ControlHarness
from tests.unit.hotline.web.asking import ask, over

pytestmark = pytest.mark.unit
TOKEN = "token-of-the-test"


class Served:
    """The house behind the web."""

    database = Path("none")

    def __init__(self, house: ControlHarness) -> None:
        self.house = house
        self.metrics = Metrics()

    @property
    def register(self) -> Register:
        return self.house.router.register

    def consultation_refusal(self, event: events.ConsultationWanted) -> str:
        return self.house.router.consultation_refusal(event)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


def talking() -> tuple[ControlHarness, CallId]:
    house = ControlHarness("01", transfers=TransferRules(kinds=("mobile",)))
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    house.tell(AgentSignedIn(AgentId("02")))
    house.wait(30.0)
    return house, call


async def post(house: ControlHarness, path: str, body: object = None) -> tuple[int, Any]:
    served: Any = Served(house)
    return await ask(over(served, TOKEN), "POST", f"/calls/{path}", body, TOKEN)


def picked_up(house: ControlHarness) -> None:
    ringing = house.last(Originate)
    house.tell(door.CallAnswered(ringing.leg, ringing.attempt))
    bridged(house)


def bridged(house: ControlHarness) -> None:
    bridge = house.last(Bridge)
    house.tell(door.Bridged(bridge.attempt, (bridge.a, bridge.b)))


def shown(house: ControlHarness) -> Any:
    (call,) = Board().view(house.router.register, house.now)["calls"]
    return call["consultation"]


@pytest.mark.parametrize("body", [{"to": "8002"}, {"to": " queue:care ", "skills": ["care>=3"]}, {"to": "care"}])
async def test_somebody_is_rung_and_the_wallboard_says_who(body: object) -> None:
    house, call = talking()
    assert shown(house) is None
    status, told = await post(house, f"{call}/consultation", body)
    assert (status, told["call"], told["state"]) == (202, call, "ringing")
    assert house.last(Originate).to == "phone:8002"
    row = house.last(log_commands.LogTransfer)
    assert (row.by, row.consulted, row.outcome) == ("http", True, "consulting")
    assert shown(house) == {"state": "ringing", "kind": "agent", "with": "02"}


async def test_a_number_is_masked_on_the_wallboard() -> None:
    house, call = talking()
    status, told = await post(house, f"{call}/consultation", {"to": "13900139000"})
    assert (status, told["state"]) == (202, "checking")
    assert shown(house) == {"state": "checking", "kind": "number", "with": "+86*******9000"}


async def test_each_request_has_its_state_after_it() -> None:
    house, call = talking()
    await post(house, f"{call}/consultation", {"to": "8002"})
    picked_up(house)
    for act, state in [("swap", "swapped"), ("conference", "conference"), ("swap", "talking"), ("connect", "over")]:
        assert await post(house, f"{call}/consultation/{act}") == (202, {"call": call, "state": state})
        bridged(house)
    assert house.router.register.calls[call].place == "transferred"


async def test_given_back_while_the_phone_rings() -> None:
    house, call = talking()
    await post(house, f"{call}/consultation", {"to": "8002"})
    assert await post(house, f"{call}/consultation/give-back") == (202, {"call": call, "state": "over"})
    assert house.last(HangUp).leg == house.last(Originate).leg


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"to": "8001"}, "this agent has the caller already"),
        ({"to": "main"}, "nobody is there to talk to"),
        ({"to": "queue:care", "skills": ["care>=4"]}, "nobody of care is free"),
        ({"to": "+882999"}, "numbers of the kind"),
        ({"to": ""}, "no such agent, queue, flow or number"),
    ],
)
async def test_whom_nobody_can_talk_to_is_422_and_leaves_no_trace(body: object, says: str) -> None:
    house, call = talking()
    rows = len(house.commands)
    status, told = await post(house, f"{call}/consultation", body)
    assert status == 422
    assert says in told["detail"]
    assert len(house.commands) == rows


async def test_what_is_wanted_too_early_or_twice_is_409() -> None:
    house, call = talking()
    assert (await post(house, f"{call}/consultation/swap"))[0] == 409
    await post(house, f"{call}/consultation", {"to": "8002"})
    rows = len(house.commands)
    for path, body in [("consultation", {"to": "8002"}), ("consultation/connect", None), ("consultation/swap", None)]:
        status, told = await post(house, f"{call}/{path}", body)
        assert status == 409, (path, told)
    assert len(house.commands) == rows


async def test_only_in_a_talk() -> None:
    house, _ = talking()
    waits = house.arrive(caller="13900139000")
    assert (await post(house, f"{waits}/consultation", {"to": "8002"}))[0] == 409
    assert (await post(house, "nobody/consultation/swap"))[0] == 404
    assert (await post(house, f"{waits}/consultation/dance"))[0] == 404
