"""hotline lists: an import with its bad rows told, a dry run that stores nothing, people masked."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli.main import app
from hotline.store import opening

pytestmark = pytest.mark.unit

PEOPLE = "客户号,姓名,手机,城市\nC1,张三,13800138000,上海\nC2,李四,1.38E+10,北京\nC3,王五,138 0013 8000,\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    opening.migrate(tmp_path / "var" / "hotline.db")
    (tmp_path / "people.csv").write_bytes(PEOPLE.encode("gb18030"))
    return tmp_path


def run(site: Path, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["lists", *words, "--site", str(site)])
    return result.exit_code, result.stdout, result.stderr


def imported(site: Path, *words: str) -> tuple[int, str, str]:
    return run(site, "import", str(site / "people.csv"), "--name", "spring", *words)


def test_what_is_stored_and_what_is_not(site: Path) -> None:
    code, said, wrong = imported(site)
    assert code == 1, "a row was rejected"
    assert "spring: 1 person with 1 number stored, of 3 rows; 1 merged, 1 rejected" in said
    assert "row 3, 手机: rejected: 1.38E+10: a spreadsheet has rounded this number" in wrong
    assert "row 4: merged: all its numbers stand at row 2" in wrong
    rows = list(csv.DictReader(io.StringIO(run(site, "problems", "spring")[1])))
    assert [(row["row"], row["kind"], row["winner"]) for row in rows] == [
        ("3", "rejected", ""),
        ("4", "duplicate", "2"),
        ("4", "merged", "2"),
    ]
    assert len(json.loads(run(site, "problems", "spring", "--kind", "rejected", "--json")[1])) == 1


def test_a_dry_run_tells_the_same_and_stores_nothing(site: Path) -> None:
    tried = json.loads(imported(site, "--dry-run", "--json")[1])
    assert json.loads(run(site, "show", "spring", "--json")[1] or "null") is None
    assert list((site / "var").glob(".dry-run*")) == []
    stored = json.loads(imported(site, "--json")[1])
    for one in (tried, stored):
        del one["took_s"]
    assert (tried.pop("stored"), stored.pop("stored")) == (False, True)
    assert tried == stored


def test_people_are_shown_masked_unless_that_is_asked_for_and_audited(site: Path) -> None:
    imported(site)
    (person,) = json.loads(run(site, "show", "spring", "--json")[1])["people"]
    assert (person["name"], person["numbers"][0]["number"], person["attributes"]) == (
        "张*",
        "+86*******8000",
        {"城市": "***"},
    )
    (person,) = json.loads(run(site, "show", "spring", "--reveal", "--json")[1])["people"]
    assert (person["name"], person["numbers"][0]["number"]) == ("张三", "+8613800138000")
    assert "list spring" in (site / "var" / "audit.log").read_text()
    assert "手机: number" in run(site, "show", "spring")[1]


def test_a_list_is_listed_and_removed(site: Path) -> None:
    imported(site)
    (one,) = json.loads(run(site, "--json")[1])
    assert (one["name"], one["contacts"], one["form"]["encoding"]) == ("spring", 1, "gb18030")
    assert run(site, "remove", "spring")[0] == 0
    assert json.loads(run(site, "--json")[1]) == []
    code, _, wrong = run(site, "show", "sprng")
    assert (code, "no list sprng" in wrong) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--column", "numbr=手机"), "write ROLE=HEADING (did you mean number?)"),
        (("--region", "XX"), "is no region"),
        (("--zone", "Asia/Peking"), "is no time zone"),
        (("--delimiter", "::"), "is no delimiter"),
        (("--encoding", "utf-9"), "is no encoding"),
        (("--sheet", "S"), "--sheet is for spreadsheets"),
    ],
)
def test_what_cannot_be_done_is_said(site: Path, words: tuple[str, ...], told: str) -> None:
    code, _, wrong = imported(site, *words)
    assert code == 2
    assert told in wrong
