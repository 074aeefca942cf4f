"""The parts of `make test`: together they have each folder of tests, but for what has a target of its own."""

import re
from pathlib import Path

import pytest

from tests.categories import FOLDERS

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).parents[2]
_MAKEFILE = (_ROOT / "Makefile").read_text(encoding="utf-8")


def _words(variable: str) -> list[str]:
    found = re.search(rf"^{variable} := ([^#\n]*)", _MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1].split()


def test_live_tests_are_looked_for_in_each_folder_that_may_have_them() -> None:
    assert set(_words("live")) == {f"tests/{folder}" for folder, kinds in FOLDERS.items() if "live" in kinds}


def test_what_is_not_live_is_looked_for_in_each_folder_that_may_have_it() -> None:
    left_out = {word.removeprefix("--ignore=tests/") for word in _words("not_live") if word.startswith("--ignore=")}
    assert left_out == {folder for folder, kinds in FOLDERS.items() if kinds <= {"live", "browser", "voice"}}


def test_the_servers_part_is_what_the_other_one_leaves_out() -> None:
    server, other = re.findall(r"\$\(call part,(?:server|others),(.*)\)", _MAKEFILE)
    assert server == "$(not_live) $(of_the_server)"
    assert other == "$(not_live) $(of_the_server:%=--ignore=%) tests"
    assert all((_ROOT / folder).is_dir() for folder in _words("of_the_server"))
