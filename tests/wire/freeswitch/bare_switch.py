"""The least that a client takes for a switch: it lets in, accepts subscriptions, beats. The test says the rest."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec

from tests.wire.freeswitch.recording import encode_frame

Answer = Callable[[str], str | Awaitable[str | None] | None]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_TURNS = 10
"""Of the loop, until a connection that was accepted at the last moment is one that can be closed."""


def reply(text: str) -> str:
    """The answer to a command."""
    return encode_frame({"Content-Type": "command/reply", "Reply-Text": text}, "")


def api(text: str) -> str:
    """The answer to an `api`."""
    return encode_frame({"Content-Type": "api/response"}, text)


def event(name: str, body: str = "", **headers: str) -> str:
    """An event; underscores of header names are hyphens."""
    fields = {"Event-Name": name, **{key.replace("_", "-"): value for key, value in headers.items()}}
    if body:
        fields["_body"] = body
    return encode_frame({"Content-Type": "text/event-json"}, msgspec.json.encode(fields).decode())


class BareSwitch:
    """Takes one client after another. `answer` gives what to say to a command, or None for nothing at all."""

    def __init__(self, answer: Answer | None = None) -> None:
        self._answer = answer
        self.commands: list[str] = []
        self.wakes = 0
        self.connections = 0
        self.deaf = False
        self._writers: list[asyncio.StreamWriter] = []

    def say(self, *frames: str) -> None:
        """Say something now, to the client connected last."""
        self._writers[-1].write("".join(frames).encode())

    def hang_up(self) -> None:
        """Close the connection in the client's face."""
        self._writers[-1].transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        self._writers.append(writer)
        writer.write(b"Content-Type: auth/request\n\n")
        buffer = b""
        try:
            while data := await reader.read(65536):
                buffer += data
                while buffer:
                    if buffer.startswith(b"\n"):
                        self.wakes += 1
                        buffer = buffer[1:]
                        continue
                    command, end, rest = buffer.partition(b"\n\n")
                    if not end:
                        break
                    buffer = rest
                    if not self.deaf:
                        await self._take(command.decode(), writer)
        except ConnectionError:
            return
        finally:
            writer.close()

    async def _take(self, command: str, writer: asyncio.StreamWriter) -> None:
        self.commands.append(command)
        said = self._answer(command) if self._answer else None
        if isinstance(said, Awaitable):
            said = await said
        if said is None:
            said = self._usual(command)
        if said:
            writer.write(said.encode())

    def _usual(self, command: str) -> str:
        match command.split()[0]:
            case "auth":
                return reply("+OK accepted" if command == "auth right" else "-ERR invalid")
            case "event":
                return reply("+OK event listener enabled json")
            case "api" if command == "api uptime s":
                return api("1\n")
        return ""


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """A port on loopback. At the end all connections are closed, those too that came in the last moment."""
    writers: list[asyncio.StreamWriter] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await serve(reader, writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
            for writer in writers:
                writer.transport.abort()


@asynccontextmanager
async def bare_switch(answer: Answer | None = None) -> AsyncIterator[tuple[BareSwitch, int]]:
    """One on loopback, and its port."""
    switch = BareSwitch(answer)
    async with listening(switch.serve) as port:
        yield switch, port
