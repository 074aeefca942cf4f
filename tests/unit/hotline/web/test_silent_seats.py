"""Silent seats over HTTP: who is there, what they see, take, approve and decline, and why not."""

from pathlib import Path
from typing import Any

import pytest

from calls.commands import Play
from calls.ids import CallId
from control.machines.proposals import Proposal
from control.messages import events
from control.register.register import Register
from hotline.bus.picture import Picture
from hotline.views.board import Board
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.tokens import WaitTokens
from ivr.commands import TurnTaken
from tests.unit.control.harness import ControlHarness
from tests.unit.control.supervision.test_reviews import in_doubt
from tests.unit.hotline.web.asking import ask
from tests.unit.ivr.machine.machines import texts

pytestmark = pytest.mark.unit
TOKEN = "token-of-the-test"
LI = {"author": "li"}


class Served:
    """The house behind the web."""

    database = Path("none")

    def __init__(self, house: ControlHarness) -> None:
        self.house = house
        self.metrics = Metrics()

    @property
    def register(self) -> Register:
        return self.house.router.register

    def proposals(self) -> list[tuple[Proposal, str]]:
        return self.house.router.proposals()

    def review_refusal(self, event: events.ProposalTaken | events.ProposalAnswered) -> str:
        return self.house.router.review_refusal(event)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def request(house: ControlHarness, method: str, path: str, body: object = None) -> tuple[int, Any]:
    served: Any = Served(house)
    return await ask(app.make(served, TOKEN, WaitTokens("s")), method, path, body, TOKEN)


async def test_a_seat_is_taken_for_a_minute_and_left() -> None:
    house, _ = in_doubt()
    assert await request(house, "POST", "/seat", LI) == (200, {"seat": "li", "for_s": 60.0})
    assert set(house.router.register.seats) == {"li"}
    assert (await request(house, "DELETE", "/seat?author=li"))[0] == 200
    assert house.router.register.seats == {}
    assert (await request(house, "POST", "/seat", {}))[0] == 422, "the site's token says who"


async def test_a_proposal_is_seen_taken_and_approved() -> None:
    house, call = in_doubt("li")
    status, (seen,) = await request(house, "GET", "/proposals")
    assert status == 200
    assert (seen["call"], seen["said"], seen["seat"], seen["decision"]) == (
        call,
        "我的卡" + "•" * 16 + "的事",
        "",
        "asked",
    )
    assert [one["text"] for one in seen["candidates"]] == ["three", ""]
    assert seen["due_at"] - seen["opened_at"] == pytest.approx(20.0)
    assert (await request(house, "POST", f"/calls/{call}/proposal/take", LI))[0] == 200
    assert (await request(house, "GET", "/proposals"))[1][0]["seat"] == "li"
    status, told = await request(house, "POST", f"/calls/{call}/proposal/take", {"author": "wang"})
    assert (status, "li has it" in told["detail"]) == (409, True)
    status, told = await request(house, "POST", f"/calls/{call}/proposal/approve", {**LI, "text": "您的卡•• 已还清"})
    assert (status, "hidden" in told["detail"]) == (422, True)
    told = await request(house, "POST", f"/calls/{call}/proposal/approve", {**LI, "text": "请稍后再打来。"})
    assert told == (200, {"call": call, "seat": "li", "act": "approve"})
    assert texts(house.given(Play))[-1] == "请稍后再打来。"  # type: ignore[arg-type]
    assert await request(house, "GET", "/proposals") == (200, [])
    assert (await request(house, "POST", f"/calls/{call}/proposal/decline", LI))[0] == 404


async def test_declined() -> None:
    house, call = in_doubt("li")
    assert (await request(house, "POST", f"/calls/{call}/proposal/decline", LI))[0] == 200
    assert texts(house.given(Play))[-2:] == ["wrong", "one"]  # type: ignore[arg-type]


def test_the_bus_has_it_until_it_is_over() -> None:
    house, call = in_doubt("li")
    picture = Picture("h/v1/s")
    picture.look(house.router.register, (), ())
    assert b'"decision":"asked"' in picture.topics[f"h/v1/s/calls/{call}/proposal"]
    house.wait(21.0)
    picture.look(house.router.register, (), ())
    assert f"h/v1/s/calls/{call}/proposal" not in picture.topics


def test_the_wallboard_has_the_trail_and_no_words_in_a_menu() -> None:
    house, call = in_doubt("li")
    board = Board()
    for turn in house.given(TurnTaken):
        board.watch(turn, 0.0)
    view = board.view(house.router.register, house.now, "CN")
    trail = view["calls"][0]["trail"]
    assert (trail["rung"], trail["because"], trail["turns"]) == ("robot", "spoke", ())
    assert [view["totals"][word] for word in ("understood", "asked_back", "handed_over")] == [0, 1, 0]
    house.tell(events.ProposalAnswered(call, house.router.proposals()[0][0].attempt, "li", "approve", "lost"))
    trail = board.view(house.router.register, house.now, "CN")["calls"][0]["trail"]
    (turn,) = trail["turns"]
    assert (trail["rung"], turn["said"], turn["score"], turn["reviewed"]) == (
        *("person", "我的卡" + "•" * 16 + "的事", 0.5),
        "approved",
    )
    assert house.router.register.calls[CallId(call)].place == "offered"
