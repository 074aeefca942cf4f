"""A live site whose agents have a stranger's phone, baresip; and callers with one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from phones.agent_phone import AgentPhone, Answer
from phones.digest import Credentials
from switch.accounts import SecretStore
from tests.live.baresip import Baresip
from tests.live.conftest import until
from tests.live.live_site import NUMBER, LiveSite
from tests.live.site_files import AGENT, CALLER, CODE, MENU


class StrangersSite(LiveSite):
    """No phone of ours is registered. Accounts, passwords and star codes are those that docs/phones.md names."""

    _count = 0

    async def bring_phones(self, stack: contextlib.AsyncExitStack) -> None:
        """None: each test starts the phones that it wants."""
        store = self.site.state / "secrets" / "accounts.json"
        await until(lambda: store.exists() and "agent-8002" in store.read_text(), 15.0)

    def password(self, account: str) -> str:
        """As an operator reads it for whoever sets up the phone."""
        return SecretStore(self.site.state / "secrets" / "accounts.json").get(f"agent-{account}")

    def agents_phone(
        self, account: str = "8001", says: int = AGENT, codecs: str = "PCMA", settings: str = ""
    ) -> Baresip:
        """An agent's phone, not started yet."""
        self._count += 1
        folder = self.folder.parent / f"phone-{self._count}"
        user, password = f"agent-{account}", self.password(account)
        return Baresip(folder, user, self.registrar, password, says=says, codecs=codecs, settings=settings)

    def phones_of_ours(self, account: str) -> AgentPhone:
        """Another phone of the same account, not registered yet."""
        credentials = Credentials(f"agent-{account}", self.password(account))
        return AgentPhone(self.endpoint, self.registrar, credentials, lambda call: Answer())

    def callers_phone(self, number: str, says: int = CALLER, codecs: str = "PCMA", settings: str = "") -> Baresip:
        """Somebody on the trunk's side, not started yet."""
        self._count += 1
        folder = self.folder.parent / f"phone-{self._count}"
        return Baresip(folder, number, self.registrar, says=says, codecs=codecs, settings=settings)

    @contextlib.asynccontextmanager
    async def at_work(self, phone: Baresip, account: str = "8001") -> AsyncIterator[Baresip]:
        """The phone registers and signs in by star code; at the end the agent is signed out."""
        async with phone:
            await phone.registered()
            await self.star_code(phone, "*61")
            await self.agent_is(account, "idle", "offered")  # somebody may have waited
            try:
                yield phone
            finally:
                assert await self.post(f"/agents/{account}/sign-out") == 200
        await self.agent_is(account, "offline")

    async def star_code(self, phone: Baresip, code: str) -> None:
        """Dial it and hear what it says to the end."""
        since = len(phone.events)
        await phone.dial(code)
        await phone.hear(CODE)
        await phone.told("CALL_CLOSED", since)

    async def talk(self, caller: Baresip, agent: Baresip, number: str = NUMBER) -> None:
        """The caller keys 1, the agent picks up: both hear each other's tone."""
        since = len(agent.events)
        await caller.dial(number)
        await caller.hear(MENU)
        await caller.do("sndcode", "1")
        await agent.rings(since)
        await agent.accept()
        await agent.hear(caller.says)
        await caller.hear(agent.says)
