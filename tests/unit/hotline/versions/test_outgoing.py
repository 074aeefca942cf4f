"""outgoing.yaml: what agents may call outside; what is wrong has its place and the nearest right word."""

import shutil
from pathlib import Path

import pytest

from control.rules.outgoing_rules import OutgoingRules
from dsl.tree import Problem
from hotline.site.site import Site
from hotline.versions.checking import Checked, check
from hotline.versions.directory import VersionedDirectory
from hotline.versions.store import Versions

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[4]
TRUNKS = "trunks:\n  carrier: {address: sip.carrier.example}\n"


def site_with(folder: Path, outgoing: str | None, trunks: str = TRUNKS, name: str = "outgoing.yaml") -> Checked:
    for part in ("dialplans", "prompts"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "dialplans/trunks.yaml").write_text(trunks)
    if outgoing is not None:
        (folder / "dialplans" / name).write_text(outgoing, encoding="utf-8")
    return check(Site.open(folder))


def told(checked: Checked) -> list[Problem]:
    return [problem for problem in checked.problems if problem.rule in ("outgoing", "stray-file")]


def test_the_rules_are_part_of_the_version(tmp_path: Path) -> None:
    text = "kinds: [mobile, fixed]\ncountries: [CN, HK]\ncaller_id: '4000395183'\nrecord: true\nring_s: 30\n"
    checked = site_with(tmp_path, text)
    assert told(checked) == []
    assert checked.routing is not None
    assert checked.routing.outgoing == OutgoingRules(("mobile", "fixed"), ("CN", "HK"), "4000395183", True, 30.0)


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n"])
def test_without_rules_nobody_outside_may_be_called(tmp_path: Path, text: str | None) -> None:
    checked = site_with(tmp_path, text)
    assert told(checked) == []
    assert checked.routing is not None
    assert checked.routing.outgoing.kinds == ()


def test_a_house_without_any_version_allows_nothing(tmp_path: Path) -> None:
    assert VersionedDirectory(Versions(tmp_path)).outgoing("") == OutgoingRules()


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("kinds: [mobile]\ncountrys: [CN]\n", 2, "did you mean countries?"),
        ("kinds: [mobil]\n", 1, "did you mean mobile?"),
        ("kinds: [mobile]\ncountries: [CN, HKG]\n", 2, "did you mean HK?"),
        ("kinds: [mobile]\ncountries: [CN, XX]\n", 2, "there is no country XX"),
        ("kinds: [mobile]\ncaller_id: reception\n", 2, "'reception' is no number"),
        ("kinds: [mobile]\nring_s: 500\n", 2, "120"),
        ("[mobile]\n", 1, ""),
    ],
)
def test_what_is_wrong_has_its_place_and_keeps_the_folder_from_being_published(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    checked = site_with(tmp_path, text)
    (problem,) = told(checked)
    assert (problem.mark.file, problem.mark.line) == ("dialplans/outgoing.yaml", line)
    assert said in problem.message
    assert not problem.warning
    assert checked.program is None


def test_rules_that_no_trunk_can_carry_are_a_warning(tmp_path: Path) -> None:
    checked = site_with(tmp_path, "kinds: [mobile]\n", trunks="")
    (problem,) = told(checked)
    assert problem.warning
    assert "no trunk" in problem.message


def test_a_misspelt_file_is_not_silently_unread(tmp_path: Path) -> None:
    (problem,) = told(site_with(tmp_path, "kinds: [mobile]\n", name="outgoings.yaml"))
    assert "outgoing.yaml" in problem.message
