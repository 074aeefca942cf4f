"""What the broker of a soak is told: which calls have ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from bench.house import HOST

_ENDED = "hotline/v1/soak/calls/ended"


@dataclass
class Told:
    """The ids of calls that were told as ended; None where there is no broker."""

    calls: set[str] | None


class _Ended(msgspec.Struct):
    call: str


@contextlib.asynccontextmanager
async def told_on(port: int | None) -> AsyncIterator[Told]:
    """Listen at the broker of this port; None: there is none."""
    if port is None:
        yield Told(None)
        return
    import aiomqtt  # an extra of the house: only where there is a broker

    calls: set[str] = set()
    async with aiomqtt.Client(HOST, port, protocol=aiomqtt.ProtocolVersion.V5, timeout=10) as client:
        await client.subscribe(_ENDED, qos=1)

        async def listen() -> None:
            async for message in client.messages:
                calls.add(msgspec.json.decode(bytes(message.payload), type=_Ended).call)

        task = asyncio.create_task(listen())
        try:
            yield Told(calls)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
