"""A real FreeSWITCH for live tests.

HOTLINE_FREESWITCH=host:port names the event socket of one that runs, with its password in HOTLINE_FREESWITCH_PASSWORD;
its run directory is on this machine, as `switch.freeswitch` makes it. Else one is started where its program is found.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import msgspec

from calls.errors import SwitchAway
from switch.accounts import AgentAccount, SecretStore
from switch.freeswitch.client import Refused
from switch.freeswitch.hearing import FOLDER
from switch.freeswitch.instance.installation import locate
from switch.freeswitch.instance.process import KEYS, FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.upkeep import ask, set_accounts
from switch.freeswitch.wire import Api
from tests.live.conftest import AGENTS, until
from tests.ports import audio_ports, free_port

_PORTS = range(14_000, 14_400, 2)
_SHARED_KEYS = Path(__file__).resolve().parents[2] / ".local" / "freeswitch-test-keys"
NAMED = os.environ.get("HOTLINE_FREESWITCH")


def freeswitch_settings(run_dir: Path, **changes: object) -> FreeSwitchSettings:
    """Settings with free ports; keyword arguments replace what it chooses."""
    store = SecretStore(run_dir / "secrets.json")
    audio = audio_ports()
    chosen: dict[str, object] = {
        "run_dir": run_dir,
        "event_socket_password": secrets.token_urlsafe(18),
        "event_socket_port": free_port(socket.SOCK_STREAM, _PORTS),
        "sip_port": free_port(socket.SOCK_DGRAM, _PORTS),
        "rtp_first": audio[0],
        "rtp_last": audio[-1],
        "accounts": tuple(AgentAccount(agent, store.get(f"agent-{agent}")) for agent in AGENTS),
    }
    return FreeSwitchSettings(**(chosen | changes))  # type: ignore[arg-type]  # keywords come from the tests


@asynccontextmanager
async def own_freeswitch(run_dir: Path, **changes: object) -> AsyncIterator[FreeSwitchProcess]:
    """A switch of the test's own, gone after it. Its program must be there (`locate`)."""
    program = locate()
    assert program is not None
    process = FreeSwitchProcess(freeswitch_settings(run_dir, **changes), program)
    with shared_keys(process.settings):
        await process.start()
    try:
        yield process
    finally:
        await process.kill()


@contextlib.contextmanager
def shared_keys(settings: FreeSwitchSettings) -> Iterator[None]:
    """Around the first start of a switch: it has the keys of those before, or makes them for those to come."""
    ours = settings.certificates_dir is None
    if ours:
        _copy_keys(_SHARED_KEYS, settings.keys_dir)
    yield
    if ours:
        _copy_keys(settings.keys_dir, _SHARED_KEYS)


def _copy_keys(source: Path, target: Path) -> None:
    """The keys that a switch makes at its first start, in seconds each: all switches of the tests share one pair."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEYS:
        if (source / name).exists() and not (target / name).exists():
            unfinished = target / f"{name}.{os.getpid()}"  # several workers may come here at once
            shutil.copyfile(source / name, unfinished)
            unfinished.replace(target / name)


class Instance:
    """A FreeSWITCH that can be restarted: ours by a crash and a start, somebody else's by its own command."""

    def __init__(self, settings: FreeSwitchSettings, process: FreeSwitchProcess | None) -> None:
        self.settings = settings
        self._process = process

    async def restart(self) -> None:
        """Return once it answers again."""
        if self._process is not None:
            await self._process.kill()
            await self._process.start()
            return
        core = await ask(self.settings, Api("global_getvar", "core_uuid"))
        await ask(self.settings, Api("fsctl", "shutdown restart"))  # with `now` it would not come back

        async def anew() -> bool:
            with contextlib.suppress(SwitchAway):  # between two questions it may go
                return core != await ask(self.settings, Api("global_getvar", "core_uuid"))
            return False

        await until(anew, 30.0)


@asynccontextmanager
async def some_freeswitch(run_dir: Path, **changes: object) -> AsyncIterator[Instance]:
    """The one that is named, with the accounts of `changes`, without calls and phones; or one of our own."""
    if NAMED:
        settings = await _named(NAMED)
        accounts = cast(tuple[AgentAccount, ...], changes.get("accounts", ()))
        await _clear(settings, accounts)
        if accounts:
            await set_accounts(settings, accounts)
        yield Instance(replace(settings, accounts=accounts), None)
        return
    async with own_freeswitch(run_dir, **changes) as process:
        yield Instance(process.settings, process)


async def gateway_port() -> int:
    """The loopback port that the gateway of the named switch leads to; 0 when there is none named."""
    if not NAMED:
        return 0
    status = await ask(await _named(NAMED), Api("sofia", "xmlstatus gateway trunk"))
    proxy = re.search(r"<proxy>sip:127\.0\.0\.1:(\d+)", status)
    assert proxy is not None, f"{NAMED} needs a gateway to a free port of 127.0.0.1: {status}"
    return int(proxy[1])


async def _clear(settings: FreeSwitchSettings, accounts: Iterable[AgentAccount]) -> None:
    """Send away calls and phones of an earlier test. One by one: all phones at once go some time later."""
    await ask(settings, Api("hupall", ""))
    for account in accounts:
        await ask(settings, Api("sofia", f"profile hotline flush_inbound_reg {account.user}@{settings.domain}"))

    async def nobody() -> bool:
        return msgspec.json.decode(await ask(settings, Api("show", "channels as json")))["row_count"] == 0

    await until(nobody)


async def taps(settings: FreeSwitchSettings) -> int:
    """What there is, on the switch and on disk, of callers being listened to."""
    count = len(list((settings.recording_dir / FOLDER).glob("*")))
    for row in msgspec.json.decode(await ask(settings, Api("show", "channels as json"))).get("rows", ()):
        with contextlib.suppress(Refused):  # what no leg has, or no leg
            count += (await ask(settings, Api("uuid_buglist", row["uuid"]))).count(f"/{FOLDER}/")
    return count


async def _named(place: str) -> FreeSwitchSettings:
    """What a switch that runs says of itself."""
    host, _, port = place.rpartition(":")
    settings = FreeSwitchSettings(
        run_dir=Path("/"),
        event_socket_password=os.environ["HOTLINE_FREESWITCH_PASSWORD"],
        event_socket_address=host,
        event_socket_port=int(port),
    )
    conf_dir = Path((await ask(settings, Api("global_getvar", "conf_dir"))).strip())
    status = await ask(settings, Api("sofia", "xmlstatus profile hotline"))
    url = re.search(r"<url>sip:[^@]*@([^:<]+):(\d+)", status)
    assert url is not None, f"{place} has no profile hotline: {status}"
    return replace(settings, run_dir=conf_dir.parent, sip_address=url[1], sip_port=int(url[2]))
