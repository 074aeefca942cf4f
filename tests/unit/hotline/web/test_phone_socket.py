"""The WebSocket of phones in browsers: whom it takes, what it passes on, and what never reaches the switch."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from calls.errors import SwitchAway
from hotline.people import users
from hotline.people.users import User
from hotline.provisioning.port import NoProvisioning
from hotline.server.serving import Server
from hotline.site.sign_in import new_link
from hotline.versions.routing import RoutingConfiguration
from hotline.versions.store import Versions
from tests.ports import free_port
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.switch.test_web_phones import message

pytestmark = pytest.mark.unit

OWN = "<sip:agent-8001@hotline>;tag=a"


class Switch(NoProvisioning):
    """A switch that takes browsers as phones, and answers each message with itself in capitals."""

    def __init__(self) -> None:
        self.port = free_port()
        self.heard: list[str] = []
        self.set = 0
        self.away = False

    async def set_phones(self, routing: RoutingConfiguration) -> None:
        if self.away:
            raise SwitchAway("it is away")
        self.set += 1

    def web_phones_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=("sip",))
        await socket.prepare(request)
        async for one in socket:
            self.heard.append(one.data)
            await socket.send_str(one.data.upper())
        return socket


class Served:
    """A server with people, and a client who signs in as one of them."""

    def __init__(self, server: Server, switch: Switch, session: aiohttp.ClientSession) -> None:
        self.server, self.switch, self.session = server, switch, session
        settings = server.site.settings.web
        self.url = f"http://{settings.host}:{settings.port}"
        self.csrf = ""

    async def sign_in(self, person: str) -> None:
        link = new_link(self.server.site.state, "person", person, time.time())
        async with self.session.post(f"{self.url}/session", json={"link": link}) as answer:
            self.csrf = (await answer.json())["csrf"]

    async def lend(self, agent: str = "01") -> tuple[int, dict[str, str]]:
        headers = {"Hotline-Csrf": self.csrf}
        async with self.session.post(f"{self.url}/agents/{agent}/phone", headers=headers) as answer:
            return answer.status, await answer.json()

    async def opens(
        self, agent: str = "01", origin: str = "", protocol: str = "sip"
    ) -> aiohttp.ClientWebSocketResponse:
        address = f"{self.url}/agents/{agent}/phone/sip"
        return await self.session.ws_connect(address, protocols=(protocol,), origin=origin or self.url)

    async def refused(self, agent: str = "01", origin: str = "", protocol: str = "sip") -> int:
        with pytest.raises(aiohttp.WSServerHandshakeError) as found:
            await self.opens(agent, origin, protocol)
        return found.value.status


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = Switch()
    server = new_server(site, provisioning=switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    for name, roles, agent in (("li", ("agent",), "01"), ("wu", ("agent",), "02"), ("zhao", ("auditor",), "")):
        users.add(site.database, User(name=name, roles=roles, agent=agent, added_at=0.0, added_by="root"))
    asterisk = web.Application()
    asterisk.router.add_get("/ws", switch.answer)
    runner = web.AppRunner(asterisk)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", switch.port).start()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Served(server, switch, session)
    await runner.cleanup()
    signal.raise_signal(signal.SIGTERM)
    await serving


async def test_an_agents_sip_is_passed_on_and_what_could_be_a_trunks_ends_the_socket(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.web.phone_socket._LOOK_AT_SESSION_S", 0.05)
    await served.sign_in("li")
    status, lent = await served.lend()
    assert (status, lent["user"], lent["domain"]) == (200, "agent-8001", "hotline")
    assert served.switch.set == 1, "the switch has it before the page is told"
    said = message("REGISTER sip:hotline SIP/2.0", OWN, "<sip:agent-8001@hotline>")
    async with asyncio.timeout(20), await served.opens() as socket:
        assert socket.protocol == "sip"
        await socket.send_str(said)
        assert await socket.receive_str() == said.upper()
    assert await served.lend() == (200, lent), "the same password, as long as it is lent"
    assert served.switch.set == 1
    for foreign in (
        message(sender="<sip:+8613800138000@10.0.0.9>;tag=a"),
        message("GET /ari/channels HTTP/1.1"),
        message(sender=OWN, length="0", body=message(sender="<sip:trunk@hotline>")),
    ):
        async with asyncio.timeout(20), await served.opens() as socket:
            await socket.send_str(foreign)
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 1008
    assert served.switch.heard == [said]
    async with asyncio.timeout(20), await served.opens() as socket:
        async with served.session.delete(f"{served.url}/session", headers={"Hotline-Csrf": served.csrf}):
            pass
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 4401, "who signs out has no phone any more"


async def test_nobody_else_opens_it_and_what_is_not_lent_cannot_be_opened(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await served.refused() == 401
    await served.sign_in("li")
    assert await served.refused() == 409, "it is not lent"
    await served.lend()
    assert await served.refused(origin="https://evil.example") == 403
    assert await served.refused(agent="02") == 403
    assert await served.refused(protocol="mqtt") == 400
    assert (await served.lend("02"))[0] == 403
    async with served.session.delete(f"{served.url}/agents/01/phone", headers={"Hotline-Csrf": served.csrf}) as answer:
        assert await answer.json() == {"agent": "01", "given_back": True}
    assert served.switch.set == 2
    assert await served.refused() == 409, "it was given back"
    served.switch.away = True
    status, told = await served.lend()
    assert (status, "away" in told["detail"]) == (503, True)
    monkeypatch.setattr(Switch, "web_phones_url", lambda self: "")
    status, told = await served.lend()
    assert (status, "--web-phones" in told["detail"]) == (409, True)
    for person in ("wu", "zhao"):
        await served.sign_in(person)
        assert await served.refused() == 403
        assert (await served.lend())[0] == 403
    assert served.switch.heard == []
