"""Greetings: person, machine, silence or unsure, and when, by what is heard and the settings."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from dialer.answering_machines.settings import Detection
from sim.answering_machines.greetings import Answer
from sim.answering_machines.judging import judged

pytestmark = pytest.mark.tables

_ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "greetings.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", _ROWS, ids=[row["name"] for row in _ROWS])
def test_greeting(row: dict[str, Any]) -> None:
    words = tuple((float(begun), float(ended)) for begun, ended in row["words"])
    found = judged(Answer(row["name"], "person", words), Detection(on=True, **row.get("with", {})))
    assert (found.found, found.at_s) == (row["is"], pytest.approx(row["at"]))
