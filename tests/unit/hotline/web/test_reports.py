"""Reports over HTTP: listed by span, shown without scripts, and nothing else of the folder."""

from pathlib import Path

import pytest

from tests.unit.hotline.web.asking import Answer, request
from tests.unit.hotline.web.logged import Logged

pytestmark = pytest.mark.unit


class Reporting(Logged):
    """A house that makes reports."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reports = folder / "reports"

    async def ask(self, path: str, token: str = "looks-token") -> Answer:
        return await request(self.app(), "GET", path, token=token)


@pytest.fixture
def house(tmp_path: Path) -> Reporting:
    made = Reporting(tmp_path)
    made.reports.mkdir()
    for name in ("daily-2026-11-29.html", "daily-2026-11-29.json", "weekly-2026-W48.pdf", "monthly-2026-10.xlsx"):
        (made.reports / name).write_text(name)
    for other in ("notes.txt", "daily-2026-11-29.html.new", ".daily-2026-11-30.html"):
        (made.reports / other).touch()
    return made


async def test_listed(house: Reporting) -> None:
    assert (await house.ask("/reports")).json == [
        {"period": "weekly", "span": "2026-W48", "forms": ["pdf"]},
        {"period": "daily", "span": "2026-11-29", "forms": ["html", "json"]},
        {"period": "monthly", "span": "2026-10", "forms": ["xlsx"]},
    ]
    assert (await house.ask("/reports", "other")).status == 401


async def test_a_page_is_shown_without_scripts(house: Reporting) -> None:
    answer = await house.ask("/reports/daily-2026-11-29.html")
    assert (answer.status, answer.body) == (200, b"daily-2026-11-29.html")
    policy = answer.headers["content-security-policy"]
    assert ("default-src 'none'" in policy, "sandbox" in policy, "script" in policy) == (True, True, False)
    assert "content-disposition" not in answer.headers
    file = await house.ask("/reports/weekly-2026-W48.pdf")
    assert file.headers["content-disposition"] == 'attachment; filename="weekly-2026-W48.pdf"'


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "daily-2026-11-28.html", "..%2Fhotline.db", "daily-2026-11-29.html.new", ".daily-2026-11-30.html"],
)
async def test_nothing_else_is(house: Reporting, name: str) -> None:
    assert (await house.ask(f"/reports/{name}")).status == 404


async def test_a_house_without_a_folder_has_none(tmp_path: Path) -> None:
    assert (await Reporting(tmp_path).ask("/reports")).json == []
