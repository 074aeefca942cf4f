"""Random walks over a ledger that two processes share, each answer held against the model's."""

from __future__ import annotations

import random

import pytest

from hotline.ledger.opening import Place
from hotline.ledger.postgresql import PostgresqlStore
from hotline.ledger.sqlite import SqliteStore
from tests.contract.ledger.model import Clock, walk


@pytest.mark.parametrize("seed", range(6))
def test_a_walk_agrees_with_the_model(place: Place, seed: int) -> None:
    clock = Clock()
    stores = [
        PostgresqlStore(place.url, clock) if place.file is None else SqliteStore(place.file, clock) for _ in range(2)
    ]
    try:
        model = walk(random.Random(seed), stores, clock, 60)
    finally:
        for store in stores:
            store.close()
    assert {row.state for row in model.rows} >= {"reserved", "released", "effective", "attempted"}
