"""What the controller writes for an Asterisk that somebody else runs: agents' accounts, and the fallback.

The folder is shared with it; a module is told over ARI to read its file again, while calls go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from switch.asterisk.configuration import write_accounts, write_fallback
from switch.asterisk.fallback import FallbackLine, compile_fallback
from switch.asterisk.imported import FallbackLog
from switch.asterisk.settings import AgentAccount, AsteriskSettings, SecretStore


class AsteriskProvisioning:
    """Writes for the Asterisk of `settings`. Secrets of accounts are made at first use and stay."""

    def __init__(self, settings: AsteriskSettings, secrets: SecretStore) -> None:
        self._settings = settings
        self._secrets = secrets
        self.log = FallbackLog(settings.fallback_log)

    def account(self, name: str) -> AgentAccount:
        """The account of one phone, with its secret."""
        return AgentAccount(name, self._secrets.get(f"agent-{name}"))

    async def provide(self, accounts: Sequence[str], lines: Sequence[FallbackLine]) -> None:
        """Put these accounts and this fallback in force. Raises aiohttp.ClientError when Asterisk does not answer."""
        made = tuple(self.account(name) for name in accounts)
        dialplan = compile_fallback(lines, str(self._settings.voicemail_dir))
        await asyncio.to_thread(write_accounts, self._settings, made)
        await asyncio.to_thread(write_fallback, self._settings, dialplan)
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(headers=self._settings.ari_headers, timeout=timeout) as session:
            for module in ("res_pjsip.so", "pbx_config.so"):
                async with session.put(f"{self._settings.ari_url}/asterisk/modules/{module}") as response:
                    response.raise_for_status()
