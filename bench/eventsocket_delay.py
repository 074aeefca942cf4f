"""How late an event reaches us from a real FreeSWITCH, with its listener asleep and kept awake, and what that costs.

One connection fires an event in the switch at a random moment, another one that is quiet otherwise waits for it. Needs
HOTLINE_FREESWITCH=host:port and HOTLINE_FREESWITCH_PASSWORD.
"""

from __future__ import annotations

import asyncio
import os
import random
import time

import numpy as np

from bench.report import Figure, at_most, told
from calls.errors import BadInput
from switch.freeswitch.client import ClientSettings, EventSocketClient
from switch.freeswitch.lag import ReaderLag
from switch.freeswitch.wire import Event, SendEvent, Subscribe

EVENTS = 300
KIND = "hotline::probe"


class _Clock:
    """Notes when each probe came."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[float] = asyncio.Queue()

    async def resync(self) -> None:
        """Nothing to take stock of."""

    def event(self, event: Event) -> None:
        self.came.put_nowait(time.perf_counter())

    def lost(self, reason: str) -> None:
        """At the end."""

    def lagging(self, lag: ReaderLag) -> None:
        """Not here."""


def named() -> ClientSettings | None:
    """The switch that HOTLINE_FREESWITCH names. Raises BadInput when its password is not named too."""
    place, password = os.environ.get("HOTLINE_FREESWITCH"), os.environ.get("HOTLINE_FREESWITCH_PASSWORD")
    if not place:
        return None
    if not password:
        raise BadInput("HOTLINE_FREESWITCH names a switch: set HOTLINE_FREESWITCH_PASSWORD too")
    host, _, port = place.rpartition(":")
    return ClientSettings(password, host, int(port), heartbeat_s=600)


async def figures(settings: ClientSettings, probes: int = EVENTS) -> list[Figure]:
    """Takes about half a minute."""
    clock, other = _Clock(), _Clock()
    chance = random.Random(1)
    waiting = EventSocketClient(settings, clock, Subscribe(("CUSTOM",), (KIND,)), chance)
    firing = EventSocketClient(settings, other, Subscribe(("HEARTBEAT",)), chance)
    await waiting.start(10)
    await firing.start(10)
    try:
        asleep = await _delays(clock, firing, chance, probes)
        waiting.attend(True)
        awake = await _delays(clock, firing, chance, probes)
        begun, cpu_begun = time.perf_counter(), time.process_time()
        await asyncio.sleep(3)
        share = (time.process_time() - cpu_begun) / (time.perf_counter() - begun) * 100
    finally:
        await waiting.close()
        await firing.close()
    pulse_ms = settings.pulse_s * 1000
    return [
        told("event delay, kept awake, p50", _ms(awake, 50), "ms", _ms(asleep, 50)),
        at_most("event delay, kept awake, p95", _ms(awake, 95), "ms", 10, _ms(asleep, 95)),
        told(f"our CPU of keeping awake every {pulse_ms:g} ms", share, "% of a core"),
    ]


def _ms(delays: list[float], percent: float) -> float:
    return float(np.percentile(delays, percent))


async def _delays(clock: _Clock, firing: EventSocketClient, chance: random.Random, probes: int) -> list[float]:
    delays = []
    for _ in range(probes):
        await asyncio.sleep(chance.uniform(0.02, 0.06))
        fired = time.perf_counter()
        await firing.submit(SendEvent("CUSTOM", (("Event-Subclass", KIND),)))
        delays.append((await clock.came.get() - fired) * 1000)
    return delays
