"""With a controller connected calls go to it, and without one to the fallback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from phones.agent_phone import AgentPhone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from switch.asterisk.instance.imported import FallbackLog
from switch.asterisk.instance.process import AsteriskProcess
from tests.live.conftest import until

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
        await asyncio.wait_for(until_unregistered(session, settings.ari_url), 20.0)
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
