"""The sample in another country: each number is read as it is dialled there."""

from pathlib import Path

import pytest

from ivr.compiler.compiling import compile_folder
from ivr.program import Program
from ivr.rehearsal.test_runner import run_folder

pytestmark = pytest.mark.tables

_ROOT = Path(__file__).parents[2]
_CASES = (Path(__file__).parent / "region_de.yaml").read_text(encoding="utf-8")
_PASS_ON = """\
flow: pass_on
start: go
go: {transfer: "tel:030 9876 54", then: {hangup: goodbye}}
"""


def sample(region: str) -> Program:
    """The sample, and a line that is passed on to a number of the same country."""
    paths = [*(_ROOT / "dialplans").rglob("*.yaml"), *(_ROOT / "prompts").glob("*.yaml")]
    files = {path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    files["dialplans/flows/pass_on.yaml"] = _PASS_ON
    files["dialplans/entry.yaml"] += '"030 123456": pass_on\n'
    done = compile_folder(files, region=region)
    assert done.program is not None, done.problems
    return done.program


def test_numbers_of_germany() -> None:
    results = run_folder(sample("DE"), {"dialplans/tests/region_de.yaml": _CASES})
    assert len(results) == _CASES.count("  script:")
    assert [str(result) for result in results if not result.ok] == []


def test_the_same_numbers_are_not_read_so_in_china() -> None:
    results = run_folder(sample("CN"), {"dialplans/tests/region_de.yaml": _CASES})
    assert not all(result.ok for result in results)


@pytest.mark.parametrize("dialled", ["030123456", "+4930123456", "004930123456", "(030) 123-456"])
def test_each_form_of_a_number_leads_to_its_flow(dialled: str) -> None:
    assert sample("DE").entry(dialled) == "pass_on"


def test_in_china_it_is_another_number() -> None:
    assert sample("CN").entry("+4930123456") == "main"
