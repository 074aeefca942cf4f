"""What hotline.yaml may say."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from hotline.cli.common import when
from hotline.site.settings import Settings
from hotline.site.site import Site

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("written", "region"), [("DE", "DE"), ("'NO'", "NO"), ("NO", "NO"), ("CN", "CN")])
def test_regions(tmp_path: Path, written: str, region: str) -> None:
    """YAML takes the code of Norway for a no."""
    (tmp_path / "hotline.yaml").write_text(f"region: {written}\n")
    assert Site.open(tmp_path).settings.region == region


@pytest.mark.parametrize("written", ["Norge", "yes", "86", "''", "null", "ZZ", "001"])
def test_what_is_no_region_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "hotline.yaml").write_text(f"region: {written}\n")
    with pytest.raises(BadInput, match="region"):
        Site.open(tmp_path)


def test_a_house_that_says_nothing_is_in_china() -> None:
    assert Settings().region == "CN"


HOURS = "service: {zone: Europe/Berlin, week: {mon-sun: 08:00-20:00}}\n"


@pytest.mark.parametrize(
    ("settings", "hours", "zone"),
    [
        ("", HOURS, "Europe/Berlin"),
        ("zone: Asia/Shanghai\n", HOURS, "Asia/Shanghai"),
        ("", "", "UTC"),
        ("", "service: {zone: Nowhere/Town}\nother: {zone: Asia/Tokyo}\n", "Asia/Tokyo"),
        ("", "service: [\n", "UTC"),
    ],
)
def test_the_houses_own_zone(tmp_path: Path, settings: str, hours: str, zone: str) -> None:
    (tmp_path / "hotline.yaml").write_text(settings)
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "dialplans/hours.yaml").write_text(hours)
    assert Site.open(tmp_path).zone.key == zone


@pytest.mark.parametrize("written", ["Asia/Shangai", "CET+1", "/etc/passwd", "''"])
def test_what_is_no_zone_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "hotline.yaml").write_text(f"zone: {written}\n")
    with pytest.raises(BadInput, match="zone") as told:
        Site.open(tmp_path)
    assert written != "Asia/Shangai" or "did you mean Asia/Shanghai?" in str(told.value)


def test_a_time_has_its_zone_beside_it(tmp_path: Path) -> None:
    assert when(1_795_993_800.0, ZoneInfo("Asia/Shanghai")) == "2026-11-30 07:10:00 +08:00"
    assert when(1_795_993_800.0, ZoneInfo("America/St_Johns")) == "2026-11-29 19:40:00 -03:30"
    assert when(None, ZoneInfo("UTC")) == ""


def test_the_house_has_a_name_of_its_own_that_stays(tmp_path: Path) -> None:
    site = Site.open(tmp_path)
    assert site.house == "", "before the first start there is none"
    site.prepare()
    name = site.house
    assert name.startswith("house-")
    Site.open(tmp_path).prepare()
    assert Site.open(tmp_path).house == name
    (tmp_path / "other").mkdir()
    other = Site.open(tmp_path / "other")
    other.prepare()
    assert other.house != name
    (tmp_path / "hotline.yaml").write_text("house: shanghai\n", encoding="utf-8")
    assert Site.open(tmp_path).house == "shanghai"
    (tmp_path / "hotline.yaml").write_text("house: 'Shanghai: 1'\n", encoding="utf-8")
    with pytest.raises(BadInput, match="house"):
        Site.open(tmp_path)
