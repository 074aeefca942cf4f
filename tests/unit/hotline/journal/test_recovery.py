"""A snapshot that this release cannot read costs time, never a start."""

import sqlite3
from pathlib import Path

import pytest
import structlog

from acd.events import AgentSignedIn
from calls.ids import AgentId
from control.routing.router import Router
from hotline.journal.recovery import recover
from hotline.journal.write_ahead import WriteAhead
from hotline.store import opening, statements
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    event = b'{"type":"Restarted"}'
    with sqlite3.connect(path) as connection:
        connection.executemany(statements.JOURNAL, [(seq, float(seq), event) for seq in range(1, 4)])
    return path


def _keep(database: Path, state: bytes) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(statements.SNAPSHOT, (2, 2.0, 0.0, state))


def _new_router() -> Router:
    return ControlHarness().empty().router


def test_a_snapshot_is_restored_and_only_what_follows_is_replayed(database: Path) -> None:
    house = ControlHarness("01")
    _keep(database, house.router.snapshot())
    with structlog.testing.capture_logs() as logged:
        recovered = recover(database, WriteAhead(database), _new_router)
    assert recovered.router.snapshot() == house.router.snapshot()
    assert ([entry.seq for entry in recovered.entries], recovered.seq, recovered.at) == ([3], 3, 3.0)
    assert logged == []


@pytest.mark.parametrize("state", [b"of another release", b"{}"])
def test_the_whole_journal_is_replayed_where_the_snapshot_is_of_another_release(database: Path, state: bytes) -> None:
    _keep(database, state)
    with structlog.testing.capture_logs() as logged:
        recovered = recover(database, WriteAhead(database), _new_router)
    assert recovered.router.snapshot() == _new_router().snapshot()
    assert ([entry.seq for entry in recovered.entries], recovered.seq, recovered.at) == ([1, 2, 3], 3, 3.0)
    assert [line["event"] for line in logged] == ["snapshot of another release"]


def test_the_snapshot_before_is_gone_on_from(database: Path) -> None:
    house = ControlHarness("01")
    _keep(database, b"of another release")
    with sqlite3.connect(database) as connection:
        connection.execute(statements.SNAPSHOT, (1, 1.0, 0.0, house.router.snapshot()))
    with structlog.testing.capture_logs() as logged:
        recovered = recover(database, WriteAhead(database), _new_router)
    assert recovered.router.snapshot() == house.router.snapshot()
    assert [entry.seq for entry in recovered.entries] == [2, 3]
    assert [line["event"] for line in logged] == ["snapshot of another release"]


def test_a_journal_whose_beginning_is_forgotten_says_that_calls_are_not_known(database: Path) -> None:
    _keep(database, b"of another release")
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM journal WHERE seq = 1")
    with structlog.testing.capture_logs() as logged:
        recovered = recover(database, WriteAhead(database), _new_router)
    assert [entry.seq for entry in recovered.entries] == [2, 3]
    assert [line["event"] for line in logged] == ["snapshot of another release", "journal without its beginning"]


def test_a_new_store_has_nothing_to_recover(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    recovered = recover(path, WriteAhead(path), _new_router)
    assert (list(recovered.entries), recovered.unstored, recovered.seq, recovered.at) == ([], [], 0, 0.0)
    recovered.router.handle(AgentSignedIn(AgentId("01")), 1.0)
