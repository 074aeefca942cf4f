"""Transfers in the store: one row each, whatever became of it; masked where they are shown."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from calls.ids import AgentId, CallId
from control.messages.log_commands import LogTransfer, TransferOutcome
from hotline.cli.why import _transferred
from hotline.store import opening, reading, statements
from hotline.views import masking
from hotline.views.metrics import Metrics

pytestmark = pytest.mark.unit

UNDER_WAY = LogTransfer(
    *(CallId("c1"), 1, "phone", AgentId("01"), "number", "+8613900139000"),
    began_at=10.0,
    ended_at=None,
    outcome="under_way",
    talk=0,
    detail="",
)
REACHED = msgspec.structs.replace(UNDER_WAY, ended_at=14.0, outcome="reached", talk=2)


async def test_a_row_is_written_anew_and_read_back(tmp_path: Path) -> None:
    database = tmp_path / "hotline.db"
    opening.migrate(database)
    with closing(sqlite3.connect(database)) as store, store:
        for row in (UNDER_WAY, REACHED):
            store.execute(statements.TRANSFER, msgspec.structs.astuple(row))
    (found,) = await reading.transfers(database, "c1")
    assert found == msgspec.structs.asdict(REACHED)
    assert await reading.transfers(database, "c2") == []


def test_a_number_is_masked_and_a_name_is_not() -> None:
    row = msgspec.to_builtins(REACHED)
    assert masking.transfer_row(row, "CN")["target"] == "+86*******9000"
    assert masking.transfer_row({**row, "kind": "none", "target": "13900139000"}, "CN")["target"] == "1******9000"
    assert masking.transfer_row({**row, "kind": "queue", "target": "care"}, "CN")["target"] == "care"


def test_the_story_has_the_wish_and_what_became_of_it() -> None:
    returned = {**msgspec.to_builtins(REACHED), "outcome": "returned", "detail": "busy"}
    assert _transferred(returned) == [
        (10.0, "agent 01 hands the caller to number +8613900139000, by the phone's own key"),
        (14.0, "number +8613900139000 was not reached, and the caller is back with agent 01 (busy)"),
    ]


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("consulting", "the agent talks to number +8613900139000, or their phone rings"),
        ("given_back", "the agent has talked to number +8613900139000, and kept the caller"),
        ("reached", "number +8613900139000 was reached"),
    ],
)
def test_the_story_of_a_consultation(outcome: str, says: str) -> None:
    row = {**msgspec.to_builtins(REACHED), "outcome": outcome, "consulted": 1, "by": "code"}
    assert _transferred(row) == [
        (10.0, "agent 01 consults number +8613900139000 about the caller, by star code"),
        (14.0, says),
    ]
    assert masking.transfer_row(row, "CN")["consulted"] is True


@pytest.mark.parametrize("role", ["transfer", "outside", "consulted"])
def test_a_number_outside_is_masked_in_its_leg(role: str) -> None:
    assert masking.leg_row({"role": role, "party": "tel:+8613900139000"})["party"] == "tel:+86*******9000"


def test_each_outcome_has_its_words() -> None:
    for outcome in get_args(TransferOutcome):
        assert len(_transferred({**msgspec.to_builtins(REACHED), "outcome": outcome})) == 2


def test_an_ended_transfer_is_counted_once() -> None:
    metrics = Metrics()
    for row in (UNDER_WAY, REACHED):
        metrics.watch(row)
    labels = {"by": "phone", "kind": "number", "outcome": "reached"}
    assert metrics.registry.get_sample_value("hotline_transfers_total", labels) == 1.0
