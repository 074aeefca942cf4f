"""The console of a running Asterisk, by its control socket: as `asterisk -rx COMMAND`, without a program to run.

Source: Asterisk's main/asterisk.c, ast_remotecontrol and netconsole: a banner line, then commands that end with a zero.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from calls.ids import Seconds

_DEADLINE_S: Seconds = 5.0


async def ask_console(control_socket: Path, command: str) -> str:
    """What the console says to one command. Raises OSError where there is no Asterisk, TimeoutError."""
    async with asyncio.timeout(_DEADLINE_S):
        reader, writer = await asyncio.open_unix_connection(control_socket)
        try:
            await reader.readline()  # host, process, version
            writer.write(f"cli quit after {command}".encode() + b"\0")
            await writer.drain()
            return (await reader.read()).decode(errors="replace")
        finally:
            writer.close()
