"""What webhooks cost the calls: the time that the event loop is held by a ring that two receivers are to be told of,
and how soon a receiver on this machine has it."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from bench import machine
from bench.catalogue import Options
from bench.report import Report, at_most, told
from calls.ids import AgentId, AttemptId, CallId
from control.messages.commands import NotifyRing
from hotline.site.webhooks import WebhookSettings
from hotline.store import opening
from hotline.store.writer import Writer
from hotline.webhooks.delivery import Deliveries, Delivery
from hotline.webhooks.outbox import Outbox

RINGS = 2_000
_A_SECOND = 40


async def run(options: Options) -> Report:
    """Takes a minute, `quick` two seconds."""
    rings = 60 if options.quick else RINGS
    came: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        path = Path(folder) / "hotline.db"
        opening.migrate(path)
        async with _receiver(came) as url:
            told_at, held_s = await _ring(path, url, rings, came)
    late_ms = [(came[call] - at) * 1e3 for call, at in told_at.items()]
    held_us = np.array(held_s) * 1e6
    figures = [
        at_most("event loop held by a ring for two webhooks, p99", float(np.percentile(held_us, 99)), "µs", 500),
        told("the same, p50", float(np.percentile(held_us, 50)), "µs"),
        told(f"a ring is with the receiver, {_A_SECOND} a second, p50", float(np.percentile(late_ms, 50)), "ms"),
        at_most("the same, p99", float(np.percentile(late_ms, 99)), "ms", 500),
        at_most("rings that did not come", float(rings - len(came)), "", 0),
    ]
    return Report("webhooks", machine.facts(), figures)


async def _ring(path: Path, url: str, rings: int, came: dict[str, float]) -> tuple[dict[str, float], list[float]]:
    writer = Writer(path, lambda trouble: None)
    hooks = [WebhookSettings(name=name, url=url, events=("ring",)) for name in ("crm", "wallboard")]
    secrets = (b"s" * 32,)
    deliveries = Deliveries((hook.name, Delivery(hook, lambda: secrets, path, writer, lambda: "CN")) for hook in hooks)
    outbox = Outbox(hooks, writer, deliveries.written)
    deliveries.start()
    told_at: dict[str, float] = {}
    held_s = []
    for number in range(rings):
        ring = _command(number)
        told_at[ring.call] = time.time()
        began = time.perf_counter()
        outbox.write(ring)
        held_s.append(time.perf_counter() - began)
        await asyncio.sleep(1.0 / _A_SECOND)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(10.0):
            while len(came) < rings:  # noqa: ASYNC110 - the receiver below tells nobody
                await asyncio.sleep(0.05)
    await deliveries.close()
    await writer.close()
    return told_at, held_s


def _command(number: int) -> NotifyRing:
    return NotifyRing(
        call=CallId(f"switch-1@{number}"),
        offer=AttemptId(f"offer-{number}"),
        agent=AgentId("8001"),
        account="8001",
        caller="+8613800138000",
        called="95183",
        queue="care",
        language="zh-CN",
        at=time.time(),
        queued_at=time.time(),
        callback=False,
        about="loans",
        fields={"contract": "L-20261129-7", "mobile": "13900139000"},
        choice=None,
    )


@contextlib.asynccontextmanager
async def _receiver(came: dict[str, float]) -> AsyncIterator[str]:
    """A server on this loop that notes when it had the first message of each call."""
    from aiohttp import web

    async def take(request: web.Request) -> web.Response:
        call = (await request.json())["data"]["call"]
        came.setdefault(call, time.time())
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/", take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
