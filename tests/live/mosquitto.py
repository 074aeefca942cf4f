"""A real mosquitto of a test's own: started, killed, frozen and thawed, on one port; and somebody who listens."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt

from tests.ports import free_port

_PORTS = range(19_100, 19_400)
"""Its own: a killed broker comes back to its port."""


class Mosquitto:
    """The broker. Nothing of it outlives a kill: what is retained afterwards has been said again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port(among=_PORTS)
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns once it takes connections."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        assert program is not None, "mosquitto is not installed: ./setup.sh test"
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            program, "-c", str(self._config), stdout=quiet, stderr=quiet
        )
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    async def kill(self) -> None:
        """At once, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        """It keeps its connections and answers nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class Listener:
    """Hears everything: `retained` is what the topics say now, `heard` all that came, in order."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.retained: dict[str, bytes] = {}
        self.heard: list[tuple[str, bytes]] = []

    async def listen(self) -> None:
        """For as long as the link holds."""
        async for message in self.client.messages:
            topic, payload = str(message.topic), bytes(message.payload)
            self.heard.append((topic, payload))
            self.retained.pop(topic, None)
            if payload:
                self.retained[topic] = payload


@contextlib.asynccontextmanager
async def listening(port: int) -> AsyncIterator[Listener]:
    """A client of the broker that subscribes to all there is."""
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5, timeout=10) as client:
        await client.subscribe("#", qos=1)
        listener = Listener(client)
        task = asyncio.create_task(listener.listen())
        try:
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
