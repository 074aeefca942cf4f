"""A child of `bench console`: so many readers of the live wire. `python -m bench.console_reading PORT TOKEN COUNT`
prints a line once each has its snapshot, and answers any line with what they read since the last one."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from bench.children import reply, requests


class Read(msgspec.Struct):
    """What was read."""

    mb: float
    readers: int


class _Reader:
    """Counts bytes: what is in them is for a page to know."""

    def __init__(self) -> None:
        self.bytes = 0

    async def open(self, port: int, token: str) -> asyncio.Task[None]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = (
            "GET /live/events HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"Authorization: Bearer {token}",
        )
        writer.write("\r\n".join((*lines, "", "")).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise OSError(head.decode())
        return asyncio.create_task(self._read(reader, writer))

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            self.bytes += len(data)
        writer.close()


async def _run(port: int, token: str, count: int) -> None:
    readers = [_Reader() for _ in range(count)]
    tasks = [await reader.open(port, token) for reader in readers]
    while not all(reader.bytes for reader in readers):  # noqa: ASYNC110 - they only count
        await asyncio.sleep(0.05)
    reply(Read(0.0, count))
    before = 0
    async for _ in requests():
        now = sum(reader.bytes for reader in readers)
        reply(Read((now - before) / 1e6, sum(not task.done() for task in tasks)))
        before = now


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
