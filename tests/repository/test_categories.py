"""Each test has the one category of its folder, and a module without it is not collected."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.categories import CATEGORIES, FOLDERS, misplaced

pytestmark = pytest.mark.unit

_TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("folder", "marks", "said"),
    [
        ("unit", {"unit", "asyncio", "parametrize"}, ""),
        ("contract", {"wire"}, ""),
        ("unit", {"asyncio"}, "this one has none: pytestmark = pytest.mark.unit"),
        ("unit", {"unit", "live"}, "this one has live and unit"),
        ("unit", {"tables"}, "a test of category tables is not for tests/unit/, where they are unit"),
        ("elsewhere", {"unit"}, "tests/elsewhere/ has no category"),
    ],
)
def test_what_is_said_of_a_test(folder: str, marks: set[str], said: str) -> None:
    wrong = misplaced(folder, marks)
    assert said in wrong
    assert bool(wrong) == bool(said)


def test_each_folder_of_tests_has_its_categories_and_each_category_a_folder() -> None:
    assert {path.parent.relative_to(_TESTS).parts[0] for path in _TESTS.rglob("test_*.py")} == set(FOLDERS)
    assert frozenset().union(*FOLDERS.values()) == set(CATEGORIES)


_MODULES = {
    "test_right.py": ("pytestmark = pytest.mark.unit", ""),
    "test_none.py": ("", "tests/unit/test_none.py, test_it: each test has one category, this one has none"),
    "test_two.py": (
        "pytestmark = [pytest.mark.unit, pytest.mark.sim]",
        "test_it: each test has one category, this one has",
    ),
}
"""Marks of a module, and what is said of it: nothing of one that is collected."""


def test_a_module_without_one_category_is_not_collected(tmp_path: Path) -> None:
    (tmp_path / "tests/unit").mkdir(parents=True)
    for name in ("conftest.py", "categories.py", "scheduling.py", "stores.py"):
        shutil.copy(_TESTS / name, tmp_path / "tests" / name)
    shutil.copy(_TESTS.parent / "pyproject.toml", tmp_path)
    for name, (mark, _) in _MODULES.items():
        (tmp_path / "tests/unit" / name).write_text(f"import pytest\n{mark}\ndef test_it() -> None: ...\n")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    collected = [line for line in done.stdout.splitlines() if line.endswith("::test_it")]
    assert collected == ["tests/unit/test_right.py::test_it"], told
    for name, (_, said) in _MODULES.items():
        assert (f"ERROR tests/unit/{name}" in done.stdout) == bool(said), told
        assert said in done.stdout, told
    assert "this one has sim and unit" in done.stdout, told
    assert done.returncode != 0
