"""Clocks of cases go with the site's versions: lint, publish, rollback."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from complaints.clocks.book import ClockBook
from dsl.hours import Hours
from dsl.tree import parse
from hotline.cli.main import app
from hotline.site.site import Site
from hotline.versions.clocks import read_folder_clocks
from hotline.versions.publishing import LintFound, rollback
from hotline.versions.store import Versions
from tests.unit.hotline.governing.gated_site import change, publish_again, published

pytestmark = pytest.mark.unit

CLOCKS = (
    "clocks:\n  first: {regime: internal, unit: business_minutes, calendar: outbound, start: [opened, reopened],\n"
    "    stop: first_feedback, pause: {waiting: {for: customer}}, target: 2 h, warn: 1 h}\n"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Published, with one clock."""
    site = published(tmp_path)
    (tmp_path / "dialplans/clocks.yaml").write_text(CLOCKS, encoding="utf-8")
    publish_again(site)
    return site


def test_a_version_keeps_its_clocks_with_their_calendars_and_a_rollback_brings_back_those_of_before(site: Site) -> None:
    versions = Versions(site.versions)
    first = versions.current() or ""
    change(site, "dialplans/clocks.yaml", "2 h", "3 h")
    publish_again(site)
    second = versions.current() or ""
    assert versions.clocks(second).clocks["first"].targets == {"else": 10_800.0}
    rollback(site)
    assert versions.current() == first
    assert versions.clocks(first).clocks["first"].targets == {"else": 7_200.0}
    assert versions.clocks(first).laid_out().working_time("outbound", 0.0).zone.key == "Asia/Shanghai"


def test_a_version_of_before_has_none(site: Site) -> None:
    versions = Versions(site.versions)
    current = versions.current() or ""
    (site.versions / current / "clocks.json").unlink()
    assert versions.clocks(current) == ClockBook()


def test_one_that_is_wrong_is_not_published(site: Site) -> None:
    change(site, "dialplans/clocks.yaml", "first_feedback", "first_feedbak")
    with pytest.raises(LintFound, match=r"dialplans/clocks.yaml:3:\d+: first: .*did you mean first_feedback"):
        publish_again(site)


def test_the_schema_is_printed() -> None:
    result = CliRunner().invoke(app, ["schema", "clocks"])
    assert result.exit_code == 0, result.output
    assert "business_minutes" in result.output


def test_a_clock_that_a_grade_names_has_a_target_for_it() -> None:
    roots = {
        "dialplans/clocks.yaml": parse(CLOCKS.replace("2 h", "{level_1: 2 h, levl_2: 3 h}"), "clocks.yaml"),
        "dialplans/grades.yaml": parse("grades: {level_1: {clocks: first}, level_2: {clocks: [first]}}", "grades.yaml"),
    }
    book, problems = read_folder_clocks(roots, {"outbound": Hours("UTC", (((540, 1080),),) * 7)})
    assert [str(problem) for problem in problems] == [
        "clocks.yaml:3:85: first: grades.yaml has no grade or category 'levl_2' (did you mean level_2?) [clock]"
    ]
    roots["dialplans/clocks.yaml"] = parse(CLOCKS.replace("2 h", "{level_1: 2 h}"), "clocks.yaml")
    book, problems = read_folder_clocks(roots, {"outbound": Hours("UTC", (((540, 1080),),) * 7)})
    assert list(book.clocks) == ["first"]
    assert [str(problem) for problem in problems] == [
        "grades.yaml:1:55: clock first has no target for level_2: clocks.yaml says for which grades it runs [clock]"
    ]
