"""A replay leaves the rows of stored events alone: it may know less than who wrote them."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit


async def test_a_replay_of_the_whole_journal_writes_no_row_of_it_again(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    world = World(switch)
    leg = world.dial("95183")
    await until(lambda: server.register.calls)
    world.hang_up(leg)
    await until(lambda: not server.register.calls)
    signal.raise_signal(signal.SIGTERM)
    await serving

    with closing(sqlite3.connect(site.database)) as connection, connection:
        connection.execute("UPDATE snapshots SET state = ?", (b"of another release",))
        # what came before the kept part of the journal, and is no part of a replay
        assert connection.execute("UPDATE calls SET queue = 'care', outcome = 'abandoned'").rowcount == 1
    serving = await serve(new_server(site), version)
    signal.raise_signal(signal.SIGTERM)
    await serving
    with closing(sqlite3.connect(site.database)) as connection:
        assert connection.execute("SELECT queue, outcome FROM calls").fetchall() == [("care", "abandoned")]
