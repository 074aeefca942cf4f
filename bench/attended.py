"""How soon a caller and the new agent hear each other when the agent between them connects both: by key, and over HTTP.

Each time a caller comes, one agent has them, consults the other one, and connects. What is timed is what phones hear:
from the end of the key (or the request that leaves) until each of both has heard the other's tone.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Literal

import aiohttp

from bench import live_site
from bench import offer_script as script
from bench.desktops import Desktops
from bench.house import BenchSite
from phones.agent_phone import AgentPhone
from phones.audio import tone
from phones.caller import PhoneLine
from phones.incoming import IncomingCall
from switch.asterisk.instance.process import AsteriskProcess

Mouth = Literal["code", "http"]
CALLER_HZ = 1_400.0
AGENTS_HZ = (script.AGENT_HZ, script.PROBE_HZ)
_WITHIN_S = 10.0


@dataclass
class Connected:
    """Milliseconds from the command until both hear each other, by each mouth."""

    code: list[float] = field(default_factory=list)
    http: list[float] = field(default_factory=list)


async def connect_often(
    site: BenchSite[AsteriskProcess], desktops: Desktops, line: PhoneLine, phones: list[AgentPhone], count: int
) -> Connected:
    """`count` attended transfers by each mouth. Raises TimeoutError where somebody does not hear somebody."""
    connected = Connected()
    web = site.site.settings.web
    headers = {"Authorization": f"Bearer {site.site.secret('web')}"}
    async with aiohttp.ClientSession(f"http://{web.host}:{web.port}", headers=headers) as session:
        mouths: tuple[tuple[Mouth, list[float]], ...] = (("code", connected.code), ("http", connected.http))
        for mouth, timed in mouths:
            for _ in range(count):
                await desktops.until_idle(2)
                timed.append(await _one(session, line, phones, mouth))
    return connected


async def _one(session: aiohttp.ClientSession, line: PhoneLine, phones: list[AgentPhone], mouth: Mouth) -> float:
    """One caller, from their call to its end."""
    for phone in phones:
        while not phone.new_calls.empty():
            phone.new_calls.get_nowait()
    call = await line.dial(script.PLAIN, clip=tone(CALLER_HZ, 1.0))
    first = [asyncio.create_task(phone.new_calls.get()) for phone in phones]
    done, pending = await asyncio.wait(first, timeout=_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if not done:
        raise TimeoutError("no agent was rung")
    asks = first.index(done.pop())
    other = 1 - asks
    here: IncomingCall = phones[asks].calls[-1]
    await call.hear_tone(AGENTS_HZ[asks], _WITHIN_S, after=0.0)
    async with session.get("/live") as answer:
        (shown,) = (await answer.json())["calls"]
    path = f"/calls/{shown['call']}/consultation"
    async with session.post(path, json={"to": live_site.agents(2)[other]}) as answer:
        answer.raise_for_status()
    there: IncomingCall = await asyncio.wait_for(phones[other].new_calls.get(), _WITHIN_S)
    await there.hear_tone(AGENTS_HZ[asks], _WITHIN_S, after=0.0)
    await here.hear_tone(AGENTS_HZ[other], _WITHIN_S, after=0.0)
    if mouth == "code":
        begun = (await here.press("*5")).ended_at
    else:
        begun = time.monotonic()
        async with session.post(f"{path}/connect") as answer:
            answer.raise_for_status()
    heard = await asyncio.gather(
        call.hear_tone(AGENTS_HZ[other], _WITHIN_S, after=begun),
        there.hear_tone(CALLER_HZ, _WITHIN_S, after=begun),
    )
    await here.ended(_WITHIN_S)
    await there.hang_up()
    await call.ended(_WITHIN_S)
    return (max(heard) - begun) * 1e3
