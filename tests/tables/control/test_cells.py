"""Each cell of call control's tables: in this situation, if that happens, these commands are given.

Places, offers and callbacks have a row for each state of their machine, so that a new state without a row fails.
"""

from pathlib import Path

import pytest
import yaml

from control.machines.states import AGENT_CALLS, CALLBACKS, CONSULTATIONS, OFFERS, PLACES, TRANSFERS
from tests.tables.control.cells import cell
from tests.tables.control.happenings import HAPPENINGS
from tests.tables.control.situations import SITUATIONS

pytestmark = pytest.mark.tables

CELLS: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "cells.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("machine", SITUATIONS)
def test_every_cell_is_there(machine: str) -> None:
    wanted = {situation: list(HAPPENINGS[machine]) for situation in SITUATIONS[machine]}
    assert {situation: list(cells) for situation, cells in CELLS[machine].items()} == wanted


@pytest.mark.parametrize(
    ("machine", "table"),
    [
        *(("places", PLACES), ("offers", OFFERS), ("callbacks", CALLBACKS)),
        *(("transfers", TRANSFERS), ("agent calls", AGENT_CALLS)),
        ("consultations", CONSULTATIONS),
    ],
)
def test_every_state_has_a_row(machine: str, table: object) -> None:
    assert set(CELLS[machine]) == set(table.moves) | ({"talking"} if machine == "callbacks" else set())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("machine", "situation"), [(machine, row) for machine, rows in CELLS.items() for row in rows])
def test_the_cells_of_a_row(machine: str, situation: str) -> None:
    wanted = CELLS[machine][situation]
    assert {happening: cell(machine, situation, happening) for happening in wanted} == wanted
