"""What processes hold, by /proc, ARI and the folders: counted at quiet moments and compared. Linux."""

from __future__ import annotations

import asyncio
import re
import wave
from pathlib import Path
from typing import Any

import aiohttp

from bench.children import ChildEnded
from bench.soak.found import Held
from bench.soak.house import SoakHouse
from calls.ids import Seconds
from switch.asterisk.announcers import CONTEXT, is_announcer
from switch.asterisk.instance.upkeep import ari_session

_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_TASKS = re.compile(r"^hotline_tasks (\S+)", re.MULTILINE)
_MUSIC = re.compile(r"hotline-music(-[0-9]+)?\Z")
_NO_LEFTOVER = (".db", ".db-wal", ".db-shm", ".db-tail1", ".db-tail2", "astdb.sqlite3-journal")
"""Files of databases. The last is Asterisk's own, and there while it writes a registration down."""


def descriptors(pid: int) -> int:
    """Open ones of a process. Raises ProcessLookupError when it is gone."""
    return _entries(pid, "fd")


def threads(pid: int) -> int:
    """Threads of a process. Raises ProcessLookupError when it is gone."""
    return _entries(pid, "task")


def locks(pid: int) -> int:
    """File locks that a process holds."""
    lines = Path("/proc/locks").read_text().splitlines()
    return sum(f" {pid} " in line and "->" not in line for line in lines)


def resident_mb(pid: int) -> float:
    """Memory that a process holds of the machine's. Raises ProcessLookupError when it is gone."""
    try:
        found = _RESIDENT.search(Path(f"/proc/{pid}/status").read_text())
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    if found is None:
        raise ProcessLookupError(f"process {pid} has ended")
    return int(found[1]) / 1024


async def of(place: SoakHouse) -> Held:
    """All that is held now. Raises aiohttp.ClientError, ChildEnded where a part is away."""
    controller, asterisk = place.controller.pid, place.asterisk_pid
    tasks = _TASKS.search(await place.metrics())
    channels = await of_asterisk(place, "channels")
    bridges = await of_asterisk(place, "bridges")
    return Held(
        {
            "controller descriptors": descriptors(controller),
            "controller threads": threads(controller),
            "controller locks": locks(controller),
            "controller tasks": round(float(tasks[1])) if tasks else -1,
            "Asterisk descriptors": descriptors(asterisk),
            "Asterisk threads": threads(asterisk),
        },
        {
            # the music of who waited last goes on for some seconds
            "channel": frozenset(name for channel in channels if f"@{CONTEXT}-" not in (name := str(channel["name"]))),
            "bridge": frozenset(name for bridge in bridges if not _MUSIC.match(name := str(bridge["id"]))),
            "caller in a bridge": frozenset(
                name for bridge in bridges for one in bridge["channels"] if not is_announcer(name := str(one))
            ),
            "file": await asyncio.to_thread(_files, place),
        },
    )


async def of_asterisk(place: SoakHouse, what: str) -> list[dict[str, Any]]:
    """Channels or bridges, as ARI lists them. Raises ChildEnded when Asterisk has ended."""
    settings = place.asterisk.settings
    try:
        async with ari_session(settings) as session, session.get(f"{settings.ari_url}/{what}") as answer:
            answer.raise_for_status()
            rows: list[dict[str, Any]] = await answer.json()
            return rows
    except aiohttp.ClientConnectionError as error:
        if place.asterisk.running:
            raise
        code = await place.asterisk.ended()
        raise ChildEnded(f"Asterisk ended with code {code}; its log is {settings.log_file}") from error


def sounds(folder: Path) -> dict[str, Seconds | None]:
    """Each file of a folder of recordings with its length; None where it has none that can be read."""
    return {str(path): _length_s(path) for path in folder.rglob("*") if path.is_file()}


def _length_s(path: Path) -> Seconds | None:
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (wave.Error, EOFError, ZeroDivisionError):
        return None


def _files(place: SoakHouse) -> frozenset[str]:
    """Files of the site that nobody is known to keep: neither versions and sounds by content, nor recordings that the
    log lists (they have a check of their own), nor the store and the logs."""
    state = place.site.state
    spool = place.asterisk.settings.spool
    kept = (place.site.versions, place.site.sounds, spool / "recording", spool / "voicemail")
    return frozenset(
        str(path.relative_to(state))
        for path in state.rglob("*")
        if path.is_file() and not path.name.endswith(_NO_LEFTOVER) and not any(path.is_relative_to(one) for one in kept)
    )


def _entries(pid: int, what: str) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/{what}").iterdir())
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
