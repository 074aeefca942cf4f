"""Flows over HTTP: only for whom the table lets in, with the calls that are in them now, and lint beside the server."""

import time
from pathlib import Path

import pytest

from hotline.versions.store import Versions
from tests.unit.hotline.served import publish
from tests.unit.hotline.web.asking import ask, request
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit


class House(Logged):
    """With a published version, and two callers in its flows."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder
        self.version = publish(Versions(folder / "versions"), 1)

    def flow_places(self) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        inside = (("main", "choose"),)
        return [(self.version, inside), (self.version, (("main", "care"), ("other", "greet"))), ("older", inside)]

    async def published_versions(self) -> list[dict[str, object]]:
        return [{"version": self.version, "current": True}]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    made = House(tmp_path)
    monkeypatch.setattr(made.register, "version", made.version)
    return made


async def test_the_flows_and_who_is_in_them(house: House) -> None:
    status, told = await ask(house.own_app, "GET", "/flows", None, "token")
    assert (status, told["version"]) == (200, house.version)
    (main,) = told["flows"]
    assert (main["flow"], main["numbers"], main["now"]) == ("main", ["95183"], 3)
    _, now = await ask(house.own_app, "GET", "/flows/now?flow=main", None, "token")
    assert now["steps"] == {house.version: {"choose": 1, "care": 1}, "older": {"choose": 1}}


async def test_one_drawn_and_its_day(house: House) -> None:
    house.log("c", time.time() - 60)
    _, picture = await ask(house.own_app, "GET", "/flows/picture?flow=main", None, "token")
    assert picture["start"] == "choose"
    _, day = await ask(house.own_app, "GET", "/flows/traffic?flow=main", None, "token")
    assert (day["calls"], day["steps"]) == (1, {})


@pytest.mark.parametrize(
    "path",
    [
        "/flows/picture?flow=mian",
        "/flows/picture?flow=main&version=0009-x",
        "/flows/picture?flow=main&version=..",
        "/flows/compared?flow=main&before=0009-x",
        "/flows/played?case=none",
        "/flows/sound?phrase=welcome&language=en",
    ],
)
async def test_what_is_not_there(house: House, path: str) -> None:
    assert (await request(house.own_app, "GET", path, token="token")).status == 404


async def test_lint_runs_beside_the_server(house: House) -> None:
    """On a folder that is not there, which it says."""
    status, told = await ask(house.own_app, "GET", "/flows/problems", None, "token")
    assert status == 503
    assert "no such folder" in told["detail"]


async def test_other_systems_see_no_flows(house: House) -> None:
    assert (await request(house.own_app, "GET", "/flows", token="looks-token")).status == 403
