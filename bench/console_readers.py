"""What pages that watch cost the controller, a part of `bench console`: a whole server on a made-up switch takes calls,
first with one reader of the live wire, then with 300 more. The difference of its processor time and memory is theirs.

These readers draw nothing: how soon a message is at one is measured, from the call's arrival in the controller.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import aiohttp
import msgspec

from bench import console_house, machine
from bench.catalogue import Options
from bench.children import Child
from bench.console_parts import Found, calling, p95_ms
from bench.console_reading import Read
from bench.report import Figure, at_least, at_most, told

RATE = 20.0
READERS = 300
_WARM_S, _MEASURED_S = 16.0, 20.0
_PATIENCE_S = 60.0


class _Ask(msgspec.Struct):
    pass


class _Measured(NamedTuple):
    share: float | None = None
    mb: float | None = None
    still_reading: int | None = None
    mb_a_second: float | None = None
    alone: float | None = None
    one_page_ms: float | None = None
    all_ms: float | None = None


async def measure(options: Options, folder: Path) -> Found:
    """Takes a minute and a half. Raises ChildEnded."""
    readers = _readers(options)
    warm_s, measured_s = (1.0, 2.0) if options.quick else (_WARM_S, _MEASURED_S)
    async with calling(folder, options.first_port + 100, console_house.AGENTS, RATE) as house:
        token = house.site.secret("web")
        delays: list[float] = []
        probing = asyncio.create_task(_probe(house.port, token, delays))
        try:
            await asyncio.sleep(warm_s)
            alone, alone_mb = await _share(house.process, measured_s), machine.resident_mb(house.process.pid)
            one_page_ms = p95_ms(delays)
            options.progress(f"one reader: {alone:.1f} % of a core")
            command = [str(house.port), token, str(readers)]
            async with Child("bench.console_reading", command, folder / "readers.log") as many:
                await many.ready(_PATIENCE_S)
                await many.ask(_Ask(), Read, _PATIENCE_S)
                delays.clear()
                crowded = await _share(house.process, measured_s)
                read = await many.ask(_Ask(), Read, _PATIENCE_S)
                mb = machine.resident_mb(house.process.pid) - alone_mb
        finally:
            probing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await probing  # one that ended by itself has failed
    options.progress(f"{readers} more: {crowded:.1f} %")
    seen = _Measured(crowded - alone, mb, read.readers, read.mb / measured_s, alone, one_page_ms, p95_ms(delays))
    return Found(_figures(readers, seen), ["they draw no page: what a browser adds is not in their figures"])


def unmeasured(options: Options) -> Sequence[Figure]:
    """Its figures without values."""
    return _figures(_readers(options), _Measured())


def _readers(options: Options) -> int:
    return 20 if options.quick else READERS


def _figures(readers: int, seen: _Measured) -> list[Figure]:
    pages = f"{readers} pages"
    return [
        at_most(f"{pages}, controller share", seen.share, "% of a core", 10),
        at_most(f"{pages}, memory", seen.mb, "MB", 100),
        at_least(f"{pages}, still reading at the end", seen.still_reading, "", readers),
        told(f"{pages}, read by all", seen.mb_a_second, "MB/s"),
        told("controller with one page, all of it", seen.alone, "% of a core"),
        at_most("event to message p95, one page", seen.one_page_ms, "ms", 100),
        told(f"event to message p95, {pages}", seen.all_ms, "ms"),
    ]


async def _share(house: Child, seconds: float) -> float:
    """Percent of a core that it used."""
    began, used = time.monotonic(), house.cpu_s()
    await asyncio.sleep(seconds)
    return 100.0 * (house.cpu_s() - used) / (time.monotonic() - began)


async def _probe(port: int, token: str, delays: list[float]) -> None:
    """A reader who notes how old a call is when it is first heard of."""
    known: set[str] = set()
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/live/events", headers=headers, max_msg_size=0) as socket,
    ):
        async for message in socket:
            now, read = time.time(), json.loads(message.data)
            for call in read.get("calls", ()):
                if call["call"] not in known and read["is"] == "changes":
                    delays.append(now - call["arrived_at"])
                known.add(call["call"])
            known.difference_update(read.get("gone", {}).get("calls", ()))
