"""A child of `bench console`: a whole server on a switch that is made up, with callers. `python -m bench.console_house
FOLDER RATE` prints a line once it serves."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from acd.events import AgentSignedIn
from bench import live_site
from bench.tones import ToneVoice
from calls.ids import AgentId
from hotline.server import loop
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.publishing import publish
from speech.sentences import Sentences
from switch.cell import Cell
from switch.fake import FakeSwitch, LoopTimeline, World

AGENTS = 300
_SEED = 20261130
_MENU_S, _TALK_S = 0.5, (8.0, 14.0)


async def _run(folder: Path, rate: float) -> None:
    site = Site.open(folder)
    site.prepare()
    await publish(site, ToneVoice())
    switch = FakeSwitch(LoopTimeline())
    server = Server(site, Cell([switch]), Sentences(site.sounds, ToneVoice()), {})
    serving = asyncio.create_task(server.run())
    while not (hasattr(server, "controller") and server.controller.health()["ok"]):
        if serving.done():
            serving.result()
        await asyncio.sleep(0.05)
    world = World(switch)
    for account in live_site.agents(AGENTS):
        world.phone(account)
        await server.controller.tell(AgentSignedIn(AgentId(account)))
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    calling = asyncio.create_task(_call_in(world, rate))
    await serving
    calling.cancel()


async def _call_in(world: World, rate: float) -> None:
    rng = random.Random(_SEED)
    async with asyncio.TaskGroup() as tasks:
        while True:
            tasks.create_task(_one(world, rng.uniform(*_TALK_S), f"138{rng.randrange(10**8):08}"))
            await asyncio.sleep(rng.expovariate(rate))


async def _one(world: World, talk_s: float, number: str) -> None:
    leg = world.dial("95183", number)
    await asyncio.sleep(_MENU_S)
    world.press(leg, "1")
    await asyncio.sleep(talk_s)
    world.hang_up(leg)


if __name__ == "__main__":
    loop.run(_run(Path(sys.argv[1]), float(sys.argv[2])))
