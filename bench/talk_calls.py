"""Calls of `bench.talkers` at an even rate, followed until the last is over; and the house that they need."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator

from bench import live_site, script
from bench.children import Child, ChildEnded
from bench.house import Plan
from bench.talk_script import TALK_S, Begin, Look, Looked

LOOK_S = 2.0
_FREE_AGENTS = 2.0
"""So many phones for each that talks: nobody is to wait for an agent here."""
_LEAST_AGENTS = 10
_ASK_S = 30.0
_SETTLE_S = 150.0
"""How long after the last INVITE a call may last: beyond the rate held, queues are long."""


def plan(rate: float, *, tapped: bool = False) -> Plan:
    """The house for so many calls a second."""
    accounts = live_site.agents(max(_LEAST_AGENTS, math.ceil(rate * TALK_S * _FREE_AGENTS)))
    return Plan(live_site.files(accounts), accounts, tapped=tapped)


async def followed(phones: Child, rate: float, count: int) -> AsyncIterator[Looked]:
    """Place `count` calls; what has ended, each two seconds, until all have. Raises ChildEnded."""
    await phones.ask(Begin(script.NUMBERS["hotline"], rate, count), script.Done, _ASK_S)
    ends_at = time.monotonic() + count / rate + _SETTLE_S
    while time.monotonic() < ends_at:
        await asyncio.sleep(LOOK_S)
        looked = await phones.ask(Look(), Looked, _ASK_S)
        yield looked
        if looked.all_over:
            return
    raise ChildEnded(f"calls were not over {_SETTLE_S:g} s after the last of them was placed")
