"""The call log as a file: what a search finds, masked unless whole numbers may be seen, written down before."""

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from hotline.web import call_export
from tests.unit.hotline.web.asking import Answer, request
from tests.unit.hotline.web.logged import NOON, NUMBER, OTHER, Logged

pytestmark = pytest.mark.unit


@pytest.fixture
def house(tmp_path: Path) -> Logged:
    made = Logged(tmp_path)
    made.log("a")
    made.log("b", NOON + 60, OTHER, outcome="abandoned", agents=())
    made.log("c", NOON + 120, "8001", "", agents=("8001",), direction="out", called=NUMBER)
    return made


async def ask(house: Logged, path: str, token: str = "token") -> Answer:
    return await request(house.app(), "GET", path, token=token)


def rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.body
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


async def test_masked_as_csv_and_written_down(house: Logged) -> None:
    answer = await ask(house, "/calls.csv?queue=care", "looks-token")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="calls.csv"'
    assert answer.headers["cache-control"] == "no-store"
    abandoned, answered = rows(answer)
    assert tuple(abandoned) == call_export.COLUMNS
    assert (answered["arrived_at"], answered["caller"], answered["talk_s"]) == (
        "2026-11-29 12:00:00",
        "'+86*******8000",  # a spreadsheet takes what begins with + for a formula
        "10.0",
    )
    assert (abandoned["waited_s"], abandoned["agent"], abandoned["outcome"]) == ("60.0", "", "abandoned")
    assert house.audited() == [{"who": "web:looks", "what": "calls exported", "about": "csv: queue care"}]


async def test_whole_numbers_are_for_who_may_see_them(house: Logged) -> None:
    assert (await ask(house, "/calls.csv?numbers=true", "looks-token")).status == 403
    assert house.audited() == []
    whole = rows(await ask(house, "/calls.csv?numbers=true", "crm-token"))
    assert {row["caller"] for row in whole} == {f"'{NUMBER}", f"'{OTHER}", "8001"}
    assert house.audited()[-1]["about"] == "csv, numbers whole: all"


async def test_a_number_is_looked_up_by_its_own_right(house: Logged) -> None:
    assert (await ask(house, "/calls.xlsx?number=13800138000", "looks-token")).status == 403
    found = rows(await ask(house, "/calls.csv?number=13800138000", "crm-token"))
    assert [row["call"] for row in found] == ["c", "a"]
    assert [line["what"] for line in house.audited()] == ["number looked up", "calls exported"]


async def test_as_a_spreadsheet(house: Logged) -> None:
    answer = await ask(house, "/calls.xlsx?since=2026-11-29&until=2026-11-29")
    head, *lines = CalamineWorkbook.from_filelike(io.BytesIO(answer.body)).get_sheet_by_index(0).to_python()
    assert tuple(head) == call_export.COLUMNS
    assert [line[0] for line in lines] == ["c", "b", "a"]
    assert lines[2][3] == "+86*******8000", "a text stays a text there"
    assert lines[2][head.index("talk_s")] == 10.0


async def test_one_that_is_too_long_is_refused(house: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_export, "MOST_ROWS", 2)
    answer = await ask(house, "/calls.csv")
    assert (answer.status, "more than 2 calls" in answer.json["detail"]) == (422, True)


async def test_all_pages_are_in_it(house: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_export, "MOST", 1)
    assert [row["call"] for row in rows(await ask(house, "/calls.csv"))] == ["c", "b", "a"]
