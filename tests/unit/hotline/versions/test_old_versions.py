"""Old versions go, but none that a live call walks, and none that a restart would ask for."""

import signal
from pathlib import Path

import pytest

from acd.config import read
from hotline.journal import reading
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until

pytestmark = pytest.mark.unit

_MANY = 45


async def test_many_publishes_during_a_call(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    first = publish(versions, 1)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, first)
    World(switch).dial("95183")
    await until(lambda: server.register.calls)
    for number in range(2, _MANY):
        last = publish(versions, number)
        await server.controller.reload()
    await until(lambda: len(versions.all()) == 31)
    kept = {manifest.version for manifest in versions.all()}
    assert {first, last} <= kept, "the call's own version and the newest are here"
    signal.raise_signal(signal.SIGTERM)
    await serving
    left = reading.read(site.database)
    named = {entry.event.version for entry in left.entries if hasattr(entry.event, "version")}
    assert left.snapshot is not None
    assert named <= kept, "what the next controller replays is here"


async def test_a_queue_that_is_gone_asks_for_no_version_that_is_gone(tmp_path: Path) -> None:
    site = new_site(tmp_path)
    versions = Versions(site.versions)
    rules, problems = read({"queues": {"care": {}, "old": {}}}, {"agents": {"anna": {"account": "8001"}}})
    assert not problems
    first = publish(versions, 1, rules)
    server = new_server(site)
    serving = await serve(server, first)
    for number in range(2, _MANY):
        last = publish(versions, number)
        await server.controller.reload()
    await until(lambda: first not in {manifest.version for manifest in versions.all()})
    signal.raise_signal(signal.SIGTERM)
    await serving
    serving = await serve(new_server(site), last)
    signal.raise_signal(signal.SIGTERM)
    await serving
