"""With a controller connected calls go to it, and without one to the fallback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from phones.agent_phone import AgentPhone, LetRing
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.asterisk.instance.fallback import compile_fallback
from switch.asterisk.instance.imported import FallbackLog
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.fallback import PHONES_AT_ONCE, FallbackLine, OpeningHours, RingGroup, Span
from tests.live.conftest import SettingsFactory, until

pytestmark = pytest.mark.live


@pytest.fixture
async def line(asterisk: AsteriskProcess) -> AsyncIterator[PhoneLine]:
    endpoint = await Endpoint.open()
    yield PhoneLine(endpoint, ("127.0.0.1", asterisk.settings.sip_port), "+8613800138000")
    endpoint.close()


async def test_with_a_controller_calls_go_to_it_and_after_it_to_the_fallback(
    asterisk: AsteriskProcess, line: PhoneLine
) -> None:
    settings = asterisk.settings
    account = settings.accounts[0]
    phone = AgentPhone(
        await Endpoint.open(), ("127.0.0.1", settings.sip_port), Credentials(account.user, account.secret)
    )
    url = f"{settings.ari_url}/events?app={settings.application}"
    async with aiohttp.ClientSession(headers=settings.ari_headers) as session:
        async with session.ws_connect(url) as events:

            async def entered() -> tuple[list[str], str]:
                while (event := json.loads(await events.receive_str(timeout=5)))["type"] != "StasisStart":
                    pass
                return event["args"], event["channel"]["dialplan"]["exten"]

            of_caller = await line.dial("4008001234")
            assert await entered() == (["caller"], "4008001234")
            of_agent = await phone.dial("*45")
            assert await entered() == (["agent", "agent-1001"], "*45")
            await asyncio.gather(of_caller.hang_up(), of_agent.hang_up())
        await asyncio.wait_for(until_unregistered(session, settings.ari_url), 5)
    call = await line.dial("4008001234")
    await call.answered(5)
    await call.hang_up()
    log = FallbackLog(settings.fallback_log)
    await until(lambda: bool(log.take()[0]))
    ((imported,), _) = log.take()
    assert imported.dialled == "4008001234"
    await phone.close()
    phone.endpoint.close()


async def until_unregistered(session: aiohttp.ClientSession, ari_url: str) -> None:
    """Returns once Asterisk has noticed that no application is connected."""

    async def gone() -> bool:
        async with session.get(f"{ari_url}/applications") as response:
            return bool(await response.json() == [])

    await until(gone)


async def test_a_caller_rings_a_few_phones_that_are_free_and_those_behind_them_others(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    """Each caller rang each phone once: hundreds of them in one moment were thousands of calls."""
    accounts = tuple(AgentAccount(f"10{number:02}", "only-for-this-test") for number in range(10))
    group = RingGroup("care", tuple(account.user for account in accounts))
    fallback = FallbackLine("main", OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)}), group)
    async with AsteriskProcess(asterisk_settings(accounts=accounts), installation) as asterisk:
        await asterisk.set_fallback(compile_fallback([fallback], str(asterisk.settings.voicemail_dir)))
        address = ("127.0.0.1", asterisk.settings.sip_port)
        rung: list[str] = []
        phones = [await _phone(address, account, rung) for account in accounts]
        endpoint = await Endpoint.open()
        line = PhoneLine(endpoint, address, "+8613800138000")
        first = await line.dial("4008001234")
        await until(lambda: len(rung) == PHONES_AT_ONCE)
        second = await line.dial("4008001234")
        await until(lambda: len(rung) == 2 * PHONES_AT_ONCE)
        third = await line.dial("4008001234")
        await until(lambda: len(rung) == len(accounts))
        await asyncio.sleep(0.5)
        assert len(set(rung)) == len(rung) == len(accounts)
        await asyncio.gather(*(call.hang_up() for call in (first, second, third)))
        for phone in phones:
            await phone.close()
            phone.endpoint.close()
        endpoint.close()


async def test_without_a_phone_the_message_is_taken_at_once(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    account = AgentAccount("1000", "only-for-this-test")
    hours = OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)})
    fallback = FallbackLine("main", hours, RingGroup("care", (account.user,)), message_max_s=0)
    async with AsteriskProcess(asterisk_settings(accounts=(account,)), installation) as asterisk:
        await asterisk.set_fallback(compile_fallback([fallback], str(asterisk.settings.voicemail_dir)))
        endpoint = await Endpoint.open()
        call = await PhoneLine(endpoint, ("127.0.0.1", asterisk.settings.sip_port), "+8613800138000").dial("95588")
        await call.ended(3)
        endpoint.close()


async def _phone(address: tuple[str, int], account: AgentAccount, rung: list[str]) -> AgentPhone:
    """A registered phone that lets it ring."""

    def on_ring(call: object) -> LetRing:
        rung.append(account.agent)
        return LetRing()

    phone = AgentPhone(await Endpoint.open(), address, Credentials(account.user, account.secret), on_ring)
    await phone.register(60)
    return phone
