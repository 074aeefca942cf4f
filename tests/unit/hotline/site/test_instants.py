"""Instants and times as people write them: in the house's zone, a last day in it, and none that nobody meant."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from calls.errors import BadInput
from hotline.site.instants import between, instant

pytestmark = pytest.mark.unit

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    "text", ["0001-01-01", "1969-12-31", "3000-01-01", "9999-12-31T23:59", "soon", "2026-02-30", ""]
)
def test_a_time_that_nobody_meant_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is no time"):
        instant(text, ZONE)


def test_the_last_day_is_in_the_time() -> None:
    assert between("2026-11-01", "2026-11-01", ZONE) == (at("2026-11-01"), at("2026-11-02"))
    assert between(None, "2026-11-01 10:00", ZONE) == (None, at("2026-11-01 10:00"))
    assert between("2026-11-01", None, ZONE) == (at("2026-11-01"), None)


@pytest.mark.parametrize("until", ["2026-10-31", "2026-11-01 00:00"])
def test_a_time_that_ends_before_it_begins_is_refused(until: str) -> None:
    with pytest.raises(BadInput, match="nothing lies between them"):
        between("2026-11-01", until, ZONE)
