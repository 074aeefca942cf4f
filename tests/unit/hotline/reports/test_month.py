"""A month that was counted by hand: every figure, from the store to the report."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from hotline.reports.making import make
from hotline.site.site import Site
from reporting.report import Report
from reporting.spans import span_of
from tests.unit.hotline.reports.month import MONTH, ZONE, at, site_of_the_month

pytestmark = pytest.mark.unit

SPAN = span_of("monthly", date(2026, 11, 15), ZONE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_the_month(tmp_path_factory.mktemp("month"))


@pytest.fixture(scope="module")
def report(site: Site) -> Report:
    return make(site, SPAN, at("12-10 00:00:00"))


def figure(report: Report, path: str) -> Any:
    value = msgspec.to_builtins(report)
    for word in path.split("."):
        value = value[int(word)] if isinstance(value, list) else value[word]
    return value


def test_each_figure_is_the_one_that_was_counted(report: Report) -> None:
    assert {path: figure(report, path) for path in MONTH["expected"]} == MONTH["expected"]


def test_what_is_not_known_yet_is_pending(site: Site) -> None:
    early = make(site, SPAN, at("12-01 12:00:00"))
    assert {path: figure(early, path) for path in MONTH["early"]} == MONTH["early"]


def test_fates_add_up_to_the_callers_offered(report: Report) -> None:
    for one in (report.house, *report.queues.values()):
        assert sum(one.waits.fates.values()) == one.waits.offered
    assert sum(one.waits.offered for one in report.queues.values()) == report.house.waits.offered
    assert sum(one.offered for one in report.hours) == report.house.waits.offered
    assert sum(one.offered for one in report.days.values()) == report.house.waits.offered


def test_days_and_weeks_add_up_to_the_month(site: Site, report: Report) -> None:
    days = [make(site, one, at("12-10 00:00:00")) for one in _days()]
    assert sum(day.house.waits.offered for day in days) == report.house.waits.offered
    assert sum(day.house.repeats.repeats for day in days if day.house.repeats) == 4
    assert sum(day.house.resolution.resolved for day in days if day.house.resolution) == 4
    decided = [day.cases.clocks_by_grade.get("level_1", {}).get("first") for day in days]
    assert sum(one.met + one.missed for one in decided if one) == 3


def _days() -> Iterator[Any]:
    for day in range(1, 31):
        yield span_of("daily", date(2026, 11, day), ZONE)


def test_rules_suggest_where_they_hold(report: Report) -> None:
    found = [(one.rule, one.of, one.name) for one in report.suggestions]
    assert found == [("slow", "queue", "care"), ("few", "queue", "care")]
    assert report.suggestions[0].text == {"zh-CN": "增加人手", "en": "Add people"}


def test_progress_tells_how_far_it_is(site: Site) -> None:
    told: list[tuple[int, int]] = []
    make(site, SPAN, at("12-10 00:00:00"), lambda done, of: told.append((done, of)))
    assert told[0] == (0, 23)
    assert told[-1] == (23, 23)
