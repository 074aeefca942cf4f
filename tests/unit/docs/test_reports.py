"""What docs/reports.md says of reports is true, word by word."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from dsl.tree import parse
from hotline.reports.samples import ANSWERS, RECORDINGS
from hotline.reports.writing import FORMATS
from hotline.site.settings import Settings
from reporting.cases import ClosureFigures, HandOverFigures
from reporting.contacts import RepeatFigures, ResolutionFigures
from reporting.fates import FATES
from reporting.followups import FollowUpFigures, QuestionFigures
from reporting.reading import read_reports
from reporting.report import QueueFigures, SceneFigures
from reporting.satisfaction import LEAST_IN_CLASS, WAIT_BANDS_S, SatisfactionFigures, SatisfactionSettings
from reporting.settings import FigureSettings, Rule
from reporting.suggesting import FIGURES
from reporting.talks import TalkFigures
from reporting.waits import EDGES_S, WaitFigures

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).resolve().parents[3] / "docs/reports.md").read_text(encoding="utf-8")
RULES, SCHEDULE = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
_PROSE = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
WORDS = set(re.findall(r"[a-z_0-9]+", " ".join((*re.findall(r"`([^`\n]+)`", _PROSE), RULES))))


def test_the_rules_of_the_page_are_right() -> None:
    rules, problems = read_reports(parse(RULES, "dialplans/reports.yaml"))
    assert problems == []
    assert rules is not None
    assert rules.figures.satisfaction == SatisfactionSettings(), "the page shows what holds unless it is said otherwise"


def test_the_schedule_of_the_page_is_a_setting() -> None:
    assert Settings.model_validate(yaml.safe_load(SCHEDULE)).reports is not None


@pytest.mark.parametrize(
    "kind",
    [WaitFigures, TalkFigures, RepeatFigures, ResolutionFigures, SatisfactionFigures, SceneFigures, ClosureFigures,
     HandOverFigures, FollowUpFigures, QuestionFigures, QueueFigures, FigureSettings, SatisfactionSettings, Rule],
)  # fmt: skip
def test_every_figure_and_setting_is_told(kind: type[msgspec.Struct]) -> None:
    told_otherwise = {"answered_in_time", "abandoned_early", "longest_wait_s", "satisfied_interval", "grades", "name",
                      "contacts", "repeats", "cases", "waits"}  # fmt: skip
    assert sorted(set(kind.__struct_fields__) - WORDS - told_otherwise) == []


def test_every_figure_of_a_rule_fate_and_format_is_told() -> None:
    assert sorted({name for names in FIGURES.values() for name in names} - WORDS) == []
    assert sorted({*FATES, *FORMATS} - WORDS) == []


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert f"`sample` draws {ANSWERS} answers that count, and {RECORDINGS} recorded talks" in PAGE
    assert ", ".join(map(str, EDGES_S)) in PAGE
    assert "up to {} s, {} s, {} s, longer".format(*WAIT_BANDS_S) in PAGE
    assert LEAST_IN_CLASS == 5
