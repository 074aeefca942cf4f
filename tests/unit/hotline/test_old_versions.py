"""Old versions go, but none that a live call walks, and none that a restart would ask for."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from acd.config import Configuration, read
from hotline.provisioning import NoProvisioning
from hotline.serving import Server
from hotline.site import Site
from hotline.store import opening
from hotline.versions import Manifest, People, Versions
from speech.sentences import Sentences
from switch.fake import FakeSwitch, LoopTimeline
from tests.ports import free_port
from tests.unit.hotline.house import PROGRAM, configuration
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.unit

_MANY = 45


def _publish(versions: Versions, number: int, rules: Configuration | None = None) -> str:
    version = f"{number:04d}-{number:08x}"
    versions.add(
        Manifest(version, 0.0, "", "test", 1, 0),
        PROGRAM.with_clips(version, {}),
        People(rules or configuration(), {}, {}),
        [],
    )
    versions.activate(version)
    return version


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a folder on disk tells nobody
            await asyncio.sleep(0.01)


async def _start(site: Site, version: str) -> tuple[Server, asyncio.Task[None]]:
    """A server that serves `version`."""
    server = Server(site, FakeSwitch(LoopTimeline()), Sentences(site.sounds, ToneVoice()), NoProvisioning())
    serving = asyncio.create_task(server.run())
    await _until(lambda: serving.done() or (hasattr(server, "_driver") and server.register.version == version))
    assert not serving.done(), serving.exception()
    return server, serving


async def test_many_publishes_during_a_call(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(f"web: {{port: {free_port()}}}\nlanguages: [en]\n")
    site = Site.open(tmp_path)
    site.prepare()
    versions = Versions(site.versions)
    first = _publish(versions, 1)
    switch = FakeSwitch(LoopTimeline())
    server = Server(site, switch, Sentences(site.sounds, ToneVoice()), NoProvisioning())
    serving = asyncio.create_task(server.run())
    await _until(lambda: hasattr(server, "_driver") and server.register.version == first)
    switch.world.dial("95183")
    await _until(lambda: server.register.calls)
    for number in range(2, _MANY):
        last = _publish(versions, number)
        server.reload()
    await _until(lambda: len(versions.all()) == 31)
    kept = {manifest.version for manifest in versions.all()}
    assert {first, last} <= kept, "the call's own version and the newest are here"
    signal.raise_signal(signal.SIGTERM)
    await serving
    left = opening.read(site.database)
    named = {entry.event.version for entry in left.entries if hasattr(entry.event, "version")}
    assert left.snapshot is not None
    assert named <= kept, "what the next controller replays is here"


async def test_a_queue_that_is_gone_asks_for_no_version_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text(f"web: {{port: {free_port()}}}\nlanguages: [en]\nrefit_at: null\n")
    site = Site.open(tmp_path)
    site.prepare()
    versions = Versions(site.versions)
    rules, problems = read({"queues": {"care": {}, "old": {}}}, {"agents": {"anna": {"account": "8001"}}})
    assert not problems
    first = _publish(versions, 1, rules)
    server, serving = await _start(site, first)
    for number in range(2, _MANY):
        last = _publish(versions, number)
        server.reload()
    await _until(lambda: first not in {manifest.version for manifest in versions.all()})
    signal.raise_signal(signal.SIGTERM)
    await serving
    _, serving = await _start(site, last)
    signal.raise_signal(signal.SIGTERM)
    await serving
