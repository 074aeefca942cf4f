"""What hotline.yaml may say."""

from pathlib import Path

import pytest

from calls.errors import BadInput
from hotline.site.settings import Settings, Site

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
