"""Campaigns over HTTP: listed, shown, their people masked, the report; by rights."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialer.campaigns.settings import CampaignSettings
from hotline.store import opening
from hotline.views.metrics import Metrics
from hotline.web.rights import Client
from tests.unit.hotline.campaigns.stores import Campaign, import_people, settings
from tests.unit.hotline.web.asking import ask as send
from tests.unit.hotline.web.asking import over

pytestmark = pytest.mark.unit

CLIENTS = (Client("board", "sees", frozenset({"live"})), Client("crm", "reads", frozenset({"live", "numbers"})))


class Served:
    """The house behind the web."""

    region = "CN"
    zone = ZoneInfo("Asia/Shanghai")

    def __init__(self, database: Path) -> None:
        self.database = database
        self.metrics = Metrics()

    def campaigns(self) -> Mapping[str, CampaignSettings]:
        return {"calls": settings()}

    async def resting_caller_ids(self) -> dict[str, float] | None:
        return {"+864000095183": 5.0}

    async def campaign_report(self, of: CampaignSettings, since: float | None, until: float | None) -> dict[str, Any]:
        return {"campaign": of.name, "since": since, "until": until}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    import_people(path, [(f"C{place}", place) for place in range(3)])
    Campaign(path).fetch(2)
    return path


async def ask(store: Path, path: str, token: str = "token") -> tuple[int, Any]:
    served: Any = Served(store)
    return await send(over(served, clients=CLIENTS), "GET", path, token=token)


def test_all(store: Path) -> None:
    """In one test, for the store is made by a loop of its own."""

    def asked(path: str, token: str = "token") -> tuple[int, Any]:
        return asyncio.run(ask(store, path, token))

    status, rows = asked("/campaigns", "sees")
    assert (status, [(row["campaign"], row["state"], row["untouched"]) for row in rows]) == (
        200,
        [("calls", "ready", 1)],
    )
    shown = asked("/campaigns/calls")[1]
    assert (shown["settings"]["mode"], shown["caller_ids_resting"]) == ("progressive", {"+864000095183": 5.0})
    status, said = asked("/campaigns/cals")
    assert (status, said["detail"]) == (404, "no campaign cals is published (did you mean calls?); there are calls")
    status, rows = asked("/campaigns/calls/contacts?most=1", "sees")
    assert (status, rows[0]["numbers"]) == (200, ["+86*******0000"])
    assert asked("/campaigns/calls/contacts?after=1.2")[1][0]["person"] == "C1"
    status, said = asked("/campaigns/calls/contacts?state=in_han")
    assert (status, said["detail"]) == (422, "no state 'in_han' (did you mean in_hand?)")
    assert asked("/campaigns/calls/contacts?numbers=true", "sees")[0] == 403
    assert asked("/campaigns/calls/contacts?numbers=true", "reads")[1][0]["numbers"] == ["+8613800130000"]
    (noted,) = (store.parent / "audit.log").read_text().splitlines()
    assert (json.loads(noted)["what"], json.loads(noted)["about"]) == ("numbers shown", "contacts of campaign calls")
    assert asked("/campaigns/calls/report?since=2026-12-01")[1] == {
        **{"campaign": "calls", "since": 1796054400.0, "until": None}
    }
    status, said = asked("/campaigns/calls/report?until=soon")
    assert (status, "soon" in said["detail"]) == (422, True)
    assert asked("/campaigns", "nobody")[0] == 401


def test_a_store_that_is_not_there_is_an_answer(tmp_path: Path) -> None:

    status, said = asyncio.run(ask(tmp_path / "none.db", "/campaigns"))
    assert (status, "no store of this release" in said["detail"]) == (503, True)
