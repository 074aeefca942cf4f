"""Categories of tests: which there are, and in which folder each is at home."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

CATEGORIES = ("unit", "tables", "properties", "wire", "sim", "live", "browser", "voice")

FOLDERS: dict[str, frozenset[str]] = {
    "browser": frozenset({"browser"}),
    "contract": frozenset({"unit", "wire", "live"}),  # one contract for all adapters: a rig each, a category each
    "live": frozenset({"live"}),
    "properties": frozenset({"properties"}),
    "repository": frozenset({"unit"}),
    "sim": frozenset({"sim"}),
    "tables": frozenset({"tables"}),
    "unit": frozenset({"unit"}),
    "voice": frozenset({"voice"}),
    "wire": frozenset({"wire", "live"}),  # live: the same scenes asked of the switch that they are recorded from
}
"""For each folder of tests/: the categories of the tests in it."""


def misplaced(folder: str, marks: Collection[str]) -> str:
    """What is wrong with a test of tests/`folder` that has these markers; empty when nothing is."""
    found = sorted(set(CATEGORIES) & set(marks))
    allowed = FOLDERS.get(folder)
    if allowed is None:
        return f"tests/{folder}/ has no category: give it one in tests/categories.py"
    if len(found) != 1:
        has = f"has {' and '.join(found)}" if found else "has none"
        return f"each test has one category, this one {has}: pytestmark = pytest.mark.{'|'.join(sorted(allowed))}"
    if found[0] not in allowed:
        return (
            f"a test of category {found[0]} is not for tests/{folder}/, where they are {' or '.join(sorted(allowed))}"
        )
    return ""


def problems(root: Path, collected: Collection[pytest.Item | pytest.Collector]) -> Iterator[str]:
    """A line for each thing that is wrong with these tests; `root` is the folder tests/."""
    told = set()
    for item in collected:
        if isinstance(item, pytest.Item):
            where = item.path.relative_to(root)
            wrong = misplaced(where.parts[0], {mark.name for mark in item.iter_markers()})
            if wrong and (where, wrong) not in told:
                told.add((where, wrong))
                yield f"tests/{where}, {item.name}: {wrong}"
