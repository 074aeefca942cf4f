"""An agent's previews and dispositions over HTTP: in a house of call control with a campaign."""

from pathlib import Path
from typing import Any

import pytest

from calls.ids import AgentId
from control import events
from dialer.campaigns import commands as wanted
from hotline.campaigns.work import work_of
from hotline.views.metrics import Metrics
from hotline.web import app
from hotline.web.tokens import WaitTokens
from tests.unit.control.campaigning import CampaignHouse, campaign
from tests.unit.hotline.web.asking import ask as send

pytestmark = pytest.mark.unit


class Served:
    """The house behind the web."""

    region = "CN"
    database = Path("none")

    def __init__(self, house: CampaignHouse) -> None:
        self.house = house
        self.metrics = Metrics()

    def agents(self) -> frozenset[str]:
        return frozenset({"01", "02"})

    def campaign_work(self, agent: AgentId) -> dict[str, Any] | None:
        return work_of(self.house.router.hub.campaigns.state, {"spring": self.house.settings}, agent)

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def ask(house: CampaignHouse, method: str, path: str, body: object = None) -> tuple[int, Any]:
    served: Any = Served(house)
    return await send(app.make(served, "token", WaitTokens("a secret")), method, f"/agents/{path}", body, "token")


async def test_a_preview_is_seen_and_taken_and_the_agents_phone_is_called() -> None:
    house = CampaignHouse(campaign("preview"), "01")
    assert await ask(house, "GET", "01/campaign") == (200, None)
    house.start()
    status, shown = await ask(house, "GET", "01/campaign")
    assert (status, shown["state"], shown["campaign"], shown["title"]) == (200, "shown", "spring", "Renewal")
    assert "*" in shown["number"]
    assert shown["until"] is not None
    status, said = await ask(house, "POST", "02/preview", {"taken": True})
    assert (status, said["detail"]) == (409, "agent 02 is shown nobody")
    assert (await ask(house, "POST", "01/preview", {"taken": True}))[0] == 200
    assert len(house.calls_to_agents()) == 1


async def test_a_preview_that_is_declined_comes_later() -> None:
    house = CampaignHouse(campaign("preview"), "01")
    house.start()
    first = (await ask(house, "GET", "01/campaign"))[1]["attempt"]
    assert (await ask(house, "POST", "01/preview", {"taken": False, "reason": "a friend"}))[0] == 200
    (kept,) = [one for one in house.given(wanted.KeepContact) if one.state == "due"]
    assert kept.detail == "declined: a friend"
    assert (await ask(house, "GET", "01/campaign"))[1]["attempt"] != first


async def test_a_disposition_is_said_of_a_talk_and_checked() -> None:
    house = CampaignHouse(campaign(), "01")
    status, said = await ask(house, "POST", "01/disposition", {"disposition": "promise"})
    assert (status, said["detail"]) == (409, "agent 01 has no talk of a campaign")
    house.talking()
    status, said = await ask(house, "POST", "01/disposition", {"disposition": "promis"})
    assert (status, said["detail"]) == (422, "no disposition 'promis' (did you mean promise?)")
    body = {"disposition": "promise", "again_at": "2026-12-01T18:00:00+08:00"}
    assert (await ask(house, "POST", "01/disposition", body))[0] == 422
    assert (await ask(house, "POST", "01/disposition", {"disposition": "promise"}))[0] == 200
    assert (await ask(house, "GET", "01/campaign"))[1]["said"] == "promise"
    assert (await ask(house, "GET", "09/campaign"))[0] == 404
