"""A store of today for each test, copied from one that is made once."""

from pathlib import Path

import pytest

from hotline.store import opening


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("store") / "hotline.db"
    opening.migrate(path)
    return path.read_bytes()


@pytest.fixture
def store(tmp_path: Path, empty_store: bytes) -> Path:
    path = tmp_path / "hotline.db"
    path.write_bytes(empty_store)
    return path
