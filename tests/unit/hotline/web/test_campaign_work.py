"""An agent's previews and dispositions over HTTP: in a house of call control with a campaign."""

from pathlib import Path
from typing import Any

import pytest

from calls.ids import AgentId, AttemptId
from control.messages import events
from dialer.campaigns import commands as wanted
from dialer.campaigns.settings import CampaignSettings
from hotline.campaigns.rows import CampaignRows
from hotline.campaigns.work import last_talk, work_of
from hotline.store import opening
from hotline.store.writer import Writer
from hotline.views.metrics import Metrics
from tests.unit.control.outgoing.campaigning import CampaignHouse, campaign
from tests.unit.hotline.web.asking import ask as send
from tests.unit.hotline.web.asking import over

pytestmark = pytest.mark.unit


class Served:
    """The house behind the web."""

    region = "CN"

    def __init__(self, house: CampaignHouse, database: Path) -> None:
        self.house = house
        self.database = database
        self.metrics = Metrics()

    def agents(self) -> frozenset[str]:
        return frozenset({"01", "02"})

    def campaign_work(self, agent: AgentId) -> dict[str, Any] | None:
        return work_of(self.house.router.hub.campaigns.state, {"spring": self.house.settings}, agent)

    def campaign_last(self, agent: AgentId) -> AttemptId | None:
        return last_talk(self.house.router.hub.campaigns.state, agent)

    def queue_disposition(self, agent: AgentId) -> None:
        return None

    def campaigns(self) -> dict[str, CampaignSettings]:
        return {"spring": self.house.settings}

    async def tell(self, event: events.RouterEvent) -> None:
        self.house.tell(event)


async def ask(
    house: CampaignHouse, method: str, path: str, body: object = None, database: Path = Path("none")
) -> tuple[int, Any]:
    served: Any = Served(house, database)
    return await send(over(served), method, f"/agents/{path}", body, "token")


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
    assert (status, said["detail"]) == (
        409,
        "agent 01 has no talk of a campaign, nor one of a queue with dispositions",
    )
    house.talking()
    status, said = await ask(house, "POST", "01/disposition", {"disposition": "promis"})
    assert (status, said["detail"]) == (422, "no disposition 'promis' (did you mean promise?)")
    body = {"disposition": "promise", "again_at": "2026-12-01T18:00:00+08:00"}
    assert (await ask(house, "POST", "01/disposition", body))[0] == 422
    assert (await ask(house, "POST", "01/disposition", {"disposition": "promise"}))[0] == 200
    assert (await ask(house, "GET", "01/campaign"))[1]["said"] == "promise"
    assert (await ask(house, "GET", "09/campaign"))[0] == 404


async def test_a_disposition_of_a_talk_that_is_over_counts_for_its_agent(tmp_path: Path) -> None:
    database = tmp_path / "hotline.db"
    opening.migrate(database)
    house = CampaignHouse(campaign(wrap_up_s=5.0), "01", count=1)
    call, agent_leg = house.talking()
    house.hangs_up(call)
    house.hangs_up(agent_leg)
    house.wait(6.0)
    writer = Writer(database, lambda trouble: None)
    rows = CampaignRows(writer.write, lambda: 0.0)
    for row in house.given(wanted.LogTry):
        rows.take(row)
    await writer.durable()

    async def say(agent: str, **body: object) -> tuple[int, Any]:
        return await ask(house, "POST", f"{agent}/disposition", {"disposition": "no_more", **body}, database)

    assert await say("01", attempt="spring/1.9/1") == (404, {"detail": "no try spring/1.9/1 is known"})
    status, said = await say("02", attempt="spring/1.0/1")
    assert (status, said["detail"]) == (409, "spring/1.0/1 was no talk of agent 02")
    assert (await say("02"))[0] == 409, "they have talked to nobody"
    for attempt in ({"attempt": "spring/1.0/1"}, {}):
        status, said = await say("01", **attempt)
        assert (status, said["attempt"], said["late"], said["replaces"]) == (200, "spring/1.0/1", True, "")
    assert len(house.given(wanted.DoNotCall)) == 1, "said twice it is once"
    rows.take(house.given(wanted.LogTry)[-1])
    await writer.durable()
    status, said = await say("01", disposition="promise")
    assert (status, said["replaces"]) == (200, "no_more")
    await writer.close()
    assert house.rows.states("spring") == {"reached": 1}
