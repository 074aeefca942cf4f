"""Campaigns go with the site's versions: lint, publish, rollback; and lists that nobody has imported are told."""

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dialer.campaigns.settings import NEVER
from hotline.cli.main import app
from hotline.contacts.importing import Wanted, import_list
from hotline.site.site import Site
from hotline.versions.publishing import LintFound, rollback
from hotline.versions.store import Versions
from tests.unit.hotline.governing.gated_site import change, publish_again, published

pytestmark = pytest.mark.unit

CAMPAIGN = (
    "campaigns:\n  calls: {scene: offer, mode: progressive, queue: care, lists: spring, safe_harbour: recorded,\n"
    "    skills: [], retry: {by_result: {busy: never}}, dispositions: {no_more: {meaning: refused}}}\n"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Published, with one campaign."""
    site = published(tmp_path)
    folder = tmp_path / "dialplans/campaigns"
    folder.mkdir()
    (folder / "all.yaml").write_text(CAMPAIGN, encoding="utf-8")
    publish_again(site)
    return site


def test_a_version_keeps_its_campaigns_and_a_rollback_brings_back_those_of_before(site: Site) -> None:
    first = Versions(site.versions).current()
    change(site, "dialplans/campaigns/all.yaml", "progressive", "preview")
    publish_again(site)
    versions = Versions(site.versions)
    second = versions.current()
    assert first is not None
    assert second is not None
    assert versions.campaigns(second)["calls"].mode == "preview"
    rollback(site)
    current = Versions(site.versions).current()
    assert current == first
    assert versions.campaigns(first)["calls"].mode == "progressive"
    assert versions.campaigns(first)["calls"].retry.by_result == {"busy": NEVER}
    published_at = versions.manifest(second).published_at
    held = [versions.at(at) for at in (0.0, published_at - 1e-3, time.time())]
    assert held == [None, first, first], "the first until the second, and again since the rollback"


def test_a_version_of_before_has_none(site: Site) -> None:
    versions = Versions(site.versions)
    current = versions.current() or ""
    (site.versions / current / "campaigns.msgpack").unlink()
    assert versions.campaigns(current) == {}


def test_one_that_is_wrong_is_not_published(site: Site) -> None:
    change(site, "dialplans/campaigns/all.yaml", "skills: []", "skills: [lons>=2]")
    with pytest.raises(LintFound, match=r"dialplans/campaigns/all.yaml:3:\d+: .*lons"):
        publish_again(site)


def test_switches_that_hear_nobody_are_told_of_campaigns_that_want_to_know(site: Site) -> None:
    change(site, "dialplans/campaigns/all.yaml", "skills: []", "answering_machine: {}")

    def warned() -> list[str]:
        result = CliRunner().invoke(app, ["lint", "--site", str(site.folder), "--json"])
        assert result.exit_code == 0, result.output
        problems = json.loads(result.stdout)["problems"]
        return [one["message"] for one in problems if one["rule"] == "answering-machine"]

    assert warned() == []
    settings = site.folder / "hotline.yaml"
    settings.write_text(settings.read_text() + "\nswitch: {kind: freeswitch, name: old}\n")
    (message,) = warned()
    assert "whoever answers on old counts as a person" in message


def test_a_scene_that_is_wrong_is_told_once(site: Site) -> None:
    change(site, "dialplans/scenes/all.yaml", "script: sales_script", "script: sales_scrip")
    with pytest.raises(LintFound) as told:
        publish_again(site)
    assert [problem.mark.file for problem in told.value.problems] == ["dialplans/scenes/all.yaml"]


def test_a_list_that_nobody_has_imported_is_a_warning(site: Site) -> None:
    def lint() -> list[str]:
        result = CliRunner().invoke(app, ["lint", "--site", str(site.folder), "--json"])
        assert result.exit_code == 0, result.output
        problems = json.loads(result.stdout)["problems"]
        return [one["message"] for one in problems if one["rule"] == "unknown-list"]

    assert lint() == ["no list spring was imported"]
    file = site.folder / "people.csv"
    file.write_text("13800138000\n")
    import_list(site.database, file, Wanted("sprin", "CN", "test"))
    assert lint() == ["no list spring was imported (did you mean sprin?)"]
    import_list(site.database, file, Wanted("spring", "CN", "test"))
    assert lint() == []
