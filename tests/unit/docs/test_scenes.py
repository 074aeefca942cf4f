"""What docs/scenes.md says of scenes, test cases and approvals is true, word by word."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialer.scenes.approval import ApprovalRules, read_approvals
from dialer.scenes.cases import CASE_WORDS, read_cases
from dialer.scenes.reading import read_scenes
from dialer.scenes.settings import WORDS, Settings
from dialer.scenes.surroundings import Surroundings
from dsl.hours import Hours
from dsl.tree import Problem, parse

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).resolve().parents[3] / "docs/scenes.md").read_text(encoding="utf-8")
SCENES, CASES, APPROVALS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_scenes_of_the_page_are_read() -> None:
    around = Surroundings(
        phrases={"recording_notice": "x"},
        hours={"outbound": Hours("UTC", ((),) * 7)},
        pools={"main": {"95183": None}},  # type: ignore[dict-item]  # nobody asks what is behind the number
    )
    reading = read_scenes({"dialplans/scenes/a.yaml": parse(SCENES, "dialplans/scenes/a.yaml")}, around)
    assert reading.problems == []
    late = reading.scenes["remind_late"].settings
    assert (late.list, late.retry.tries, late.retry.by_result["busy"]) == ("overdue_late", 4, "30 min")


def test_the_case_of_the_page_is_read_and_every_word_of_cases_is_told() -> None:
    known = {
        "spring_offer": Settings(category="marketing", channel="human"),
        "instalment_due": Settings(category="service", channel="human"),
    }
    cases, problems = read_cases({"dialplans/scenes/tests/a.yaml": CASES}, known, "CN", ZoneInfo("Asia/Shanghai"))
    assert problems == []
    assert [(one.verdict, one.rule) for one in cases] == [("defer", "house.not_often")]
    assert [call.category for call in cases[0].history.calls] == ["service", "marketing"]
    section = PAGE.split("## Test cases")[1].split("## Approval")[0]
    assert [word for word in CASE_WORDS if not re.search(rf"\b{word}:|`{word}", section)] == []


def test_the_approvals_of_the_page_are_read() -> None:
    problems: list[Problem] = []
    rules = read_approvals(parse(APPROVALS, "dialplans/approvals.yaml"), problems)
    assert problems == []
    assert isinstance(rules, ApprovalRules)
    assert rules.needed("any", Settings(category="marketing", channel="human")) == 2


def test_every_word_of_a_scene_is_in_the_table() -> None:
    rows = [line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", "".join(rows))) == sorted(WORDS)
