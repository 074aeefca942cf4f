"""What docs/followups.md says of follow-ups and questionnaires is true, word by word, and so is the sample."""

import re
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from complaints.clocks.calendars import Calendar, Version
from complaints.followups.reading import Around, CampaignNamed, read_follow_ups
from complaints.followups.settings import WrittenRule
from complaints.followups.table import FollowUpState
from complaints.schema import json_schema
from complaints.stages.told import TOLD, ToldState
from dsl.calendars import read_hours
from dsl.tree import parse
from hotline.cases import asking
from ivr.compiler.compiling import compile_folder
from ivr.compiler.questionnaires import questionnaires_schema
from ivr.questionnaires import walk

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[3]
PAGE = (_ROOT / "docs/followups.md").read_text(encoding="utf-8")
RULES, QUESTIONS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
SAMPLE = (_ROOT / "dialplans/followups.yaml").read_text(encoding="utf-8")
ASKED = (_ROOT / "dialplans/questionnaires.yaml").read_text(encoding="utf-8")
HOURS = read_hours(parse((_ROOT / "dialplans/hours.yaml").read_text(encoding="utf-8"), "hours.yaml"), None)[0]
AROUND = Around(
    {name: Calendar((Version(entry, name),)) for name, entry in HOURS.items()},
    ("level_1", "level_2"),
    ("level_1", "level_2"),
    {"after_complaint_calls": CampaignNamed(("complaints_closed",), "listed", "questionnaires/after_complaint")},
    (),
    ("after_complaint",),
)


@pytest.mark.parametrize("text", [RULES, SAMPLE])
def test_rules_are_read_and_fit_their_schema(text: str) -> None:
    book, problems = read_follow_ups(parse(text, "followups.yaml"), AROUND)
    assert problems == []
    assert set(book.rules) == {"after_complaint", "new_customers"}
    assert book.rules["after_complaint"].grades == ("level_1", "level_2")
    jsonschema.validate(parse(text, "f").plain(), json_schema("followups"))


@pytest.mark.parametrize("text", [QUESTIONS, ASKED])
def test_questionnaires_are_read_walked_and_fit_their_schema(text: str) -> None:
    said = ("no_input", "wrong_input", "survey_thanks", "followup_intro", "followup_solved", "followup_satisfied")
    texts = "".join(f"{key}: {key}\n" for key in (*said, "followup_why"))
    files = {"prompts/en.yaml": texts, "dialplans/questionnaires.yaml": text}
    done = compile_folder(files)
    assert [str(problem) for problem in done.errors] == []
    made = done.questionnaires["after_complaint"]
    assert walk(made, {"solved": "yes", "satisfied": "5"}).is_complete
    assert not walk(made, {"solved": "no"}).is_complete
    jsonschema.validate(parse(text, "q").plain(), questionnaires_schema())


def test_every_word_and_state_is_told() -> None:
    words = set(re.findall(r"[a-z_]+", " ".join((*re.findall(r"`([^`\n]+)`", PAGE), RULES, QUESTIONS))))
    assert sorted(set(WrittenRule.__struct_fields__) - words) == []
    states = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]+) \|", PAGE.partition("| state | |")[2], re.M)))
    assert states == list(get_args(FollowUpState))
    assert set(get_args(ToldState)) == set(TOLD.values()) <= words


def test_numbers_of_the_page_are_those_of_the_code() -> None:
    assert (asking.DIGITS, asking.MOST_OF_A_CASE, asking.MOST_OF_A_PERSON) == (4, 5, 10)
    for told in ("last four digits", "Five wrong tries of a case, or ten by one number"):
        assert told in PAGE
