"""Reports that the server makes by itself: due by the clock and by what is missing, in a process of their own."""

import asyncio
import os
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pydantic
import pytest

from hotline.server import reports as scheduled
from hotline.server.reports import ScheduledReports
from hotline.site.settings import Settings
from hotline.site.site import Site
from tests.unit.hotline.governing.gated_site import published

pytestmark = pytest.mark.unit

SETTINGS = (
    "languages: [en]\nzone: Asia/Shanghai\nrefit_at: null\n"
    "reports: {daily: 07:00, weekly: 07:30, monthly: 08:00, formats: [html, json], language: zh-CN}\n"
)


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return published(tmp_path, hotline=SETTINGS)


def due(site: Site, at: str) -> list[tuple[str, str]]:
    return [(one.period, one.day) for one in ScheduledReports(site)._due(utc(at))]


def test_a_report_is_due_once_its_time_is_past(site: Site) -> None:
    first = [("daily", "2026-11-29"), ("weekly", "2026-11-23"), ("monthly", "2026-10-01")]
    assert due(site, "2026-11-30 06:59") == first[2:], "of the month before, which nobody has made yet"
    assert due(site, "2026-11-30 07:00") == [first[0], first[2]]
    assert due(site, "2026-11-30 07:30") == first


def test_what_is_there_is_not_made_again(site: Site) -> None:
    folder = site.folder / "var/reports"
    folder.mkdir()
    for name in ("daily-2026-11-29.html", "daily-2026-11-29.json", "monthly-2026-10.html"):
        (folder / name).touch()
    (missing,) = ScheduledReports(site)._due(utc("2026-11-30 07:00"))
    assert (missing.period, missing.formats) == ("monthly", ("json",))


async def test_it_is_made_in_a_process_of_its_own(site: Site) -> None:
    reports = ScheduledReports(site)
    now = utc("2026-11-30 07:00")
    page, plain = (site.folder / f"var/reports/daily-2026-11-29.{form}" for form in ("html", "json"))
    await reports.look(0.0, now)
    begun = reports._running
    await reports.look(100.0, now)  # one goes on: no second one
    assert reports._running is begun
    assert reports._running is not None
    await reports._running
    assert "日报" in page.read_text(encoding="utf-8")
    assert plain.exists()
    assert due(site, "2026-11-30 07:00") == [("monthly", "2026-10-01")]


@pytest.mark.parametrize(("trouble", "begun"), [("", ["topics", "weekly"]), ("no disk", ["topics"])])
def test_tasks_of_a_week_come_before_its_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, begun: list[str]
) -> None:
    weekly = SETTINGS.replace("daily: 07:00, weekly: 07:30, monthly: 08:00", "weekly: 07:30, tasks: true")
    site = published(tmp_path, hotline=weekly)
    asked: list[tuple[str, ...]] = []

    async def run(*words: str) -> str:
        asked.append(words)
        return trouble if words[0] == "topics" else ""

    async def look() -> None:
        reports = ScheduledReports(site)
        await reports.look(0.0, utc("2026-11-30 07:30"))
        assert reports._running is not None
        await reports._running

    monkeypatch.setattr(scheduled, "_run", run)
    asyncio.run(look())
    assert [words[0] for words in asked] == begun, "a week without its tasks is not done, and tried again"
    assert asked[0][1:5] == ("--period", "weekly", "--date", "2026-11-23")
    assert asked[0][-1] == "--tasks"


async def test_one_that_fails_is_told_and_waits_an_hour(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    os.unlink(site.database)
    reports = ScheduledReports(site)
    now = utc("2026-11-29 06:00")  # only the month's is due
    began = time.monotonic()
    for at in (0.0, 31.0, 62.0):
        await reports.look(at, now)
        if reports._running is not None:
            await reports._running
    told = capsys.readouterr().out
    assert told.count("report not made") == 2, "of the week and the month, each once"
    assert "no store of this release" in told
    assert time.monotonic() - began < 60


def test_without_settings_nothing_is_made(tmp_path: Path) -> None:
    reports = ScheduledReports(published(tmp_path))
    asyncio.run(reports.look(0.0, utc("2026-11-30 12:00")))
    assert reports._running is None


@pytest.mark.parametrize("formats", [[], ["html", "html"], ["word"]])
def test_formats_are_known_and_stand_there_once(formats: list[str]) -> None:
    with pytest.raises(pydantic.ValidationError):
        Settings.model_validate({"reports": {"daily": "07:00", "formats": formats}})
