"""What docs/cases.md says of cases is true, word by word."""

import re
from pathlib import Path

import pytest
import yaml

from bench import grading
from complaints.audit import KINDS as ENTRY_KINDS
from complaints.dispatch.reading import read_dispatch
from complaints.dispatch.settings import Department, Row, Step
from complaints.grading.grading import FACTS, QUANTITIES
from complaints.grading.reading import read_grades
from complaints.grading.settings import ComplaintAlarm, Flow, Grades, OriginSettings, Rule
from complaints.stages.rules import FIELDS, KINDS
from complaints.stages.table import LINKS, STAGES
from dsl.tree import parse
from hotline.site.mailbox import MailboxSettings
from hotline.site.settings import Settings

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).resolve().parents[3] / "docs/cases.md").read_text(encoding="utf-8")
MAILBOXES, GRADES, DISPATCH, ORIGIN = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[:4]
_PROSE = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
WORDS = set(re.findall(r"[a-z_0-9]+", " ".join((*re.findall(r"`([^`\n]+)`", _PROSE), GRADES, DISPATCH, ORIGIN))))


def test_the_files_of_the_page_are_read_together() -> None:
    grades, problems = read_grades(parse(GRADES, "g"), ["complaint_office", "care"], ["decision"])
    assert grades is not None
    assert problems == []
    grades, problems = read_grades(
        parse(
            GRADES.replace("signals:\n", "signals:\n  unwanted_calls: [勿扰]\n  night_calls: [半夜]\n") + ORIGIN, "g"
        ),
        ["complaint_office", "care"],
        ["decision"],
    )
    assert grades is not None
    assert problems == []
    rules, problems = read_dispatch(parse(DISPATCH, "d"), ["service"], grades.grades)
    assert rules is not None
    assert problems == []


def test_the_mailboxes_of_the_page_are_settings() -> None:
    (box,) = Settings(**yaml.safe_load(MAILBOXES)).mailboxes
    assert set(yaml.safe_load(MAILBOXES)["mailboxes"][0]) | {"tls"} == set(MailboxSettings.model_fields)
    assert (box.name, box.every_s) == ("complaints", 30.0)


@pytest.mark.parametrize(
    "words",
    [
        (*FACTS, *QUANTITIES),
        *(
            kind.__struct_fields__
            for kind in (Flow, Rule, Grades, OriginSettings, ComplaintAlarm, Department, Row, Step)
        ),
    ],
)
def test_every_word_is_told(words: tuple[str, ...]) -> None:
    assert [word for word in words if word not in WORDS] == []


def test_every_act_is_in_the_table_with_what_it_needs() -> None:
    rows = {}
    for line in PAGE.partition("## Stages\n")[2].partition("\n## ")[0].splitlines():
        if line.startswith("| `"):
            acts, _, needs = (re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:4])
            rows |= {act: frozenset(needs) for act in acts}
    assert set(rows) == KINDS - {"opened"}
    for act, fields in FIELDS.items():
        if rows[act]:
            assert set(fields) & rows[act], act


def test_every_act_is_a_kind_of_entry() -> None:
    machines = {event for table in (STAGES, LINKS) for _, _, event in table.edges()}
    assert machines <= KINDS <= set(ENTRY_KINDS)


def test_the_figures_of_the_page_are_those_of_today() -> None:
    grades = grading.shipped()
    found = grading.outcomes(grading.read("complaints.yaml"), grades)
    held = [one for one in found if one.labelled.held]
    last = grading.outcomes(grading.read("unseen.yaml"), grades)
    assert f"all {sum(one.labelled.label == 'level_1' for one in found)} of level 1" in PAGE
    assert grading.recall(found) == 100
    assert f"{grading.agreement(found):g} % ({grading.agreement(held):g} % of the half" in PAGE
    assert f"raise {grading.raised(found):.0f} % of the others" in PAGE
    assert round(grading.recall(last) * 30 / 100) == 24
    assert round(grading.raised(last) * 10 / 100) == 4
