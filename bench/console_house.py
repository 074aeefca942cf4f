"""A child of `bench console`: a whole server on a switch that is made up, with callers. `python -m bench.console_house
FOLDER RATE AGENTS` prints a line once it serves and all agents are signed in. They are busy most of the time."""

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
_MENU_S = 0.5
_BUSY = 0.73
"""Share of the agents who talk, on average."""
_SHORTEST, _LONGEST = 0.73, 1.27
"""Of a talk, against the average."""


async def _run(folder: Path, rate: float, agents: int) -> None:
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
    accounts = live_site.agents(agents)
    for account in accounts:
        world.phone(account)
    # together: one after the other each would wait for the disk by itself
    await asyncio.gather(*(server.controller.tell(AgentSignedIn(AgentId(account))) for account in accounts))
    sys.stdout.write("{}\n")
    sys.stdout.flush()
    calling = asyncio.create_task(_call_in(world, rate, _BUSY * agents / rate))
    await serving
    calling.cancel()


async def _call_in(world: World, rate: float, talk_s: float) -> None:
    rng = random.Random(_SEED)
    async with asyncio.TaskGroup() as tasks:
        while True:
            tasks.create_task(
                _one(world, rng.uniform(_SHORTEST * talk_s, _LONGEST * talk_s), f"138{rng.randrange(10**8):08}")
            )
            await asyncio.sleep(rng.expovariate(rate))


async def _one(world: World, talk_s: float, number: str) -> None:
    leg = world.dial("95183", number)
    await asyncio.sleep(_MENU_S)
    world.press(leg, "1")
    await asyncio.sleep(talk_s)
    world.hang_up(leg)


if __name__ == "__main__":
    loop.run(_run(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
