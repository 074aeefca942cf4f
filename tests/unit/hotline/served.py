"""A whole server of a small site, on a switch and a voice that are made up."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from acd.config import Configuration
from calls.ids import QueueName
from control.rules.treatment import QueueTreatment
from dialer.campaigns.settings import CampaignSettings
from hotline.provisioning.port import Provisioning
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Manifest, Versions
from ivr.program import Program
from speech.sentences import Sentences
from switch.cell import Cell
from switch.fake import FakeSwitch, LoopTimeline
from tests.ports import free_port
from tests.unit.control.harness import PROGRAM, configuration
from tests.unit.speech.voices import ToneVoice


def new_site(folder: Path) -> Site:
    """With nothing published."""
    (folder / "hotline.yaml").write_text(f"web: {{port: {free_port()}}}\nlanguages: [en]\nrefit_at: null\n")
    site = Site.open(folder)
    site.prepare()
    return site


def publish(
    versions: Versions,
    number: int,
    rules: Configuration | None = None,
    campaigns: Mapping[str, CampaignSettings] | None = None,
    treatments: Mapping[str, QueueTreatment] | None = None,
    program: Program = PROGRAM,
) -> str:
    """These flows and `rules`, the house's own if there are none."""
    version = f"{number:04d}-{number:08x}"
    versions.add(
        Manifest(version, 0.0, "", "test", 1, 0),
        program.with_clips(version, {}),
        RoutingConfiguration(
            rules or configuration(),
            {QueueName(queue): one for queue, one in (treatments or {}).items()},
            {"": "break", "1": "lunch"},
        ),
        [],
        campaigns=campaigns or {},
    )
    versions.activate(version)
    return version


def new_server(site: Site, switch: FakeSwitch | None = None, provisioning: Provisioning | None = None) -> Server:
    """Not yet running."""
    return Server(
        site,
        Cell([switch or FakeSwitch(LoopTimeline())]),
        Sentences(site.sounds, ToneVoice()),
        {} if provisioning is None else {"fake": provisioning},
    )


async def serve(server: Server, version: str) -> asyncio.Task[None]:
    """Run it until it serves `version`; stop it with SIGTERM."""
    serving = asyncio.create_task(server.run())
    await until(lambda: serving.done() or (hasattr(server, "_driver") and server.register.version == version))
    assert not serving.done(), serving.exception()
    return serving


async def until(condition: Callable[[], object]) -> None:
    """Wait for it, up to twenty seconds."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a folder on disk tells nobody
            await asyncio.sleep(0.01)
