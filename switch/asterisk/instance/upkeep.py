"""Upkeep changes an Asterisk that runs, whoever started it: it writes a file and has one module read it again."""

from __future__ import annotations

import asyncio

import aiohttp

from switch.accounts import AgentAccount
from switch.asterisk.devices import ACCOUNTS_CHANGED, subscriptions
from switch.asterisk.instance.configuration import write_accounts, write_fallback, write_peers
from switch.asterisk.instance.settings import AsteriskSettings

_DEADLINE_S = 5.0


async def set_accounts(settings: AsteriskSettings, accounts: tuple[AgentAccount, ...]) -> None:
    """Replaces all agents' accounts while calls go on; phones of accounts that stay are not disturbed.

    A controller that is connected is told of the new phones, too; one that connects later asks for them itself.
    Raises ConfigurationError for an id that is no account name, and what `reload` raises.
    """
    await asyncio.to_thread(write_accounts, settings, accounts)
    await reload(settings, "res_pjsip.so")
    async with ari_session(settings) as session:
        for uri in subscriptions(settings.application, (account.user for account in accounts)):
            async with session.post(f"{settings.ari_url}/{uri}") as response:
                if response.status == 404:
                    return  # no controller has connected yet
                response.raise_for_status()
        url = f"{settings.ari_url}/events/user/{ACCOUNTS_CHANGED}?application={settings.application}"
        async with session.post(url) as response:
            response.raise_for_status()


async def set_peers(settings: AsteriskSettings) -> None:
    """Replaces the other switches of the cell by those of the settings while calls go on. Raises as `reload`."""
    await asyncio.to_thread(write_peers, settings)
    await reload(settings, "res_pjsip.so")


async def set_fallback(settings: AsteriskSettings, dialplan: str) -> None:
    """Puts a compiled fallback in force for the next call that meets no controller. Raises as `set_accounts`."""
    await asyncio.to_thread(write_fallback, settings, dialplan)
    await reload(settings, "pbx_config.so")


async def reload(settings: AsteriskSettings, module: str) -> None:
    """Has one module read its configuration again; raises aiohttp.ClientError or TimeoutError when it cannot."""
    url = f"{settings.ari_url}/asterisk/modules/{module}"
    async with ari_session(settings) as session, session.put(url) as response:
        response.raise_for_status()


async def answers(settings: AsteriskSettings) -> bool:
    """Whether ARI answers with this password and SIP has its configuration, that is, whether calls are taken.

    Raises PermissionError when somebody else's Asterisk answers, who does not know the password.
    """
    try:
        async with (
            ari_session(settings) as session,
            session.get(f"{settings.ari_url}/endpoints/PJSIP/trunk") as response,
        ):
            if response.status == 401:
                raise PermissionError(f"{settings.ari_url} refuses the password")
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False  # not listening, or not yet


def ari_session(settings: AsteriskSettings) -> aiohttp.ClientSession:
    """A session with credentials for a few requests; to be closed by the caller."""
    return aiohttp.ClientSession(headers=settings.ari_headers, timeout=aiohttp.ClientTimeout(total=_DEADLINE_S))
