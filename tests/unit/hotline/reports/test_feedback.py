"""Repeats and topics from a store, and tasks that are opened once."""

import json
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from typer.testing import CliRunner

from complaints.intake.contact import Contact
from hotline.cases import intake
from hotline.cases.work import Work
from hotline.cli.main import app
from hotline.reports import feedback
from hotline.site.site import Site
from hotline.store import statements
from hotline.versions.case_rules import rules_of
from hotline.versions.store import Versions
from reporting.spans import span_of
from tests.unit.hotline.reports.month import ZONE, at, site_of_the_month

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The month, where p2 came by the same step twice, and a week in which six say that they were cheated."""
    site = site_of_the_month(tmp_path_factory.mktemp("month"))
    with closing(sqlite3.connect(site.database)) as store, store:
        for call, step in (("c2", "fees"), ("c14", "fees"), ("c1", "other")):
            row = (call, 5, "main", step, "queue", 0.0, 0.0, "", "answered")
            store.execute(statements.STEP, row)
    told = [
        Contact("http", f"m{number}", at("11-24 10:00:00"), f"你们骗人{number}", product="loans") for number in range(6)
    ]
    intake.take_in(site.database, told, site.zone)
    versions = Versions(site.versions)
    Work(site.database).off(rules_of(versions, versions.current() or ""), at("11-24 10:00:01"))
    return site


def test_repeats_name_the_intent_and_the_step(site: Site) -> None:
    span = span_of("monthly", date(2026, 11, 1), ZONE)
    by_intent = {one.intent: one for one in feedback.repeats(site, span, 7.0)}
    fees = by_intent["main/fees"]
    assert (fees.calls, fees.repeats, fees.causes, fees.steps) == (2, 1, {"answered": 1}, {"main/fees": 1})
    assert by_intent["main/other"].repeats == 0


def test_topics_grow_and_tasks_are_opened_once(site: Site) -> None:
    def run(*words: str) -> dict[str, list[dict[str, object]]]:
        words = ("report", "topics", *words, "--date", "2026-11-24", "--json", "--site", str(site.folder))
        return json.loads(CliRunner().invoke(app, words).stdout)

    found = run()
    grown = {(one["kind"], one["topic"]): one["cases"] for one in found["topics"] if one["grows"]}
    assert grown[("product", "loans")] == 6
    assert grown[("signal", "harm")] == 6
    assert found["tasks"] == []
    first, again = run("--tasks")["tasks"], run("--tasks")["tasks"]
    assert [one["new"] for one in first] == [True] * len(grown)
    assert again == [{**one, "new": False} for one in first]
    with closing(sqlite3.connect(site.database)) as store:
        rows = store.execute("SELECT category, asked_by FROM cases WHERE category = 'improvement'").fetchall()
    assert rows == [("improvement", "house")] * len(grown)
    assert run()["topics"] == found["topics"], "tasks are no topics"


@pytest.mark.parametrize(
    ("words", "told"), [(("--period", "yearly"), "no period yearly"), (("--date", "soon"), "'soon' is no day")]
)
def test_what_cannot_be_is_told(site: Site, words: tuple[str, ...], told: str) -> None:
    result = CliRunner().invoke(app, ["report", "repeats", *words, "--site", str(site.folder)])
    assert result.exit_code == 2
    assert told in result.output
