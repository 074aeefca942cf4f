"""Provisioning of a FreeSWITCH: agents' SIP accounts, and the fallback for when the controller is away."""

import asyncio
import time
from collections.abc import Mapping, Sequence

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
from switch.failed_registrations import FREESWITCH, FailedRegistration, RegistrationLog
from switch.freeswitch.instance.configuration import standing_web_phones
from switch.freeswitch.instance.fallback import compile_fallback
from switch.freeswitch.instance.imported import FallbackLog
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.instance.trunks import seen_trunks, set_trunks
from switch.freeswitch.instance.upkeep import ask, set_accounts, set_fallback, set_peers
from switch.freeswitch.registrations import REGISTRATIONS, registrations_in
from switch.media_timeout import MediaTimeout
from switch.registrations import Registration
from switch.trunk_lines import Seen


class FreeSwitchHouse:
    """Writes for the FreeSWITCH whose run directory the site shares."""

    def __init__(self, site: Site, node: str, accounts: SecretStore, web: WebPhones | None = None) -> None:
        """`accounts` has the phones' secrets: one store for all nodes, for a phone may move between them. `web`: the
        accounts that are lent to browsers."""
        settings = site.switches[node]
        if settings.run_dir is None:
            raise ValueError("the site shares no run directory with a FreeSWITCH")
        self._switch = FreeSwitchSettings(
            run_dir=site.folder / settings.run_dir,
            event_socket_password=site.switch_password(node),
            event_socket_address=settings.host,
            event_socket_port=settings.port,
            peers=site.peers_of(node),
            media_timeout=MediaTimeout(**settings.media_timeout.model_dump()),
        )
        self._secrets = accounts
        self._web = web
        self._setting_phones = asyncio.Lock()
        self._node = node
        self._secrets_folder = site.state / "secrets"
        self._log = FallbackLog(self._switch.fallback_log)
        self._registrations = RegistrationLog(self._switch.log_file, FREESWITCH)

    async def provide(
        self,
        routing: RoutingConfiguration,
        program: Program,
        utc: float,
        overrides: Sequence[Override] = (),
        announcements: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """Put accounts and fallback in force. Raises SwitchError when FreeSWITCH does not take them."""
        # beside the event loop, for it looks a year of hours through
        lines = await asyncio.to_thread(fallback_lines, routing, program, utc, overrides, announcements)
        dialplan = compile_fallback(lines, str(self._switch.voicemail_dir), self._switch.domain)
        if self._switch.peers is not None:
            await set_peers(self._switch)
        await self.set_phones(routing)
        await set_fallback(self._switch, dialplan, {line.hours.zone for line in lines})

    async def set_phones(self, routing: RoutingConfiguration) -> None:
        """See `Provisioning.set_phones`."""
        async with self._setting_phones:  # else an account that was just lent could be written over
            lent = {} if self._web is None else self._web.secrets()
            await set_accounts(self._switch, accounts_of(routing, self._secrets, lent))

    def web_phones_url(self) -> str:
        """See `Provisioning.web_phones_url`: as the instance in the run directory was started."""
        address = standing_web_phones(self._switch)
        return f"ws://{address}/" if address else ""

    async def registrations(self) -> Mapping[str, Registration]:
        """See `Provisioning.registrations`."""
        found = registrations_in(await ask(self._switch, REGISTRATIONS), time.time())
        return {user.removeprefix(PREFIX): phone for user, phone in found.items() if user.startswith(PREFIX)}

    async def keep_trunks(self, trunks: Mapping[str, Trunk], tls: Tls | None) -> Mapping[str, Seen]:
        """See `Provisioning.keep_trunks`. A trunk whose password cannot be read is left out, and down."""
        passwords, left_out = await asyncio.to_thread(passwords_of, trunks, self._secrets_folder)
        there = {name: trunk for name, trunk in trunks.items() if name not in left_out}
        await set_trunks(self._switch, there, passwords, tls)
        seen = await seen_trunks(self._switch, there) if there else {}
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
