"""Whatever is asked in whatever order, the ledger answers as the model does; a walk that does not is made short."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.ledger.opening import Place, migrate
from hotline.ledger.sqlite import SqliteStore
from tests.contract.ledger.model import Clock, walk

pytestmark = pytest.mark.properties


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    migrate(Place(file=path))
    return path


@settings(max_examples=60)
@given(chance=st.randoms(use_true_random=False), groups=st.integers(1, 12))
def test_a_walk_agrees_with_the_model(empty_file: Path, chance: random.Random, groups: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        shutil.copy(empty_file, path)
        clock = Clock()
        stores = [SqliteStore(path, clock), SqliteStore(path, clock)]
        try:
            walk(chance, stores, clock, groups)
        finally:
            for store in stores:
                store.close()
