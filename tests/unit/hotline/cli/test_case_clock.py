"""`hotline case clock` explains each deadline of a case, now and as of any instant."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from complaints.audit import Entry
from hotline.cli.main import app
from hotline.site.site import Site
from hotline.store import case_log, opening
from hotline.store.transactions import writing
from tests.unit.hotline.governing.gated_site import publish_again, published

pytestmark = pytest.mark.unit

CLOCKS = (
    "clocks:\n  first: {regime: internal, unit: business_minutes, calendar: outbound, start: [opened, reopened],\n"
    "    stop: first_feedback, pause: {waiting: {for: customer}}, target: 8 h, warn: 1 h}\n"
    "  other: {regime: internal, unit: natural_minutes, calendar: outbound, start: closed, stop: followed_up,\n"
    "    target: 8 h}\n"
)
OPENED = 1_795_399_200.0  # Monday 2026-11-23 10:00 in Shanghai; the office opens at nine


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Published, with a case that waited for its customer, which was written an hour late."""
    site = published(tmp_path)
    (tmp_path / "dialplans/clocks.yaml").write_text(CLOCKS, encoding="utf-8")
    publish_again(site)
    opening.migrate(site.database)
    log = [
        Entry(1, OPENED, "house", "opened", {"channel": "call"}, OPENED),
        Entry(2, OPENED + 3600, "li", "waiting", {"for": "customer"}, OPENED + 7200),
        Entry(3, OPENED + 10_800, "house", "contact", {"channel": "mail"}, OPENED + 10_800),
    ]
    with writing(site.database) as connection:
        case_log.append(connection, "26112300018", log)
    return site


def run(site: Site, *words: str) -> str:
    result = CliRunner().invoke(app, ["case", "clock", *words, "--site", str(site.folder)])
    assert result.exit_code == 0, result.output
    return result.output


def test_each_step_is_told(site: Site) -> None:
    told = run(site, "26112300018", "--at", "2026-11-23 14:00")
    assert "first: running" in told
    assert "starts: entry 1, opened by house, 8 h" in told
    assert "pauses, for the customer: entry 2, waiting by li [written Mon 2026-11-23 12:00]" in told
    assert "goes on: entry 3, contact by house (mail)" in told
    assert "Mon 11-23: 10:00–11:00 = 1 h" in told
    assert "2 h of 8 h used, 6 h left: due" in told
    assert "other" not in told


def test_what_was_known_then_is_told_again(site: Site) -> None:
    def used(*words: str) -> float:
        (first,) = json.loads(run(site, "26112300018", "--json", *words))
        return float(first["used"])

    assert used("--at", "2026-11-23 11:30") == 3600.0
    assert used("--at", "2026-11-23 11:30", "--known", "2026-11-23 11:30") == 5400.0


def test_alarms_are_told(site: Site) -> None:
    (first,) = json.loads(run(site, "26112300018", "--json", "--at", "2026-11-23 14:00"))
    assert [alarm["kind"] for alarm in first["alarms"]] == ["warning", "breach"]
    assert first["alarms"][1]["at"] == first["due_at"]


def test_a_case_that_is_not_there(site: Site) -> None:
    result = CliRunner().invoke(app, ["case", "clock", "1", "--site", str(site.folder)])
    assert result.exit_code == 2
    assert "case 1 has no log" in result.output
