"""A scripted Event Socket peer: it says again what a real FreeSWITCH said, in its order and with its delays.

It takes the client's commands and compares each with the one in the recording. Ids that the client makes anew in each
run (jobs, executions, legs) are matched by place: what stands where the recording has a UUID is that UUID in this run,
and is put into all that the switch says. UUIDs have one length, so no frame changes its size.

Heartbeats and leases come when the client's clock says so, not when the recording has them: they are answered on their
own, beside the script.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.wire.freeswitch.recording import BESIDE_THE_SCRIPT, Said, encode_frame

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BEAT_ANSWER = encode_frame({"Content-Type": "api/response"}, "+OK\n")


class ScriptError(AssertionError):
    """The client said something else than in the recording."""


class ScriptedPeer:
    """Plays one recording for each connection, the next one for the next connection. Use `scripted_peer`."""

    def __init__(self, recordings: Sequence[list[Said]], pace: float) -> None:
        self._recordings = list(recordings)
        self._pace = pace
        self.connections = 0
        self.faults: list[str] = []
        self.finished = asyncio.Event()
        self.played = asyncio.Semaphore(0)  # one for each connection whose script is through

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if not self._recordings:
            writer.close()
            return
        recording = self._recordings.pop(0)
        self.connections += 1
        try:
            performance = _Performance(recording, reader, writer, self._pace)
            await performance.run()
            self.played.release()
            if not self._recordings:
                self.finished.set()
                await performance.stay()
        except ScriptError as fault:
            self.faults.append(str(fault))
        except (ConnectionError, asyncio.IncompleteReadError):
            self.faults.append("the client went away in the middle")
        except asyncio.CancelledError:
            self.faults.append("the test ended in the middle")
        finally:
            writer.close()


class _Performance:
    """One recording being played to one client."""

    def __init__(
        self, recording: list[Said], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pace: float
    ) -> None:
        self._recording = recording
        self._reader, self._writer = reader, writer
        self._pace = pace
        self._now_of: dict[str, str] = {}  # UUID of the recording -> UUID of this run

    async def run(self) -> None:
        last_at = 0.0
        for place, said in enumerate(self._recording):
            if said.speaker == "client":
                self._compare(place, said.frame, await self._next_command())
            else:
                if self._pace > 0 and said.at > last_at:
                    await asyncio.sleep((said.at - last_at) * self._pace)
                self._writer.write(_UUID.sub(self._translate, said.frame).encode())
                await self._writer.drain()
            last_at = said.at

    async def stay(self) -> None:
        """All is said: go on answering heartbeats until the client leaves."""
        try:
            command = await self._next_command()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        raise ScriptError(f"after the end of the recording the client said {command!r}")

    def _translate(self, found: re.Match[str]) -> str:
        return self._now_of.get(found.group(), found.group())

    async def _next_command(self) -> str:
        while True:
            command = (await self._reader.readuntil(b"\n\n")).decode().lstrip("\n")
            if not command:
                continue
            if not command.endswith("\n\n"):
                command += (await self._reader.readuntil(b"\n\n")).decode()
            if not command.startswith(BESIDE_THE_SCRIPT):
                return command
            self._writer.write(_BEAT_ANSWER.encode())

    def _compare(self, place: int, expected: str, found: str) -> None:
        for then, now in zip(_UUID.findall(expected), _UUID.findall(found), strict=False):
            self._now_of.setdefault(then, now)
        if _UUID.sub(self._translate, expected) != found and not expected.startswith("auth "):
            raise ScriptError(f"frame {place}: the recording has {expected!r}, the client said {found!r}")


@asynccontextmanager
async def scripted_peer(*recordings: list[Said], pace: float = 1.0) -> AsyncIterator[tuple[ScriptedPeer, int]]:
    """A peer on loopback, and its port. `pace` 0 says all at once, 1 keeps the recording's delays."""
    peer = ScriptedPeer(recordings, pace)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    async with server:
        yield peer, server.sockets[0].getsockname()[1]
