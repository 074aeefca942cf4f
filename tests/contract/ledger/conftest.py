"""The ledger's contract, once over SQLite and once over a real PostgreSQL that the tests start."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bench.postgresql import Server, running
from hotline.ledger.opening import Place, migrate
from tests.contract.ledger.rig import LedgerRig

_turn = itertools.count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of this run's own."""
    with running(fsync=False) as server:
        migrate(Place(url=server.database("empty_ledger")))
        yield server


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger's file with its tables."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    migrate(Place(file=path))
    return path


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.unit), pytest.param("postgresql", marks=pytest.mark.live)]
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty ledger's place."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), tmp_path / "ledger.db")
        yield Place(file=tmp_path / "ledger.db")
        return
    server: Server = request.getfixturevalue("postgresql")
    name = f"ledger_{next(_turn)}"
    yield Place(url=server.database(name, template="empty_ledger"))
    server.drop(name)  # each is three hundred files: at the end they would take minutes on a slow disk


@pytest_asyncio.fixture
async def rig(place: Place) -> AsyncIterator[LedgerRig]:
    """A ledger with a clock that stands still until it is moved."""
    rig = LedgerRig(place)
    yield rig
    await rig.close()
