"""Upkeep changes a FreeSWITCH that runs, whoever started it: it writes a file and has the switch read all again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from calls.errors import SwitchAway
from switch.accounts import AgentAccount
from switch.freeswitch.client import Refused
from switch.freeswitch.instance.configuration import write_accounts, write_fallback, write_peers
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.link import Link
from switch.freeswitch.wire import Api, Auth, Command

_DEADLINE_S = 5.0


async def set_accounts(settings: FreeSwitchSettings, accounts: Iterable[AgentAccount]) -> None:
    """Replaces all agents' accounts while calls go on; phones of accounts that stay are not disturbed.

    Raises BadInput for an id that is no account name, and what `ask` raises.
    """
    await asyncio.to_thread(write_accounts, settings, accounts)
    await ask(settings, Api("reloadxml", ""))


async def set_peers(settings: FreeSwitchSettings) -> None:
    """Replaces the other switches of the cell by those of the settings while calls go on. Raises as `set_accounts`."""
    await asyncio.to_thread(write_peers, settings)
    await ask(settings, Api("reloadxml", ""))
    await ask(settings, Api("sofia", "profile hotline rescan"))


async def set_fallback(settings: FreeSwitchSettings, dialplan: str, zones: Iterable[str]) -> None:
    """Puts a compiled fallback in force for the next call that meets no controller. `zones`: those that it names."""
    await asyncio.to_thread(write_fallback, settings, dialplan, zones)
    await ask(settings, Api("reloadxml", ""))


async def answers(settings: FreeSwitchSettings) -> bool:
    """Whether the event socket answers with this password. Raises Refused when somebody else's does."""
    try:
        return "UP" in await ask(settings, Api("status", ""))
    except SwitchAway:
        return False


async def ask(settings: FreeSwitchSettings, command: Command) -> str:
    """One command over a connection of its own. Raises SwitchAway, and Refused for a wrong password or an -ERR."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_DEADLINE_S):
            _, link = await loop.create_connection(
                lambda: Link(lambda event: None, lambda lag: None),
                settings.event_socket_address,
                settings.event_socket_port,
            )
            try:
                await link.welcomed()
                told = ""
                for step in (Auth(settings.event_socket_password), command):
                    reply = await link.submit(step, _DEADLINE_S)
                    if not reply.ok:
                        raise Refused(f"{type(step).__name__}: {reply.text.strip()}")
                    told = reply.text
                return told
            finally:
                link.abort("done")
    except (OSError, TimeoutError) as error:
        raise SwitchAway(f"no event socket: {error or type(error).__name__}") from error
