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


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ("pytestmark = pytest.mark.unit", "1 test collected"),
        ("", "tests/unit/test_new.py, test_it: each test has one category, this one has none"),
        ("pytestmark = [pytest.mark.unit, pytest.mark.sim]", "this one has sim and unit"),
    ],
)
def test_a_module_without_one_category_is_not_collected(tmp_path: Path, mark: str, said: str) -> None:
    (tmp_path / "tests/unit").mkdir(parents=True)
    for name in ("conftest.py", "categories.py", "scheduling.py", "stores.py"):
        shutil.copy(_TESTS / name, tmp_path / "tests" / name)
    shutil.copy(_TESTS.parent / "pyproject.toml", tmp_path)
    (tmp_path / "tests/unit/test_new.py").write_text(f"import pytest\n{mark}\ndef test_it() -> None: ...\n")
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said in done.stdout, done.stdout + done.stderr
    assert (done.returncode == 0) == (said == "1 test collected")
