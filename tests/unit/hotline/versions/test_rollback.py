"""Back to an earlier version, by command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hotline.cli.main import app
from hotline.site.site import Site
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from tests.unit.control.harness import PROGRAM, configuration

pytestmark = pytest.mark.unit

VERSIONS = ("0001-00000001", "0002-00000002", "0003-00000003")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site with three versions, the newest of them current; no server."""
    (tmp_path / "hotline.yaml").write_text("web: {port: 1}\nlanguages: [en]\n")
    known = Versions(Site.open(tmp_path).versions)
    for version in VERSIONS:
        people = RoutingConfiguration(configuration(), {}, {})
        known.add(Manifest(version, 0.0, "", "test", 1, 0), PROGRAM.with_clips(version, {}), people, [])
        known.activate(version)
    return tmp_path


def rollback(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["rollback", *arguments, "--site", str(site)])


def test_each_time_the_version_before(site: Path) -> None:
    for version in reversed(VERSIONS[:-1]):
        assert version in rollback(site).stdout
        assert Versions(Site.open(site).versions).current() == version
    ran = rollback(site)
    assert ran.exit_code == 2
    assert "no version before" in ran.stderr


def test_the_one_that_is_named_and_for_machines(site: Path) -> None:
    ran = rollback(site, VERSIONS[0], "--json")
    assert json.loads(ran.stdout) == {"version": VERSIONS[0], "policy_waits": ""}
    assert Versions(Site.open(site).versions).current() == VERSIONS[0]


def test_one_that_is_not_there_changes_nothing(site: Path) -> None:
    ran = rollback(site, "0009-00000009")
    assert ran.exit_code == 2
    assert "0009-00000009" in ran.stderr
    assert Versions(Site.open(site).versions).current() == VERSIONS[-1]
