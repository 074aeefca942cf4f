"""The phones that a caller of the fallback rings: a few that are free, then others, never all of a group at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from phones.agent_phone import AgentPhone, LetRing
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.accounts import AgentAccount
from switch.asterisk.instance.fallback import compile_fallback as compile_for_asterisk
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.process import AsteriskProcess
from switch.fallback import PHONES_AT_ONCE, FallbackLine, OpeningHours, RingGroup, Span
from switch.freeswitch.instance.fallback import compile_fallback as compile_for_freeswitch
from switch.freeswitch.instance.installation import locate
from switch.freeswitch.instance.upkeep import set_fallback
from tests.live.conftest import SettingsFactory, until
from tests.live.freeswitch import own_freeswitch

pytestmark = pytest.mark.live

ACCOUNTS = tuple(AgentAccount(f"10{number:02}", "only-for-this-test") for number in range(10))
ALWAYS = OpeningHours("UTC", {day: (Span(0, 1440),) for day in range(1, 8)})
MAIN = FallbackLine("main", ALWAYS, RingGroup("care", tuple(one.user for one in ACCOUNTS)), message_max_s=0)


@contextlib.asynccontextmanager
async def phones_at(address: tuple[str, int], rung: list[str]) -> AsyncIterator[None]:
    """Registered phones that nobody picks up; those that ring are noted."""
    phones = []
    for account in ACCOUNTS:

        def on_ring(call: object, agent: str = account.agent) -> LetRing:
            rung.append(agent)
            return LetRing()

        phones.append(AgentPhone(await Endpoint.open(), address, Credentials(account.user, account.secret), on_ring))
        await phones[-1].register(60)
    yield
    for phone in phones:
        await phone.close()
        phone.endpoint.close()


@contextlib.asynccontextmanager
async def line_to(address: tuple[str, int]) -> AsyncIterator[PhoneLine]:
    endpoint = await Endpoint.open()
    yield PhoneLine(endpoint, address, "+8613800138000")
    endpoint.close()


async def test_asterisk_rings_a_few_for_each_and_none_twice(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    rung: list[str] = []
    async with AsteriskProcess(asterisk_settings(accounts=ACCOUNTS), installation) as asterisk:
        await asterisk.set_fallback(compile_for_asterisk([MAIN], str(asterisk.settings.voicemail_dir)))
        address = ("127.0.0.1", asterisk.settings.sip_port)
        async with phones_at(address, rung), line_to(address) as line:
            calls = [await line.dial("95588")]
            await until(lambda: len(rung) == PHONES_AT_ONCE)
            calls.append(await line.dial("95588"))
            await until(lambda: len(rung) == 2 * PHONES_AT_ONCE)
            calls.append(await line.dial("95588"))
            await until(lambda: len(rung) == len(ACCOUNTS))
            await asyncio.sleep(0.5)
            assert len(set(rung)) == len(rung) == len(ACCOUNTS)
            await asyncio.gather(*(call.hang_up() for call in calls))


async def test_asterisk_without_a_phone_goes_on_at_once(
    installation: Installation, asterisk_settings: SettingsFactory
) -> None:
    async with AsteriskProcess(asterisk_settings(accounts=ACCOUNTS), installation) as asterisk:
        await asterisk.set_fallback(compile_for_asterisk([MAIN], str(asterisk.settings.voicemail_dir)))
        async with line_to(("127.0.0.1", asterisk.settings.sip_port)) as line:
            call = await line.dial("95588")
            await call.ended(3)


@pytest.mark.parametrize("switch", ["asterisk", *(["freeswitch"] if locate() else [])])
async def test_a_caller_rings_a_few_and_then_others(
    switch: str, installation: Installation, asterisk_settings: SettingsFactory, tmp_path: Path
) -> None:
    rung: list[str] = []
    async with contextlib.AsyncExitStack() as stack:
        if switch == "asterisk":
            asterisk = AsteriskProcess(asterisk_settings(accounts=ACCOUNTS), installation)
            await stack.enter_async_context(asterisk)
            await asterisk.set_fallback(compile_for_asterisk([MAIN], str(asterisk.settings.voicemail_dir)))
            address = ("127.0.0.1", asterisk.settings.sip_port)
        else:
            freeswitch = await stack.enter_async_context(own_freeswitch(tmp_path / "freeswitch", accounts=ACCOUNTS))
            settings = freeswitch.settings
            dialplan = compile_for_freeswitch([MAIN], str(settings.voicemail_dir))
            await set_fallback(settings, dialplan, [ALWAYS.zone])
            address = ("127.0.0.1", settings.sip_port)
        async with phones_at(address, rung), line_to(address) as line:
            call = await line.dial("95588")
            await until(lambda: len(rung) == PHONES_AT_ONCE)
            await asyncio.sleep(1.0)
            assert len(set(rung)) == len(rung) == PHONES_AT_ONCE
            await until(lambda: len(set(rung)) > PHONES_AT_ONCE, 20.0)
            await call.hang_up()
