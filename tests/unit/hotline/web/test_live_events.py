"""The live wire of a whole server, read by a real WebSocket client."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from hotline.server.serving import Server
from hotline.versions.store import Versions
from switch.fake import FakeSwitch, LoopTimeline, World
from tests.unit.hotline.served import new_server, new_site, publish, serve, until
from tests.unit.hotline.views.wire_reading import WireReader

pytestmark = pytest.mark.unit


class Served:
    """A server, its world, and a client."""

    def __init__(self, server: Server, switch: FakeSwitch, session: aiohttp.ClientSession) -> None:
        self.server, self.world, self.session = server, World(switch), session
        web = server.site.settings.web
        self.url = f"http://{web.host}:{web.port}"
        self.headers = {"Authorization": f"Bearer {server.site.secret('web')}"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    site = new_site(tmp_path)
    version = publish(Versions(site.versions), 1)
    switch = FakeSwitch(LoopTimeline())
    server = new_server(site, switch)
    serving = await serve(server, version)
    await until(lambda: server.controller.health()["ok"])
    async with aiohttp.ClientSession() as session:
        yield Served(server, switch, session)
    signal.raise_signal(signal.SIGTERM)
    await serving


async def _read(socket: aiohttp.ClientWebSocketResponse, reader: WireReader) -> None:
    async with asyncio.timeout(20):
        reader.take(await socket.receive_str())


async def test_a_call_from_its_arrival_to_its_end(served: Served) -> None:
    reader = WireReader()
    async with served.session.ws_connect(f"{served.url}/live/events", headers=served.headers) as socket:
        await _read(socket, reader)
        assert reader.position == served.server.controller.position > 0
        assert reader.controller == {"online": True, "version": served.server.register.version}
        assert reader.states["queues"]["care"]["waiting"] == 0
        assert set(reader.states["agents"]) == {"01", "02"}
        assert reader.states["switches"]["fake"]["up"]
        leg = served.world.dial("95183", "13800138000")
        while not reader.states["calls"]:
            await _read(socket, reader)
        (call,) = reader.states["calls"].values()
        assert call["caller"] == "+86*******8000"
        served.world.press(leg, "1")
        while reader.states["queues"]["care"]["waiting"] != 1:
            await _read(socket, reader)
        assert reader.states["calls"][call["call"]]["place"] == "waiting"
        served.world.hang_up(leg)
        while reader.states["calls"]:
            await _read(socket, reader)
        while "care" not in reader.states["days"]:
            await _read(socket, reader)
        assert reader.states["days"]["care"]["abandoned"] == 1
        assert reader.states["queues"]["care"]["waiting"] == 0
        assert reader.snapshots == 1


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"Authorization": "Bearer wrong"}, 401), ({"Authorization": "Basic eA=="}, 401)]
)
async def test_a_stranger_is_refused(served: Served, headers: dict[str, str], status: int) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await served.session.ws_connect(f"{served.url}/live/events", headers=headers)
    assert refused.value.status == status


async def test_who_says_something_is_cut_off(served: Served) -> None:
    async with served.session.ws_connect(f"{served.url}/live/events", headers=served.headers) as socket:
        await socket.receive_str()
        await socket.send_str("hello")
        async with asyncio.timeout(20):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_the_server_stops_while_somebody_reads(served: Served) -> None:
    async with served.session.ws_connect(f"{served.url}/live/events", headers=served.headers) as socket:
        await socket.receive_str()
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert message.type is aiohttp.WSMsgType.CLOSE
