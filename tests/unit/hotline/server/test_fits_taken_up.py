"""A server sees a new fit of the wait forecast by itself; a broken one leaves the good one, also over a restart."""

import asyncio
import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from acd.forecast.features import FEATURES
from control.messages import events
from hotline.journal import reading
from hotline.learning.fit import Shape, fit
from hotline.learning.wait_models import WaitModels
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from speech.sentences import Sentences
from switch.cell import Cell
from switch.fake import FakeSwitch, LoopTimeline
from tests.ports import free_port
from tests.unit.control.harness import PROGRAM, VERSION, configuration
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.unit


def _site(folder: Path) -> Site:
    (folder / "hotline.yaml").write_text(f"web: {{port: {free_port()}}}\nlanguages: [en]\n")
    site = Site.open(folder)
    site.prepare()
    versions = Versions(site.versions)
    manifest = Manifest(VERSION, 0.0, "", "test", 1, 0)
    versions.add(manifest, PROGRAM.with_clips(VERSION, {}), RoutingConfiguration(configuration(), {}, {}), [])
    versions.activate(VERSION)
    return site


def _add_fit(models: WaitModels) -> str:
    chance = random.Random(1)
    vectors = [[chance.random() for _ in FEATURES] for _ in range(2000)]
    model = fit(vectors, [chance.expovariate(0.01) for _ in vectors], ("care",), Shape(trees=2, leaves=4))
    return models.add(model, 2000, 1_795_000_000.0)


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a folder on disk tells nobody
            await asyncio.sleep(0.01)


async def _serve(site: Site, during: Callable[[Server], object]) -> None:
    server = Server(site, Cell([FakeSwitch(LoopTimeline())]), Sentences(site.sounds, ToneVoice()), {})
    serving = asyncio.create_task(server.run())
    await _until(lambda: hasattr(server, "_driver") and server.register.version == VERSION)
    await _until(lambda: during(server))
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_a_new_fit_is_taken_up_within_a_second_or_so_and_a_broken_one_is_not(tmp_path: Path) -> None:
    site = _site(tmp_path)
    models = WaitModels(site.wait_models)
    good: list[str] = []

    def fitted(server: Server) -> bool:
        good[:] = good or [_add_fit(models)]
        return server.register.wait_model == good[0]

    await _serve(site, fitted)
    (site.wait_models / "broken.npz").write_bytes(b"no model")
    models.choose("broken")
    looked: list[Server] = []

    def broken(server: Server) -> bool:
        looked.append(server)
        return server._refitting._refused == "broken"

    await _serve(site, broken)
    assert looked[0].register.wait_model == good[0], "what spoke before the restart speaks on"
    left = reading.read(site.database, whole=True)
    fits = [entry.event.model for entry in left.entries if isinstance(entry.event, events.WaitModelFitted)]
    assert fits == good
