"""A TCP relay on loopback that a test can cut, or hold one way."""

from __future__ import annotations

import asyncio


class LinkProxy:
    """Between controller and switch. While cut, connections are reset and new ones refused.

    While held, what the controller says does not arrive, and what the switch says does. A cut loses it.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self._through = asyncio.Event()

    async def open(self) -> None:
        self._through.set()
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    def hold(self) -> None:
        self._through.clear()

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _relay(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            near_out.transport.abort()
            return
        always = asyncio.Event()
        always.set()
        for source, sink, through in ((near_in, far_out, self._through), (far_in, near_out, always)):
            task = asyncio.create_task(_pump(source, sink, through))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, through: asyncio.Event) -> None:
    try:
        while data := await source.read(65536):
            await through.wait()
            sink.write(data)
            await sink.drain()
    except OSError:
        pass  # the other direction ends it as well
    finally:
        sink.transport.abort()
