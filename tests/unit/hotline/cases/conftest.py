"""A store of today for each test, copied from one that is made once."""

import shutil
from pathlib import Path

import pytest

from hotline.store import opening


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "hotline.db"
    opening.migrate(path)
    return path


@pytest.fixture
def database(made_once: Path, tmp_path: Path) -> Path:
    """A new store."""
    shutil.copyfile(made_once, tmp_path / "hotline.db")
    return tmp_path / "hotline.db"
