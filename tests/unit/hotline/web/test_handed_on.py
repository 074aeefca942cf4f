"""The screen of whoever gets a caller that was handed on: who let them go, with which words, before they answer."""

from pathlib import Path
from typing import Any

import pytest

from calls import events as door
from calls.causes import Cause
from calls.commands import HangUp, Originate
from control.messages import events
from tests.unit.control.transfers.consulting_house import Talk
from tests.unit.hotline.web.test_desk import Served, get

pytestmark = pytest.mark.unit

_BRIEFING = "wants to pay later, call back at 13900139000"


class Screens:
    """A house in which agent 01 talks to a caller and 02 is there, and the screens of both."""

    def __init__(self, folder: Path) -> None:
        self.talk = Talk()
        self.served = Served(self.talk.house, folder)

    def hand_on(self, to: str) -> None:
        self.talk.house.tell(door.TransferRequested(self.talk.leg, to, "http", briefing=_BRIEFING))
        self.gone()

    def gone(self) -> None:
        """The phone of the one who asked is free."""
        if any(order.leg == self.talk.leg for order in self.talk.house.given(HangUp)):
            self.talk.house.tell(door.CallEnded(self.talk.leg, Cause.NORMAL), after_s=0.0)

    async def of(self, agent: str) -> Any:
        return (await get(self.served, f"/agents/{agent}/desk"))[1]["call"]


@pytest.fixture
def screens(tmp_path: Path) -> Screens:
    return Screens(tmp_path)


@pytest.mark.parametrize("to", ["8002", "queue:care"])
async def test_at_once(screens: Screens, to: str) -> None:
    call = screens.talk.house.router.register.calls[screens.talk.call]
    call.fields = {"contract": "AB-7"}
    assert (await screens.of("01"))["handed_on"] is None
    screens.hand_on(to)
    shown = await screens.of("02")
    assert screens.talk.house.last(Originate).to == "phone:8002", "it rings, and nobody has answered"
    assert (shown["place"], shown["queue"], shown["reason"]) == ("offered", "care", "care")
    assert shown["fields"] == {"contract": "AB-7"}
    assert shown["caller"] == "+86*******8000"
    assert shown["queued_at"] is not None, "the time waited is counted from the first wait"
    told = shown["handed_on"]
    assert (told["by"], told["by_name"], told["why"]) == ("01", "Li", "")
    assert told["briefing"].startswith("wants to pay later")
    assert "13900139000" not in told["briefing"]
    screens.talk.house.take(screens.talk.call)
    assert (await screens.of("02"))["handed_on"] == told, "in the talk, too"


async def test_nobody_is_reached_and_the_caller_comes_back(screens: Screens) -> None:
    screens.hand_on("8002")
    screens.talk.house.tell(door.CallEnded(screens.talk.house.last(Originate).leg, Cause.REJECTED))
    screens.talk.house.wait(25.0)
    assert screens.talk.house.last(Originate).to == "phone:8001"
    shown = await screens.of("01")
    assert (shown["place"], shown["handed_on"]["by"]) == ("offered", "01")
    assert shown["handed_on"]["why"] != ""


async def test_after_a_consultation(screens: Screens) -> None:
    """The one who was consulted keeps the call on their screen when both are connected, with the words from before."""
    talk = screens.talk
    talk.house.tell(events.ConsultationWanted(talk.leg, "consult", "8002", "http", _BRIEFING))
    assert (await screens.of("02"))["call"] == talk.call, "while it rings"
    assert (await screens.of("02"))["handed_on"] is None
    talk.rung()
    talk.does("connect")
    screens.gone()
    shown = await screens.of("02")
    assert (shown["call"], shown["handed_on"]["by"]) == (talk.call, "01")
    assert shown["handed_on"]["briefing"].startswith("wants to pay later")
    talk.bridged()
    assert (await screens.of("02"))["place"] == "transferred"
    talk.house.tell(door.CallEnded(talk.other, Cause.NORMAL))
    assert await screens.of("02") is None


async def test_what_is_refused_is_no_handing_on(screens: Screens) -> None:
    screens.hand_on("queue:nowhere")
    assert (await screens.of("01"))["handed_on"] is None
