"""A transfer over HTTP: carried out as the phone's own key is, or refused with the reason."""

from pathlib import Path
from typing import Any

import pytest

from acd.events import AgentSignedIn
from calls.commands import Originate
from calls.ids import AgentId, CallId
from control.messages import events, log_commands
from control.register.register import Register
from control.rules.transfer_rules import TransferRules
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

    def transfer_refusal(self, call: CallId, to: str) -> str:
        return self.house.router.transfer_refusal(call, to)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


def talking() -> tuple[ControlHarness, CallId]:
    house = ControlHarness("01", transfers=TransferRules(kinds=("mobile",)))
    call = house.arrive()
    house.press(call, "1")
    house.take(call)
    house.tell(AgentSignedIn(AgentId("02")))
    return house, call


async def post(house: ControlHarness, call: str, body: object) -> tuple[int, Any]:
    served: Any = Served(house)
    return await ask(over(served, TOKEN), "POST", f"/calls/{call}/transfer", body, TOKEN)


@pytest.mark.parametrize("body", [{"to": "8002"}, {"to": "02"}, {"to": " queue:care ", "skills": ["care>=3"]}])
async def test_it_is_carried_out(body: object) -> None:
    house, call = talking()
    status, told = await post(house, call, body)
    assert (status, told["call"], told["transfer"]) == (202, call, 1)
    assert house.last(Originate).to == "phone:8002"
    assert house.last(log_commands.LogTransfer).by == "http"


async def test_skills_make_a_bare_name_a_queue_s() -> None:
    house, call = talking()
    assert (await post(house, call, {"to": "care", "skills": ["care>=3"]}))[0] == 202
    row = house.last(log_commands.LogTransfer)
    assert (row.kind, row.target) == ("queue", "care care>=3")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"to": "8001"}, "this agent has the caller already"),
        ({"to": "queue:nowhere"}, "no queue nowhere"),
        ({"to": "+882999"}, "numbers of the kind"),
        ({"to": ""}, "no such agent, queue, flow or number"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason_and_leaves_no_trace(body: object, says: str) -> None:
    house, call = talking()
    rows = len(house.commands)
    status, told = await post(house, call, body)
    assert status == 422
    assert says in told["detail"]
    assert len(house.commands) == rows
    assert house.router.register.calls[call].place == "talking"


async def test_only_a_talk_is_handed_on() -> None:
    house, _ = talking()
    waits = house.arrive(caller="13900139000")
    assert (await post(house, waits, {"to": "8002"}))[0] == 409
    assert (await post(house, "nobody", {"to": "8002"}))[0] == 404
