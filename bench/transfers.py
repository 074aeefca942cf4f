"""How soon the new agent is rung when a caller is handed on: by the phone's own key, and over HTTP.

Real: Asterisk, the controller as production starts it, two agents' phones, and a caller whom they hand to each other,
again and again. What is timed is what phones see: from the REFER (or the HTTP request) that leaves to the INVITE that
arrives at the other phone; and from the answer there until the caller hears that agent. Attended transfers are timed
in `bench.attended`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import aiohttp

from bench import attended, live_site, machine, offer_site
from bench import offer_script as script
from bench.catalogue import Options
from bench.desktops import Desktops
from bench.house import HOST, BenchSite, Plan, house, serving, version_of
from bench.measuring import percentile
from bench.report import Figure, Report, at_most, told
from phones.agent_phone import AgentPhone, Answer, OnRing
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.incoming import IncomingCall
from phones.media import MediaEngine
from switch.asterisk.instance.process import AsteriskProcess

Way = Literal["phone", "http"]
_TARGET_MS = 50.0
_CONNECTED_MS = 150.0
_AGENTS_HZ = attended.AGENTS_HZ
_RTP = range(43_000, 44_000)
_WITHIN_S = 10.0


@dataclass
class _Timed:
    """Milliseconds of one way: until the other phone rings, and from the answer until the caller hears its agent."""

    rings: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)


class _Talk:
    """A caller and two phones, of which one has them."""

    def __init__(self, site: BenchSite[AsteriskProcess], call: OutgoingCall, phones: list[AgentPhone]) -> None:
        self._call = call
        self._phones = phones
        self._has = 0
        self._web = site.site.settings.web
        self._headers = {"Authorization": f"Bearer {site.site.secret('web')}"}

    async def begin(self) -> None:
        """Until one of both has the caller."""
        first = [asyncio.create_task(phone.new_calls.get()) for phone in self._phones]
        done, pending = await asyncio.wait(first, timeout=_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        self._has = first.index(done.pop())
        await self._call.hear_tone(_AGENTS_HZ[self._has], _WITHIN_S, after=0.0)

    async def hand_on(self, way: Way, timed: _Timed) -> None:
        """To the other agent. Raises TimeoutError where that one is not rung."""
        other = 1 - self._has
        here = self._phones[self._has].calls[-1]
        begun = time.monotonic()
        if way == "phone":
            await here.refer(f"sip:{self._account(other)}@{HOST}")
        else:
            begun = await self._ask(self._account(other))
        ringing: IncomingCall = await asyncio.wait_for(self._phones[other].new_calls.get(), _WITHIN_S)
        timed.rings.append((ringing.facts.invite_at - begun) * 1e3)
        heard_at = await self._call.hear_tone(_AGENTS_HZ[other], _WITHIN_S, after=ringing.facts.invite_at)
        answered_at = ringing.facts.answered_at
        assert answered_at is not None, "the caller hears an agent who has not answered"
        timed.heard.append((heard_at - answered_at) * 1e3)
        await here.ended(_WITHIN_S)
        self._has = other

    async def _ask(self, to: str) -> float:
        """The request, over a connection that stands; when it left."""
        url = f"http://{self._web.host}:{self._web.port}"
        async with aiohttp.ClientSession(url, headers=self._headers) as session:
            async with session.get("/live") as answer:
                (call,) = (await answer.json())["calls"]
            begun = time.monotonic()
            async with session.post(f"/calls/{call['call']}/transfer", json={"to": to}) as answer:
                answer.raise_for_status()
        return begun

    def _account(self, number: int) -> str:
        return live_site.agents(2)[number]


async def run(options: Options) -> Report:
    """Takes some minutes; `quick` some seconds."""
    count = 4 if options.quick else 100
    about = machine.facts()
    plan = Plan(offer_site.files(2), live_site.agents(2))
    timed: dict[Way, _Timed] = {"phone": _Timed(), "http": _Timed()}
    async with house(plan, options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with (
            _phones(place) as (line, phones),
            serving(place.site, place.folder / "controller.log"),
            Desktops(place.site) as desktops,
        ):
            await desktops.all(live_site.agents(2), "sign-in")
            await desktops.until_idle(2)
            call = await line.dial(script.PLAIN)
            talk = _Talk(place, call, phones)
            await talk.begin()
            for way, seen in timed.items():
                for _ in range(count):
                    await talk.hand_on(way, seen)
                options.progress(f"{count} by {way}: p95 {percentile(seen.rings, 95):.1f} ms to the ring")
            await call.hang_up()
            connected = await attended.connect_often(place, desktops, line, phones, count)
    return Report("transfers", about, _figures(timed, connected))


def _figures(timed: dict[Way, _Timed], connected: attended.Connected) -> list[Figure]:
    names: dict[Way, str] = {"phone": "the phone's key (REFER)", "http": "HTTP"}
    figures = []
    for way, seen in timed.items():
        figures += [
            at_most(f"{names[way]} to the new agent's ring p95", percentile(seen.rings, 95), "ms", _TARGET_MS),
            told(f"{names[way]} to the new agent's ring p50", percentile(seen.rings, 50), "ms"),
        ]
    heard = [*timed["phone"].heard, *timed["http"].heard]
    for name, seen_ms in (("star code", connected.code), ("HTTP", connected.http)):
        figures += [
            at_most(f"attended, {name} to both hear each other p95", percentile(seen_ms, 95), "ms", _CONNECTED_MS),
            told(f"attended, {name} to both hear each other p50", percentile(seen_ms, 50), "ms"),
        ]
    figures.append(told("the new agent's answer until the caller hears them p95", percentile(heard, 95), "ms"))
    return figures


def _answering(hz: float) -> OnRing:
    answers = Answer(clip=tone(hz, 1.0))
    return lambda call: answers


@asynccontextmanager
async def _phones(place: BenchSite[AsteriskProcess]) -> AsyncIterator[tuple[PhoneLine, list[AgentPhone]]]:
    """The caller's line, and both agents' phones, each with a tone of its own."""
    settings = place.asterisk.settings
    peer = (settings.sip_address, settings.sip_port)
    endpoint = await Endpoint.open(media=MediaEngine(Random(1), _RTP, (*_AGENTS_HZ, attended.CALLER_HZ)))
    phones = []
    try:
        for account, hz in zip(place.accounts, _AGENTS_HZ, strict=True):
            credentials = Credentials(account.user, account.secret)
            phone = AgentPhone(endpoint, peer, credentials, _answering(hz))
            await phone.register()
            phones.append(phone)
        yield PhoneLine(endpoint, peer, idle="keepalive"), phones
    finally:
        for phone in phones:
            await phone.close()
        endpoint.close()
