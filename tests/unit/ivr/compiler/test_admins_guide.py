"""The guide for admins: every example in it is linted, fits the schema, and its test case comes true."""

import re
from pathlib import Path

import jsonschema
import pytest

from dsl.calendars import read_hours
from dsl.tree import parse
from ivr.compiler.compiling import Compilation, compile_folder
from ivr.compiler.schema import json_schema
from ivr.compiler.vocabulary import KINDS
from ivr.rehearsal.test_runner import run_folder

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[4]
_GUIDE = (_ROOT / "docs" / "admins.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"```yaml\n(.*?)```", _GUIDE, re.DOTALL)
_FLOWS = [block for block in _BLOCKS if block.startswith("flow: ")]
_HOURS = [block for block in _BLOCKS if block.startswith("service:")]
_OVERRIDES = [block for block in _BLOCKS if block.startswith("# dialplans/overrides.yaml")]
_CASES = [block for block in _BLOCKS if "script:" in block]


def _site() -> dict[str, str]:
    folders = (_ROOT / "dialplans", _ROOT / "prompts")
    paths = [path for folder in folders for path in folder.rglob("*.yaml") if path.parent.name != "tests"]
    return {path.relative_to(_ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _compiled(block: str) -> Compilation:
    name = block.split()[1]
    return compile_folder({**_site(), f"dialplans/flows/{name}.yaml": block})


def test_every_example_is_of_a_known_kind() -> None:
    assert len(_FLOWS) + len(_HOURS) + len(_OVERRIDES) + len(_CASES) == len(_BLOCKS)
    assert len(_FLOWS) >= 8


@pytest.mark.parametrize("block", _FLOWS)
def test_flows_are_clean(block: str) -> None:
    assert [str(problem) for problem in _compiled(block).problems] == []


@pytest.mark.parametrize("block", _FLOWS)
def test_flows_fit_the_schema(block: str) -> None:
    jsonschema.Draft202012Validator(json_schema("flow")).validate(parse(block, "guide").plain())


@pytest.mark.parametrize("block", _HOURS)
def test_hours_are_clean(block: str) -> None:
    hours, problems = read_hours(parse(block, "guide"), None)
    assert problems == []
    assert list(hours) == ["service"]


@pytest.mark.parametrize("block", _OVERRIDES)
def test_overrides_are_clean_and_fit_the_schema(block: str) -> None:
    compiled = compile_folder({**_site(), "dialplans/overrides.yaml": block})
    assert [str(problem) for problem in compiled.problems] == []
    assert compiled.program is not None
    assert compiled.program.overrides.code == "*66"
    jsonschema.Draft202012Validator(json_schema("overrides")).validate(parse(block, "guide").plain())


@pytest.mark.parametrize("block", _CASES)
def test_the_test_case_comes_true(block: str) -> None:
    program = _compiled(_FLOWS[0]).program
    assert program is not None
    (result,) = run_folder(program, {"dialplans/tests/main.yaml": block})
    assert result.ok, str(result)


def test_the_table_of_words_is_the_vocabulary() -> None:
    for kind in KINDS.values():
        words = ", ".join(f"`{option.name}`" + ("*" if option.required else "") for option in kind.options)
        assert f"| `{kind.word}` | {kind.doc} | {words} |" in _GUIDE


def test_the_sample_is_clean_and_its_calls_go_as_expected() -> None:
    files = {**_site()}
    for path in (_ROOT / "dialplans" / "tests").glob("*.yaml"):
        files[path.relative_to(_ROOT).as_posix()] = path.read_text(encoding="utf-8")
    done = compile_folder(files)
    assert [str(problem) for problem in done.problems] == []
    assert done.program is not None
    results = run_folder(done.program, files)
    assert len(results) >= 15
    assert [str(result) for result in results if not result.ok] == []
