"""transfers.yaml: what is wrong has its place and the nearest right word; without the file the defaults hold."""

import shutil
from pathlib import Path

import pytest

from control.rules.transfer_rules import Code, TransferRules
from hotline.site.site import Site
from hotline.versions.checking import Checked, check

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
GOOD = """\
about: for people
reach_s: 15
record: true
codes:
  81: {queue: loans, skills: [loans>=3]}
  82: {flow: main}
  83: {number: "+861069445566"}
kinds: [mobile, fixed]
countries: [CN, DE]
"""


def site_with(folder: Path, text: str | None) -> Checked:
    for name in ("dialplans", "prompts"):
        shutil.copytree(ROOT / name, folder / name)
    path = folder / "dialplans/transfers.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text)
    return check(Site.open(folder))


def told(checked: Checked) -> list[str]:
    return [str(problem) for problem in checked.problems if problem.rule == "transfer"]


def test_a_skill_that_nobody_has_is_told(tmp_path: Path) -> None:
    checked = site_with(tmp_path, "codes:\n  81: {queue: loans, skills: [loan>=3]}\n")
    (problem,) = [str(problem) for problem in checked.problems if "transfers.yaml" in problem.mark.file]
    assert problem.startswith("dialplans/transfers.yaml:2:3:")
    assert "loans" in problem


def test_the_rules_are_part_of_the_version(tmp_path: Path) -> None:
    checked = site_with(tmp_path, GOOD)
    assert told(checked) == []
    assert checked.routing is not None
    assert checked.routing.transfers == TransferRules(
        reach_s=15.0,
        record=True,
        codes={
            "81": Code(queue="loans", skills=("loans>=3",)),
            "82": Code(flow="main"),
            "83": Code(number="+861069445566"),
        },
        kinds=("mobile", "fixed"),
        countries=("CN", "DE"),
    )


@pytest.mark.parametrize("text", [None, "", "about: nothing yet\n"])
def test_without_the_file_nobody_outside_is_a_target(tmp_path: Path, text: str | None) -> None:
    checked = site_with(tmp_path, text)
    assert told(checked) == []
    assert checked.routing is not None
    assert checked.routing.transfers == TransferRules()
    assert checked.routing.transfers.kinds == ()


@pytest.mark.parametrize(
    ("line", "at", "says"),
    [
        ("reach: 15", 1, "did you mean reach_s"),
        ("reach_s: 1", 1, "a number of at least 5"),
        ("kinds: [mobil]", 1, "mobil"),
        ("countries: [China]", 1, "'China' is no country"),
        ("codes:\n  81: {queue: loan}", 2, "no queue loan (did you mean loans?)"),
        ("codes:\n  81: {flow: mian}", 2, "no flow mian (did you mean main?)"),
        ("codes:\n  81: {}", 2, "one of `queue`, `flow`, `number`"),
        ("codes:\n  81: {queue: loans, flow: main}", 2, "one of `queue`, `flow`, `number`"),
        ("codes:\n  81: {flow: main, skills: [loans]}", 2, "skills are asked of a queue"),
        ("codes:\n  81: {number: nobody}", 2, "'nobody' is no number"),
        ("codes:\n  8001: {queue: loans}", 2, "the account of an agent's phone"),
        ("codes:\n  abc: {queue: loans}", 2, "'abc' is no code"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, line: str, at: int, says: str) -> None:
    checked = site_with(tmp_path, line + "\n")
    (problem,) = told(checked)
    assert problem.startswith(f"dialplans/transfers.yaml:{at}:"), problem
    assert says in problem
    assert checked.routing is None
