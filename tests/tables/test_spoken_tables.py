"""The hard cases of spoken values, in both languages, and what is refused with which reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from ivr.spoken import KINDS, OF_HOURS, SpokenError, speaks, spell

pytestmark = pytest.mark.tables

HERE = Path(__file__).parent
VALUES: list[dict[str, Any]] = yaml.safe_load((HERE / "spoken_values.yaml").read_text("utf-8"))
REFUSED: list[dict[str, Any]] = yaml.safe_load((HERE / "spoken_refused.yaml").read_text("utf-8"))


@pytest.mark.parametrize("row", VALUES, ids=lambda row: f"{row['kind']}: {row['why']}")
def test_words_of_a_value(row: dict[str, Any]) -> None:
    assert spell(row["kind"], row["value"], "zh-CN") == row["zh"]
    assert spell(row["kind"], row["value"], "en") == row["en"]


def test_every_kind_has_a_row() -> None:
    assert {row["kind"] for row in VALUES} == set(KINDS) - set(OF_HOURS), (
        "those have tests/unit/ivr/test_spoken_hours.py"
    )


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: f"{row['kind']}: {row['value']!r}")
def test_reason_of_a_refusal(row: dict[str, Any]) -> None:
    with pytest.raises(SpokenError) as caught:
        spell(row["kind"], row["value"], "zh-CN")
    assert (caught.value.kind, caught.value.reason) == (row["kind"], row["reason"])
    if isinstance(row["value"], str) and row["value"] != "":
        assert row["value"] not in str(caught.value)


def test_dates_and_times_of_python_are_taken() -> None:
    assert spell("day", date(2026, 10, 1), "zh") == "十月一日"
    assert spell("time", time(9, 5), "zh") == "上午九点零五分"


@pytest.mark.parametrize(
    "instant",
    [
        "2026-12-04T16:00:00Z",
        "2026-12-05T00:00:00+08:00",
        "2026-12-04T17:00+01:00",
        datetime(2026, 12, 4, 16, tzinfo=UTC),
    ],
)
def test_an_instant_has_the_day_and_time_of_the_house(instant: object) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert spell("day", instant, "zh", zone=shanghai) == "十二月五日"
    assert spell("time", instant, "zh", zone=shanghai) == "凌晨零点"


def test_long_words_are_cut() -> None:
    assert len(spell("text", "很" * 2000, "zh")) == 500


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_floats_that_cannot_be_said(value: float) -> None:
    with pytest.raises(SpokenError):
        spell("number", value, "en")


def test_languages() -> None:
    assert speaks("zh-CN")
    assert speaks("en-GB")
    assert not speaks("fr")
    with pytest.raises(SpokenError, match="language 'fr' is not spoken; there are zh, en"):
        spell("number", 1, "fr")
