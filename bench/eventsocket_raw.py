"""The reference of `bench.eventsocket`: asyncio's own streams, a dict and `unquote`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from bench.eventsocket_ours import LEG, READ


async def events_us(port: int, events: int) -> float:
    """CPU of an event, in microseconds."""
    async with _socket(port) as (reader, writer):
        begun = time.process_time()
        writer.write(b"api events plain %d\n\n" % events)
        await _frame(reader)
        for _ in range(events):
            _, body = await _frame(reader)
            event: dict[str, str] = {}
            for line in body.decode().splitlines():
                name, _, value = line.partition(": ")
                event[name] = unquote(value)
            for name in READ:
                event.get(name)
        return (time.process_time() - begun) / events * 1e6


async def commands_us(port: int, commands: int, together: int = 1) -> float:
    """CPU of a command and its reply, in microseconds; `together` are written before the first reply is awaited."""
    async with _socket(port) as (reader, writer):
        begun = time.process_time()
        for _ in range(commands // together):
            for _ in range(together):
                writer.write(f"api uuid_setvar {LEG} name value\n\n".encode())
            await writer.drain()
            for _ in range(together):
                await _frame(reader)
        return (time.process_time() - begun) / (commands // together * together) * 1e6


async def _frame(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    headers: dict[str, str] = {}
    while (line := await reader.readline()) != b"\n":
        name, _, value = line.decode().partition(": ")
        headers[name] = value.rstrip("\n")
    return headers, await reader.readexactly(int(headers.get("Content-Length", 0)))


@asynccontextmanager
async def _socket(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _frame(reader)
    writer.write(b"auth any\n\n")
    await _frame(reader)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()
