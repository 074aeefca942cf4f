"""overrides.yaml: what is wrong has its place and the nearest right word; the menu's phrases are there where it is."""

import shutil
from pathlib import Path

import pytest

from control.agents.star_codes import CODES, PAUSE
from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from ivr.compiler.overrides import _AGENTS_CODES
from ivr.override_rules import OverrideRules

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]


def with_file(folder: Path, text: str | None) -> Checked:
    """The sample with this overrides.yaml, or without one."""
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, folder / name)
    path = folder / "dialplans/overrides.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    return check(Site.open(folder))


def test_what_it_says_is_in_the_program(tmp_path: Path) -> None:
    text = 'closed: closed_line\nlines: {"4000395183": leave_message}\ncode: "*66"\nnumber: "4000695183"\n'
    program = with_file(tmp_path, text).program
    assert program is not None
    assert program.overrides == OverrideRules("closed_line", {"+864000395183": "leave_message"}, "*66", "+864000695183")


@pytest.mark.parametrize("text", [None, "", "# nothing\n"])
def test_it_may_be_empty_or_missing(tmp_path: Path, text: str | None) -> None:
    program = with_file(tmp_path, text).program
    assert program is not None
    assert program.overrides == OverrideRules()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("closd: closed_line\n", "did you mean closed?"),
        ("closed: closd_line\n", "did you mean closed_line?"),
        ('lines: {"4000395184": leave_message}\n', "entry.yaml has no 4000395184"),
        ('lines: {"4000395183": leave_mesage}\n', "did you mean leave_message?"),
        ("lines: [a]\n", "a mapping of numbers to flows is wanted"),
        ('code: "66"\n', "a star and two digits"),
        ('code: "*61"\n', "*61 is a star code of agents already"),
        ("number: many\n", "digits: the number as dialled"),
        ('number: "4000395183"\n', "is a line of entry.yaml already"),
        ("- closed\n", "a mapping is wanted"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    problems = with_file(tmp_path, text).errors
    assert [said in problem.message for problem in problems] == [True], problems
    assert problems[0].mark.file == "dialplans/overrides.yaml"


def test_the_star_codes_of_agents_are_all_taken() -> None:
    assert {*CODES, PAUSE} == _AGENTS_CODES


def test_with_a_code_the_phrases_of_the_menu_are_needed(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for language in ("en", "zh-CN"):
        path = tmp_path / f"prompts/{language}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("override_until:", "overide_until:"), encoding="utf-8")
    told = [problem.message for problem in check(Site.open(tmp_path)).errors]
    assert told == ["there is no phrase override_until (did you mean overide_until?)"]
    (tmp_path / "dialplans/overrides.yaml").unlink()
    assert check(Site.open(tmp_path)).errors == []


def test_a_queue_whose_callers_are_told_needs_the_words(tmp_path: Path) -> None:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for language in ("en", "zh-CN"):
        path = tmp_path / f"prompts/{language}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("queue_closed:", "queue_shut:"), encoding="utf-8")
    (problem,) = check(Site.open(tmp_path)).errors
    assert (problem.mark.file, "queue_closed" in problem.message) == ("dialplans/queues.yaml", True)
