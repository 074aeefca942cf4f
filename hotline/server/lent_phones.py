"""Phones of agents that are lent to browsers: lent and put in force at every switch, and taken back when unused."""

import asyncio
from collections.abc import Mapping

from calls.errors import BadInput, HotlineError
from hotline.provisioning.port import Provisioning
from hotline.provisioning.web_phones import WebPhones, user_of
from hotline.server.health import Health
from hotline.versions.routing import RoutingConfiguration
from hotline.views.controller import LentPhone


class LentPhones:
    """Lends accounts to pages. Only switches that are there are told; the others are when they are provided."""

    def __init__(self, web: WebPhones, provisioning: Mapping[str, Provisioning], health: Health) -> None:
        self._web = web
        self._provisioning = provisioning
        self._health = health
        self._one = asyncio.Lock()
        self._told: Mapping[str, str] = web.secrets()
        """The passwords that the switches have."""

    def url(self) -> str:
        """Where the pages' phones speak SIP: at the first switch that is there and takes them; empty for none."""
        urls = (one.web_phones_url() for name, one in self._provisioning.items() if self._health.switches[name])
        return next(filter(None, urls), "")

    async def lend(self, account: str, routing: RoutingConfiguration) -> LentPhone:
        """Lend an account to a page: when this returns a switch takes its password. Raises BadInput where no switch
        that is there takes browsers as phones, and SwitchError, OSError."""
        if not await asyncio.to_thread(self.url):
            raise BadInput(
                "no switch that is there takes browsers as phones: start Asterisk with --web-phones, "
                "FreeSWITCH with --web-phones-port, or use a phone on the desk"
            )
        lent = await asyncio.to_thread(self._web.lend, account)
        await self._put_in_force(routing)
        return LentPhone(account, user_of(account), lent.secret)

    async def take_back(self, account: str, routing: RoutingConfiguration) -> bool:
        """The phone on the desk has its account again; False where it was not lent. Raises SwitchError, OSError."""
        back = await asyncio.to_thread(self._web.take_back, account)
        await self._put_in_force(routing)
        return back

    def opened(self, account: str) -> bool:
        """See `WebPhones.opened`."""
        return self._web.opened(account)

    def closed(self, account: str) -> None:
        """See `WebPhones.closed`."""
        self._web.closed(account)

    async def look(self, routing: RoutingConfiguration) -> None:
        """Take back what no page uses any more. Raises SwitchError, OSError: it is tried again at the next look."""
        if self._web.secrets():
            await asyncio.to_thread(self._web.forget_unused)
        await self._put_in_force(routing)

    async def _put_in_force(self, routing: RoutingConfiguration) -> None:
        """Tell the switches, once for all that were lent meanwhile."""
        async with self._one:
            wanted = self._web.secrets()
            if wanted == self._told:
                return
            refused: list[HotlineError | OSError] = []
            for name, one in self._provisioning.items():
                if self._health.switches[name]:
                    try:
                        await one.set_phones(routing)
                    except (HotlineError, OSError) as error:
                        refused.append(error)
            if refused:
                raise refused[0]
            self._told = wanted
