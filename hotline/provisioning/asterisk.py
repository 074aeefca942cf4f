"""Provisioning of an Asterisk: agents' SIP accounts, and the fallback for when the controller is away."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import aiohttp

from calls.errors import SwitchError
from calls.overrides import Override
from calls.trunks import Tls, Trunk
from hotline.provisioning.plan import accounts_of, fallback_lines, missed_call
from hotline.provisioning.port import MissedCall
from hotline.provisioning.secrets import passwords_of
from hotline.provisioning.web_phones import WebPhones
from hotline.site.site import Site
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Program
from switch.accounts import PREFIX, SecretStore
from switch.asterisk.instance.configuration import WEB_PHONES, standing_values
from switch.asterisk.instance.fallback import compile_fallback
from switch.asterisk.instance.imported import FallbackLog
from switch.asterisk.instance.registrations import registrations
from switch.asterisk.instance.settings import AsteriskSettings
from switch.asterisk.instance.trunks import seen_trunks, set_trunks
from switch.asterisk.instance.upkeep import set_accounts, set_fallback, set_peers
from switch.failed_registrations import ASTERISK, FailedRegistration, RegistrationLog
from switch.media_timeout import MediaTimeout
from switch.registrations import Registration
from switch.trunk_lines import Seen


class AsteriskHouse:
    """Writes for the Asterisk whose run directory the site shares."""

    def __init__(self, site: Site, node: str, accounts: SecretStore, web: WebPhones | None = None) -> None:
        """`accounts` has the phones' secrets: one store for all nodes, for a phone may move between them; `web` those
        that are lent to browsers."""
        settings = site.switches[node]
        if settings.run_dir is None:
            raise ValueError("the site shares no run directory with an Asterisk")
        self._switch = AsteriskSettings(
            run_dir=site.folder / settings.run_dir,
            ari_password=site.switch_password(node),
            ari_user=settings.user,
            ari_address=settings.host,
            ari_port=settings.port,
            application=settings.application,
            peers=site.peers_of(node),
            media_timeout=MediaTimeout(**settings.media_timeout.model_dump()),
        )
        self._secrets = accounts
        self._web = web
        self._setting_phones = asyncio.Lock()
        self._node = node
        self._secrets_folder = site.state / "secrets"
        self._log = FallbackLog(self._switch.fallback_log)
        self._registrations = RegistrationLog(self._switch.log_file, ASTERISK)

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Put accounts and fallback in force. Raises SwitchError when Asterisk does not answer."""
        # beside the event loop, for it looks a year of hours through
        lines = await asyncio.to_thread(fallback_lines, routing, program, utc, overrides, announcements)
        dialplan = compile_fallback(lines, str(self._switch.voicemail_dir))
        try:
            if self._switch.peers is not None:
                await set_peers(self._switch)
            await self._set_phones(routing)
            await set_fallback(self._switch, dialplan)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SwitchError(f"Asterisk did not take its configuration: {error}") from error

    async def set_phones(self, routing: RoutingConfiguration) -> None:
        """See `Provisioning.set_phones`. Raises SwitchError when Asterisk does not answer."""
        try:
            await self._set_phones(routing)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SwitchError(f"Asterisk did not take its phones: {error}") from error

    async def _set_phones(self, routing: RoutingConfiguration) -> None:
        srtp = routing.tls.phone_srtp if routing.tls is not None else "no"
        async with self._setting_phones:  # else an account that was just lent could be written over
            lent = {} if self._web is None else self._web.secrets()
            await set_accounts(replace(self._switch, phone_srtp=srtp), accounts_of(routing, self._secrets, lent))

    def web_phones_url(self) -> str:
        """See `Provisioning.web_phones_url`: as the instance in the run directory was started."""
        takes = standing_values(self._switch)[WEB_PHONES] == "yes"
        return self._switch.web_phones_url if takes else ""

    async def registrations(self) -> Mapping[str, Registration]:
        """See `Provisioning.registrations`."""
        found = await registrations(self._switch)
        return {user.removeprefix(PREFIX): phone for user, phone in found.items() if user.startswith(PREFIX)}

    async def keep_trunks(self, trunks: Mapping[str, Trunk], tls: Tls | None) -> Mapping[str, Seen]:
        """See `Provisioning.keep_trunks`. A trunk whose password cannot be read is left out, and down."""
        passwords, left_out = await asyncio.to_thread(passwords_of, trunks, self._secrets_folder)
        there = {name: trunk for name, trunk in trunks.items() if name not in left_out}
        try:
            await set_trunks(self._switch, there, passwords, tls)
            seen = await seen_trunks(self._switch, there) if there else {}
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SwitchError(f"Asterisk did not take its trunks: {error}") from error
        return {**seen, **left_out}

    def missed(self) -> list[MissedCall]:
        """Calls that met the fallback since the last `forget`."""
        return [missed_call(call, self._switch.voicemail_dir, self._node) for call in self._log.take()[0]]

    def forget(self) -> None:
        """They are durable."""
        self._log.forget()

    def failed_registrations(self) -> tuple[list[FailedRegistration], int]:
        """See `Provisioning.failed_registrations`."""
        return self._registrations.new()
