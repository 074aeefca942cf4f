"""When Asterisk is told to give memory back: after many calls, in a quiet minute, and once for each rush."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from switch.asterisk.instance.memory import MemoryKeeper

pytestmark = pytest.mark.unit


class Console:
    """An Asterisk's control socket that counts as it is told to."""

    def __init__(self) -> None:
        self.channels = self.calls = 0
        self.trims = 0
        self.says_nonsense = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"host/1/22.10.1\n")
        asked = (await reader.readuntil(b"\0")).decode()
        if asked == "cli quit after core show channels count\0":
            some = "channel" if self.channels == 1 else "channels"
            told = f"{self.channels} active {some}\n0 active calls\n{self.calls} calls processed\n"
            writer.write(b"no such command" if self.says_nonsense else told.encode())
        elif asked == "cli quit after malloc trim\0":
            self.trims += 1
            writer.write(b"Returned some memory to the OS.\n")
        writer.close()


@pytest_asyncio.fixture
async def console() -> AsyncIterator[tuple[Console, Path]]:
    folder = Path(tempfile.mkdtemp())  # the path of a socket is short
    served = Console()
    server = await asyncio.start_unix_server(served.serve, folder / "asterisk.ctl")
    async with server:
        yield served, folder / "asterisk.ctl"
    shutil.rmtree(folder)


async def test_after_a_rush_and_only_once(console: tuple[Console, Path]) -> None:
    asterisk, socket = console
    keeper = MemoryKeeper(socket, os.getpid())
    seen = []
    minutes = [(2, 0), (400, 300), (150, 900), (90, 1000), (90, 1010), (20, 1100), (300, 1500), (3, 1900), (3, 1901)]
    for channels, calls in minutes:
        asterisk.channels, asterisk.calls = channels, calls
        seen.append(await keeper.look())
    assert seen == [False, False, False, False, True, False, False, False, True]
    assert asterisk.trims == 2


async def test_few_calls_are_not_worth_it(console: tuple[Console, Path]) -> None:
    asterisk, socket = console
    keeper = MemoryKeeper(socket, os.getpid())
    asterisk.channels, asterisk.calls = 1, 199
    assert not await keeper.look()
    assert not await keeper.look()
    asterisk.calls = 200
    assert await keeper.look()


async def test_a_console_that_is_away_or_speaks_otherwise_is_an_error_of_this_minute(
    console: tuple[Console, Path], tmp_path: Path
) -> None:
    asterisk, socket = console
    with pytest.raises(OSError, match="No such file"):
        await MemoryKeeper(tmp_path / "asterisk.ctl", os.getpid()).look()
    asterisk.says_nonsense = True
    with pytest.raises(OSError, match="does not say how many"):
        await MemoryKeeper(socket, os.getpid()).look()
    assert MemoryKeeper(socket, os.getpid()).resident_mb() > 1
