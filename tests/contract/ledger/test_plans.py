"""PostgreSQL finds a person's calls by the person, also for a process that began to ask while there were few calls."""

from __future__ import annotations

import psycopg
import pytest

from bench.postgresql import Server
from hotline.ledger.opening import Place
from tests.contract.ledger.rig import LedgerRig, asked, reserve

pytestmark = [pytest.mark.live, pytest.mark.asyncio]

FEW, MANY = 20, 20_000
_FILL = """
INSERT INTO attempts SELECT (told).* FROM attempts AS first, generate_series(%s::int, %s::int) AS turn, LATERAL (
  SELECT jsonb_populate_record(first, jsonb_build_object(
    'id', -turn, 'at', first.at + turn, 'number', '+861390' || turn, 'person', 'p' || turn, 'account', 'a' || turn,
    'key', '', 'call', '', 'open', false)) AS told) AS made WHERE first.id > 0"""


async def test_the_ledger_that_grew_is_not_gone_through_by_time(postgresql: Server) -> None:
    url = postgresql.database("plans", template="empty_ledger")
    rig = LedgerRig(Place(url=url))
    with psycopg.connect(url, autocommit=True) as other:
        await rig.reserve(asked(person="p", account="a"))
        other.execute(_FILL, (1, FEW))
        younger = rig.another()  # its plans are made for a table of one page
        await reserve(younger, asked("+8613800138001", person="q", account="b"))
        other.execute("DELETE FROM attempts WHERE person = 'q'")
        other.execute(_FILL, (FEW + 1, MANY))
        await reserve(younger, asked("+8613800138002", person="r", account="c"))
        await rig.close()  # a connection that ends tells what it has walked
        assert _walked(other) < MANY / 2
    postgresql.drop("plans")


def _walked(connection: psycopg.Connection[tuple[int]]) -> int:
    """Entries of the index by time that were read."""
    connection.execute("SELECT pg_stat_clear_snapshot()")
    ((walked,),) = connection.execute(
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'attempts_by_time'"
    ).fetchall()
    return walked
