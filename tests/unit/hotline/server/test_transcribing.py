"""Transcripts that are made at night: due once a night within its hours, in a process of its own."""

import sqlite3
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.server.transcribing import NightlyTranscripts
from hotline.site.site import Site
from hotline.store import opening

pytestmark = pytest.mark.unit

SETTINGS = "zone: Asia/Shanghai\ntranscripts: {at: 23:00, hours: 5}\n"


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "hotline.yaml").write_text(SETTINGS, encoding="utf-8")
    return Site.open(tmp_path)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-29 22:59", None),
        ("2026-11-29 23:00", (date(2026, 11, 29), 5 * 3600.0)),
        ("2026-11-30 03:00", (date(2026, 11, 29), 3600.0)),  # a server that comes back in the night
        ("2026-11-30 04:00", None),
        ("2026-11-30 23:30", (date(2026, 11, 30), 4.5 * 3600)),
    ],
)
def test_a_night_is_due_within_its_hours(site: Site, at: str, due: tuple[date, float] | None) -> None:
    assert NightlyTranscripts(site)._due(utc(at)) == due


async def test_without_a_time_none_is(tmp_path: Path) -> None:
    nights = NightlyTranscripts(Site.open(tmp_path))
    await nights.look(0.0, utc("2026-11-29 23:00"))
    assert nights._running is None


async def test_it_runs_once_a_night_in_a_process_of_its_own(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.database.parent.mkdir(parents=True, exist_ok=True)
    opening.migrate(site.database)
    nights = NightlyTranscripts(site)
    for at, clock in ((0.0, "23:00"), (100.0, "23:01"), (200.0, "23:02")):
        await nights.look(at, utc(f"2026-11-29 {clock}"))
        if nights._running is not None:
            await nights._running
    told = capsys.readouterr().out
    assert told.count("recordings transcribed") == 1
    assert '"left":0' in told.replace(" ", "").replace('\\"', '"')


async def test_what_cannot_be_heard_is_told(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.database.parent.mkdir(parents=True, exist_ok=True)
    opening.migrate(site.database)
    with closing(sqlite3.connect(site.database)) as connection, connection:
        connection.execute(
            "INSERT INTO calls (call, caller, called, version, language, arrived_at, ended_at, queue, outcome, cause)"
            " VALUES ('one', '', '', 'v', 'en', 1, 2, '', 'answered', 'normal')"
        )
        connection.execute(
            "INSERT INTO recordings (path, call, duration_s, kind, box, talk) VALUES ('/nowhere/one.wav', 'one', 1, "
            "'talk', '', 1)"
        )
    nights = NightlyTranscripts(site)
    await nights.look(0.0, utc("2026-11-29 23:00"))
    assert nights._running is not None
    await nights._running
    told = capsys.readouterr().out
    assert "recordings not transcribed" in told
    assert "hotline transcribe --new" in told
    await nights.close()
