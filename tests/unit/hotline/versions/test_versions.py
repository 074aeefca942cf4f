"""The folder of versions: what several processes do in it at the same time, and how its ids count."""

from pathlib import Path

import pytest

from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from tests.unit.control.harness import PROGRAM, configuration

pytestmark = pytest.mark.unit


def _add(versions: Versions, version: str) -> None:
    versions.add(Manifest(version, 0.0, "", "test", 1, 0), PROGRAM, RoutingConfiguration(configuration(), {}, {}), [])


def _ids(versions: Versions) -> list[str]:
    return [manifest.version for manifest in versions.all()]


def test_one_that_goes_while_they_are_listed_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = Versions(tmp_path)
    for number in range(1, 41):
        _add(versions, f"{number:04d}-aaaaaaaa")
    read = versions.manifest

    def prune_and_read(version: str) -> Manifest:
        if version == "0001-aaaaaaaa":
            Versions(tmp_path).prune(frozenset())
        return read(version)

    monkeypatch.setattr(versions, "manifest", prune_and_read)
    assert "0001-aaaaaaaa" not in _ids(versions)
    assert _ids(versions) == [f"{number:04d}-aaaaaaaa" for number in range(11, 41)]


def test_two_prune_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions, other = Versions(tmp_path), Versions(tmp_path)
    for number in range(1, 41):
        _add(versions, f"{number:04d}-aaaaaaaa")
    current = versions.current

    def prune_and_ask() -> str | None:
        other.prune(frozenset())
        return current()

    monkeypatch.setattr(versions, "current", prune_and_ask)
    versions.prune(frozenset())
    assert len(_ids(versions)) == 30
    assert not list(tmp_path.glob(".*")), "what was on its way out is gone"


def test_what_is_not_whole_is_no_version(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    _add(versions, "0001-aaaaaaaa")
    for unfinished in (".0002-bbbbbbbb.new", ".0000-cccccccc.gone"):
        (tmp_path / unfinished).mkdir()
        (tmp_path / unfinished / "manifest.json").write_bytes(
            (tmp_path / "0001-aaaaaaaa" / "manifest.json").read_bytes()
        )
    assert _ids(versions) == ["0001-aaaaaaaa"]


def test_the_ten_thousandth_follows_the_one_before(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    for version in ("9999-aaaaaaaa", "10000-bbbbbbbb"):
        _add(versions, version)
        versions.activate(version)
    assert _ids(versions) == ["9999-aaaaaaaa", "10000-bbbbbbbb"]
    assert versions.before() == "9999-aaaaaaaa"
    assert versions.next_id("c" * 40) == "10001-cccccccc"
