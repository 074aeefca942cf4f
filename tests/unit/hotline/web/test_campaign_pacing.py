"""The pacing of a campaign over HTTP: steps of today, and budgets, as the pacing counts them or as the store does."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from control.register.register import Register
from dialer.campaigns.settings import CampaignSettings
from dialer.pacing.ledgers import WindowCount
from dialer.pacing.settings import WINDOWS
from hotline.store import opening
from hotline.views.metrics import Metrics
from hotline.web.rights import Client
from tests.unit.hotline.campaigns.stores import NOW, a_try, log_tries, settings
from tests.unit.hotline.web.asking import Answer, over, request

pytestmark = pytest.mark.unit

TALK = {"answered_at": 9.0, "connected_at": 10.0, "result": "talked"}
LOST = {"answered_at": 9.0, "abandoned": True, "result": "abandoned"}


class Served:
    """The house behind the web; NOW is 18:53:20 in Shanghai."""

    region = "CN"
    zone = ZoneInfo("Asia/Shanghai")
    register = Register()

    def __init__(self, database: Path) -> None:
        self.database = database
        self.metrics = Metrics()
        self.windows: tuple[WindowCount, ...] = ()

    def utc(self) -> float:
        return NOW + 600.0

    def campaigns(self) -> Mapping[str, CampaignSettings]:
        return {"calls": settings(zone="Asia/Shanghai")}

    def campaign_windows(self, name: str) -> tuple[WindowCount, ...]:
        assert name == "calls"
        return self.windows

    async def ask(self, query: str = "", token: str = "sees") -> Answer:
        served: Any = self
        clients = (Client("board", "sees", frozenset({"live"})), Client("crm", "reads", frozenset({"calls"})))
        return await request(over(served, clients=clients), "GET", f"/campaigns/calls/pacing{query}", token=token)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "hotline.db"
    opening.migrate(path)
    tries = [a_try(f"calls/1.{place}/1", place, NOW, **TALK) for place in range(8)]
    yesterday = [a_try(f"calls/1.{place}/1", place, NOW - 86_400.0, **LOST) for place in range(8, 20)]
    log_tries(path, *tries, *yesterday, a_try("calls/1.30/1", 30, NOW, **LOST), a_try("calls/1.31/1", 31, NOW + 300.0))
    return path


async def test_of_one_that_nothing_paces_the_day_is_counted(logged: Path) -> None:
    answer = await Served(logged).ask()
    assert answer.status == 200, answer.json
    steps = [(one["dialled"], one["answered"], one["abandoned"]) for one in answer.json["steps"]]
    assert steps == [(9, 9, 1), (1, 0, 0)], "yesterday is not in it"
    assert (answer.json["live"], answer.json["denominator"]) == (0, "live")
    (day,) = answer.json["windows"]
    assert (day["window"], day["steers"], day["of"], day["abandoned"]) == ("24 h", False, 9, 1)
    assert (day["room"], day["rooms"], day["share"]) == (-0.73, [-0.73, -0.73], 0.11111)
    assert day["began_at"] == NOW - NOW % 86_400 - 8 * 3600


async def test_windows_of_the_pacing(logged: Path) -> None:
    served = Served(logged)
    midnight = NOW - NOW % 86_400 + 16 * 3600  # the next one in Shanghai
    served.windows = (WindowCount(WINDOWS[0], 109.0, 3.0, midnight), WindowCount(WINDOWS[2], 500.0, 10.0, None))
    answer = (await served.ask()).json
    day, month = answer["windows"]
    assert (day["room"], day["ends_at"], day["began_at"]) == (0.27, midnight, midnight - 86_400)
    assert day["rooms"] == [0.27, 0.27], "the last step had no answer"
    assert (month["steers"], month["began_at"], month["room"]) == (True, None, 5.0)


async def test_a_later_part_has_the_same_steps(logged: Path) -> None:
    whole, part = Served(logged), Served(logged)
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(NOW + 250.0))
    later = (await part.ask(f"?since={since}")).json["steps"]
    assert later == [one for one in (await whole.ask()).json["steps"] if one["at"] >= later[0]["at"]]
    assert (await part.ask("?since=2025-11-29")).json["windows"][0]["of"] == 9, "the day is the day"


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?since=soon", 422, "since: 'soon' is no time"),
        ("?since=2020-01-01", 422, "more than 1500 steps"),
        ("?step_s=5", 422, "step_s"),
        ("?steps=5", 422, "did you mean step_s?"),
    ],
)
async def test_what_cannot_be_shown(logged: Path, query: str, status: int, said: str) -> None:
    answer = await Served(logged).ask(query)
    assert (answer.status, said in answer.json["detail"]) == (status, True), answer.json


async def test_rights_and_no_store(logged: Path, tmp_path: Path) -> None:
    assert (await Served(logged).ask(token="reads")).status == 403
    assert (await Served(tmp_path / "none.db").ask()).status == 503
