"""`hotline report`: formats, files, spans, the sample and its reviews."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from hotline.cli.main import app
from hotline.site.site import Site
from tests.unit.hotline.reports.month import at, site_of_the_month

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_the_month(tmp_path_factory.mktemp("month"))


@pytest.fixture(autouse=True)
def ten_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is known of the month, whatever day it is."""
    for module in ("report", "report_sample"):
        monkeypatch.setattr(f"hotline.cli.{module}.time", SimpleNamespace(time=lambda: at("12-10 00:00:00")))


def run(site: Site, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["report", *words, "--site", str(site.folder)])
    assert result.exit_code == code, result.output
    return result


def test_json_goes_to_standard_output(site: Site) -> None:
    by_flag = run(site, "monthly", "--date", "2026-11-15", "--json").stdout
    found = json.loads(by_flag)
    assert found["house"]["waits"]["offered"] == 17
    assert found["span"]["period"] == "monthly"
    again = json.loads(run(site, "monthly", "--date", "2026-11-01", "--format", "json").stdout)
    assert {**again, "known_until": 0} == {**found, "known_until": 0}


def test_without_a_format_there_are_tables_for_people(site: Site) -> None:
    told = run(site, "weekly", "--date", "2026-11-04", "--language", "en").stdout
    assert "Weekly report 2026-W45, Asia/Shanghai" in told
    assert "投诉处理" in told
    assert "Answer rate" in told


def test_a_file_is_whole_and_for_its_user_only(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "day.html"
    run(site, "daily", "--date", "2026-11-02", "--format", "html", "--output", str(file))
    assert "<!doctype html>" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["day.html"]


def test_several_formats_go_to_a_folder(site: Site, tmp_path: Path) -> None:
    words = ("monthly", "--date", "2026-11-02", "--format", "html", "--format", "xlsx", "--format", "json")
    run(site, *words, "--folder", str(tmp_path / "reports"))
    names = sorted(one.name for one in (tmp_path / "reports").iterdir())
    assert names == ["monthly-2026-11.html", "monthly-2026-11.json", "monthly-2026-11.xlsx"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "htm"), "did you mean html?"),
        (("--format", "html"), "html goes to a file: --output report.html"),
        (("--format", "html", "--format", "json"), "several formats go to a folder"),
        (("--output", "x"), "which format?"),
        (("--date", "november", "--json"), "'november' is no day"),
        (("--date", "2199-01-01", "--json"), "still to come"),
        (("--language", "fr", "--json"), "reports are in zh-CN and en"),
    ],
)
def test_what_cannot_be_is_told(site: Site, words: tuple[str, ...], told: str) -> None:
    assert told in run(site, "daily", *words, code=2).output


def test_a_sample_is_drawn_reviewed_and_counted(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "sample.csv"
    drawn = run(site, "sample", "--date", "2026-11-01", "--output", str(file))
    assert "too few recordings: 400 are wanted, 386 are missing" in drawn.output
    assert '"what":"sample drawn"' in (site.state / "audit.log").read_text()
    text = file.read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    file.write_text("\n".join(f"{line[:-1]}yes,li" if line.startswith("talk,c15,") else line for line in lines))
    assert "c15" in file.read_text()
    told = run(site, "review", str(file), "--reviewer", "zhou").output
    assert "4 reviews taken in" in told  # those that were there before, and c15
    by_hand = run(site, "review", "--call", "c2", "--wrong", "--reviewer", "li").output
    assert "1 review taken in" in by_hand
    found = json.loads(run(site, "monthly", "--date", "2026-11-01", "--json").stdout)
    assert found["house"]["accuracy"]["reviewed"] == 5
    assert "a file, or --call" in run(site, "review", "--call", "c2", code=2).output
    seeded = json.loads(run(site, "sample", "--date", "2026-11-01", "--seed", "x", "--json").stdout)
    assert seeded["seed"] == "x"
