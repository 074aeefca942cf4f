"""What is wrong with reports.yaml is told with its place, and the nearest right word."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from dsl.tree import parse
from reporting.reading import REPORTS, read_reports, reports_schema

pytestmark = pytest.mark.unit

SHIPPED = (Path(__file__).parents[3] / REPORTS).read_text(encoding="utf-8")
RULE = "suggestions:\n  - {name: slow, of: queue, when: %s, suggest: {en: Add people}}\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read_reports(parse(text, REPORTS))[1]]


def test_the_shipped_rules_are_right() -> None:
    rules, found = read_reports(parse(SHIPPED, REPORTS))
    assert found == []
    assert rules is not None
    assert len(rules.suggestions) >= 5
    assert all({"zh-CN", "en"} <= rule.suggest.keys() for rule in rules.suggestions)
    jsonschema.validate(yaml.safe_load(SHIPPED), reports_schema())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULE % "mean_wiat_s > 60.0", "mean_wiat_s is no figure of a queue (did you mean mean_wait_s?)"),
        (RULE % "met_rate > 60.0", "met_rate is no figure of a queue"),
        (RULE % "mean_wait_s >", ":2:"),
        (RULE % "mean_wait_s + 1.0", "not a condition"),
        (RULE % "lenght(mean_wait_s) > 1.0", "there is no function lenght"),
        (RULE.replace("queue", "queues") % "offered > 1.0", "did you mean queue?"),
        (RULE.replace("en: Add people", "") % "offered > 1.0", "suggest needs a text"),
        (RULE * 1 % "offered > 1.0" + "  - {name: slow, of: agent, when: talks > 1.0, suggest: {en: x}}\n", "already"),
        ("figure: {}\n", "did you mean figures?"),
        ("figures: {repeat_days: 0}\n", "a number above 0 is wanted"),
        ("figures: {satisfaction: {weights: [0, 50, 25, 75, 100]}}\n", "weights grow"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    (found,) = problems(text)
    assert told in found
    assert found.startswith(f"{REPORTS}:")


def test_every_figure_of_a_scope_is_there() -> None:
    from datetime import date
    from zoneinfo import ZoneInfo

    from reporting.counting import Figures
    from reporting.material import Material
    from reporting.rows import CallRow, CaseRow, ClockRow, TalkRow
    from reporting.settings import FigureSettings
    from reporting.spans import span_of
    from reporting.suggesting import FIGURES, parts

    span = span_of("daily", date(2026, 11, 30), ZoneInfo("UTC"))
    figures = Figures(span, FigureSettings(), 20.0, lambda at: ("2026-11-30", 0))
    talk = TalkRow("agent", "8001", "care", span.since, span.since + 60)
    figures.take(
        CallRow("c", "", "in", "care", span.since, span.since, span.since, span.since, "answered", talks=(talk,))
    )
    case, clock = (
        CaseRow("complaint", "x", "level_1", "office", "call", "", 1.0),
        ClockRow("first", "level_1", "office", True),
    )
    report = figures.report(span.until, Material(opened=[case], clocks=[clock], attempts={"loans": {"effective": 1}}))
    for scope, names in FIGURES.items():
        found = parts(report, scope)
        assert found, scope
        for _, values in found:
            assert set(values) == set(names), scope


def test_channels_are_the_telephone_and_questions_with_grades() -> None:
    text = "figures: {satisfaction: {over: {telephone: 60, visit.satisfied: 25, visit.satisfed: 15}}}\n"
    _, (found,) = read_reports(parse(text, REPORTS), {"visit.satisfied"})
    assert "visit.satisfed is no channel" in str(found)
    assert "did you mean visit.satisfied?" in str(found)
    assert read_reports(parse(text, REPORTS))[1] == []


def test_a_weight_is_more_than_nothing() -> None:
    (found,) = problems("figures: {satisfaction: {over: {telephone: 0}}}\n")
    assert "above 0" in found
