"""A scripted Event Socket peer: it says again what a real FreeSWITCH said, in its order and with its delays.

It takes the client's commands and compares each with the one in the recording. Ids that the client makes anew in each
run (jobs, executions, legs) are matched by place: what stands where the recording has a UUID is that UUID in this run,
and is put into all that the switch says. UUIDs have one length, so no frame changes its size.

Where the recording has what its test did or had heard (`test`), peer and test wait for each other: nothing is said that
in truth came of a key not pressed yet, and the test is not ahead of the switch. What was said in one go is said in one
go. Delays are kept up to `longest_s`: those of races are true, waiting for a prompt to end is cut short.

Heartbeats and leases come when the client's clock says so, not when the recording has them: they are answered beside
the script, but in their turn: a switch answers commands in the order in which they came.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Literal

from tests.contract.rig import Recorded
from tests.contract.sounds import write
from tests.wire.freeswitch.recording import BESIDE_THE_SCRIPT, Said, encode_frame

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ANSWER = re.compile(rb"^Content-Type: (?:command/reply|api/response)$", re.MULTILINE)
_LENGTH = re.compile(rb"^Content-Length: (\d+)$", re.MULTILINE)
_BEAT_ANSWER = encode_frame({"Content-Type": "api/response"}, "+OK\n")
_TURNS = 10
_CLOSE_S = 0.05


class ScriptError(AssertionError):
    """The client said something else than in the recording."""


class ScriptedPeer:
    """Plays one recording for each connection, the next one for the next connection. Use `scripted_peer`."""

    def __init__(self, recordings: Sequence[list[Said]], pace: float, longest_s: float) -> None:
        self._recordings = list(recordings)
        self.pace = pace
        self.longest_s = longest_s
        self.connections = 0
        self.faults: list[str] = []
        self.finished = asyncio.Event()
        self.played = asyncio.Semaphore(0)  # one for each connection that the recording closes
        self.now_of: dict[str, str] = {}  # UUID of the recording -> UUID of this run
        self._here: dict[str, asyncio.Future[None]] = {}  # what the test did or heard, and waits at
        self._arrived = asyncio.Event()

    async def reach(self, place: str) -> None:
        """Of the test: it did or heard this. Returns when the recording is there too. Raises ScriptError."""
        if self.faults:
            raise ScriptError("\n".join(self.faults))
        assert place not in self._here, f"{place} twice at once"
        self._here[place] = asyncio.get_running_loop().create_future()
        self._arrived.set()
        await self._here[place]

    async def meet(self, place: str) -> None:
        """Of the recording: it is here. Returns when the test is."""
        while place not in self._here:
            self._arrived.clear()
            await self._arrived.wait()
        for _ in range(_TURNS):
            await asyncio.sleep(0)  # what was said is on the way through sockets and tasks: let it be heard first
        self._here.pop(place).set_result(None)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if not self._recordings:
            writer.close()
            return
        recording = self._recordings.pop(0)
        self.connections += 1
        try:
            performance = _Performance(recording, reader, writer, self)
            await performance.run()
            if not self._recordings:
                self.finished.set()
                await performance.stay()
        except ScriptError as fault:
            self._fail(str(fault))
        except (ConnectionError, asyncio.IncompleteReadError):
            self._fail("the client went away in the middle")
        except asyncio.CancelledError:
            self._fail("the test ended in the middle")
        finally:
            writer.close()

    def _fail(self, fault: str) -> None:
        self.faults.append(fault)
        for waiting in self._here.values():
            if not waiting.done():
                waiting.set_exception(ScriptError(fault))


class _Performance:
    """One recording being played to one client."""

    def __init__(
        self, recording: list[Said], reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: ScriptedPeer
    ) -> None:
        self._recording = recording
        self._reader, self._writer = reader, writer
        self._peer = peer
        self._owed: deque[Literal["script", "beat"]] = deque()  # the answers due, in the order of the commands
        self._cut = False  # the test took the connection away: what it had on its way may be lost

    async def run(self) -> None:
        last_at = 0.0
        lost = False
        for place, said in enumerate(self._recording):
            if lost and said.speaker in ("client", "switch"):
                continue
            try:
                await self._play(place, said, last_at)
            except (ConnectionError, asyncio.IncompleteReadError):
                if not self._cut:
                    raise
                lost = True
            last_at = said.at

    async def _play(self, place: int, said: Said, last_at: float) -> None:
        match said.speaker:
            case "client":
                self._compare(place, said.frame, await self._next_command())
                self._owed.append("script")
            case "switch":
                if self._peer.pace > 0 and said.at > last_at:
                    await asyncio.sleep(min((said.at - last_at) * self._peer.pace, self._peer.longest_s))
                self._writer.write(b"".join(self._said(_UUID.sub(self._translate, said.frame).encode())))
                await self._writer.drain()
            case "test":
                await self._peer.meet(said.frame)
                self._cut = self._cut or said.frame in CUTS
            case "disk":
                put_down(said.frame)
            case "close":
                self._peer.played.release()
                with suppress(TimeoutError):  # who closes it, the test or the switch, is not told
                    async with asyncio.timeout(_CLOSE_S):
                        await self._reader.read()
                self._writer.close()
            case other:
                raise ScriptError(f"nobody knows {other!r}")

    async def stay(self) -> None:
        """All is said: go on answering heartbeats until the client leaves."""
        if self._writer.is_closing():
            return
        try:
            command = await self._next_command()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        raise ScriptError(f"after the end of the recording the client said {command!r}")

    def _said(self, said: bytes) -> Iterator[bytes]:
        """The frames of one go, and behind each answer those to the heartbeats that came next."""
        while said:
            headers = said.partition(b"\n\n")[0]
            length = _LENGTH.search(headers)
            size = len(headers) + 2 + (int(length[1]) if length else 0)
            yield said[:size]
            said = said[size:]
            if _ANSWER.search(headers) and self._owed:
                self._owed.popleft()
                yield from self._beats_due()

    def _beats_due(self) -> Iterator[bytes]:
        while self._owed and self._owed[0] == "beat":
            self._owed.popleft()
            yield _BEAT_ANSWER.encode()

    def _translate(self, found: re.Match[str]) -> str:
        return self._peer.now_of.get(found.group(), found.group())

    async def _next_command(self) -> str:
        while True:
            command = (await self._reader.readuntil(b"\n\n")).decode().lstrip("\n")
            if not command:
                continue
            if not command.endswith("\n\n"):
                command += (await self._reader.readuntil(b"\n\n")).decode()
            if not command.startswith(BESIDE_THE_SCRIPT):
                return command
            self._owed.append("beat")
            self._writer.write(b"".join(self._beats_due()))

    def _compare(self, place: int, expected: str, found: str) -> None:
        for then, now in zip(_UUID.findall(expected), _UUID.findall(found), strict=False):
            self._peer.now_of.setdefault(then, now)
        if _UUID.sub(self._translate, expected) != found and not expected.startswith("auth "):
            raise ScriptError(f"frame {place}: the recording has {expected!r}, the client said {found!r}")


CUTS = ("the link is cut", "the controller dies", "the test ends")


def put_down(described: str) -> None:
    """Write the file of a `disk` line: it sounds as the one that the switch wrote then."""
    path, left, right, duration_s, silent_s = described.rsplit(" ", 4)
    sides = [set(side.split("+")) - {"-"} for side in (left, right)]
    write(Path(path), Recorded(sides[0], sides[1], float(duration_s), float(silent_s)))


@asynccontextmanager
async def scripted_peer(
    *recordings: list[Said], pace: float = 1.0, longest_s: float = float("inf")
) -> AsyncIterator[tuple[ScriptedPeer, int]]:
    """A peer on loopback, and its port. `pace` 0 says all at once, 1 keeps the recording's delays."""
    peer = ScriptedPeer(recordings, pace, longest_s)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    async with server:
        yield peer, server.sockets[0].getsockname()[1]
