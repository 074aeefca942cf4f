"""What docs/clocks.md says of clocks is true, word by word."""

import re
from pathlib import Path
from typing import get_args

import jsonschema
import pytest

from complaints.audit import KINDS
from complaints.clocks.clock import Regime, Unit
from complaints.clocks.reading import WORDS, read_clocks
from complaints.clocks.schema import clocks_schema
from complaints.clocks.working_time import DayEnd
from dsl.calendars import read_hours
from dsl.tree import Node, parse

pytestmark = pytest.mark.unit

_ROOT = Path(__file__).resolve().parents[3]
PAGE = (_ROOT / "docs/clocks.md").read_text(encoding="utf-8")
SAMPLE = parse((_ROOT / "dialplans/clocks.yaml").read_text(encoding="utf-8"), "clocks.yaml")
HOURS = read_hours(parse((_ROOT / "dialplans/hours.yaml").read_text(encoding="utf-8"), "hours.yaml"), None)[0]
_BLOCKS = [parse(text, "docs/clocks.md") for text in re.findall(r"^```yaml\n(c.*?)^```", PAGE, re.M | re.S)]


def _rows(part: str) -> list[str]:
    return re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in part.splitlines() if line.startswith("| `")))


@pytest.mark.parametrize("root", [*_BLOCKS, SAMPLE])
def test_the_examples_and_the_sample_are_read_and_fit_the_schema(root: Node) -> None:
    book, problems = read_clocks(root, HOURS)
    assert problems == []
    assert len(book.clocks) == len(root.items["clocks"].items if "clocks" in root.items else ())
    jsonschema.validate(root.plain(), clocks_schema())


def test_every_word_of_a_clock_and_every_kind_of_entry_is_in_its_table() -> None:
    words, kinds = PAGE.split("| kind of entry |")
    assert sorted(_rows(words)) == sorted(WORDS)
    assert _rows(kinds) == list(KINDS)


@pytest.mark.parametrize("words", [get_args(Unit), get_args(Regime), get_args(DayEnd)])
def test_every_choice_is_told(words: tuple[str, ...]) -> None:
    assert [word for word in words if f"`{word}`" not in PAGE] == []
