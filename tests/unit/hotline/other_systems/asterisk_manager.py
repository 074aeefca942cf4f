"""An Asterisk's manager interface, as far as a test needs it: it lets one account in and tells what it may do."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

READ_ONLY = ("Ping: Keepalive command.  (Priv: <none>)", "ListCommands: List commands.  (Priv: <none>)")
MAY_CALL = (*READ_ONLY, "Originate: Originate a call.  (Priv: originate,all)")


class FakeManager:
    """`asked` are the names of all actions that came; `say` gives an event to whoever is logged in."""

    def __init__(self, commands: tuple[str, ...] = READ_ONLY, secret: str = "s3cret") -> None:
        self.commands = commands
        self.secret = secret
        self.asked: list[str] = []
        self.silent = False
        """It answers nothing any more: a peer that is gone without a word."""
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["FakeManager"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.drop()
            server.close()
            await server.wait_closed()

    def say(self, **fields: str) -> None:
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        for writer in self._writers:
            writer.write(text.encode() + b"\r\n")

    def drop(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                action = dict(line.split(": ", 1) for line in lines if ": " in line)
                self.asked.append(action["Action"])
                if self.silent:
                    continue
                writer.write(self._answer(action, writer))
        writer.close()

    def _answer(self, action: dict[str, str], writer: asyncio.StreamWriter) -> bytes:
        head = f"Response: Success\r\nActionID: {action['ActionID']}\r\n"
        match action["Action"]:
            case "Login" if action["Secret"] == self.secret:
                self._writers.append(writer)
                booted = "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"
                return f"{head}Message: Authentication accepted\r\n\r\n{booted}".encode()
            case "Login":
                head = head.replace("Success", "Error")
                return f"{head}Message: Authentication failed\r\n\r\n".encode()
            case "ListCommands":
                return (head + "\r\n".join(self.commands) + "\r\n\r\n").encode()
            case _:
                return f"{head}Ping: Pong\r\n\r\n".encode()
