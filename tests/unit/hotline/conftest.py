"""A store of today for a test, without a row: a copy of one that is made once (`tests/stores.py`)."""

from pathlib import Path

import pytest

from hotline.store import opening


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "hotline.db"
    opening.migrate(path)
    return path


@pytest.fixture
def store(database: Path) -> Path:
    """The same, where `database` would be another one's."""
    return database
