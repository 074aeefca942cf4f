"""The bench of the ledger runs the whole way, on SQLite and on a real PostgreSQL."""

import pytest

from bench import ledger
from bench.catalogue import Options
from bench.report import as_json

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


async def test_the_ledger_is_measured_and_no_cap_is_exceeded() -> None:
    figures = {one["figure"]: one["value"] for one in as_json(await ledger.run(Options(quick=True)))["figures"]}
    assert figures["caps exceeded, 4 processes"] == 0
    assert figures["reservations without an answer"] == 0
    for name in ("durable pairs per second", "p99 at 2,000/s", "pairs per second, PostgreSQL, 4 processes"):
        assert figures[name] > 0
    assert figures["origin of a call, 0.02 M rows, longest of 20"] < 3
