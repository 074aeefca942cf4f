"""Many messages in one write, what comes taken in a row, and a peer that is gone found by its silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from switch.asterisk.websocket import GatheringWebSocket
from tests.wire.asterisk.ari_server import ari_server

pytestmark = pytest.mark.wire


class Counting:
    """A transport that notes how much each write brought."""

    def __init__(self, transport: object) -> None:
        self._transport = transport
        self.writes: list[int] = []

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def write(self, data: bytes) -> None:
        self.writes.append(len(data))
        self._transport.write(data)


async def test_messages_sent_together_are_one_write_and_arrive_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    counting: list[Counting] = []
    made = GatheringWebSocket.__init__

    def counted(self: GatheringWebSocket, reader: object, writer: object, *others: object, **options: object) -> None:
        counting.append(Counting(writer.transport))
        writer.transport = counting[-1]
        made(self, reader, writer, *others, **options)

    monkeypatch.setattr(GatheringWebSocket, "__init__", counted)
    async with (
        ari_server() as server,
        aiohttp.ClientSession(ws_response_class=GatheringWebSocket) as session,
        session.ws_connect(f"{server.url}/events?app=hotline", compress=0) as socket,
    ):
        messages = [b'{"request_id": "%d"}' % number for number in range(20)]
        socket.send_together(messages)
        await server.asked(20)
        assert [asked["request_id"] for asked in server.requests] == [str(number) for number in range(20)]
        assert len(counting[0].writes) == 1
        await socket.send_frame(b'{"request_id": "alone"}', aiohttp.WSMsgType.TEXT)
        await server.asked(21)
        assert len(counting[0].writes) == 2, "what is not sent together leaves at once"


@asynccontextmanager
async def peer(serve: Callable[[web.WebSocketResponse], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that does this with each socket and answers no ping; its address."""

    async def connected(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await socket.prepare(request)
        await serve(socket)
        return socket

    application = web.Application()
    application.router.add_get("/", connected)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 100_000])
async def test_a_message_of_any_size_arrives_whole(size: int) -> None:
    came: asyncio.Queue[aiohttp.WSMessage] = asyncio.Queue()

    async def serve(socket: web.WebSocketResponse) -> None:
        while not socket.closed:
            came.put_nowait(await socket.receive())

    async with (
        peer(serve) as url,
        aiohttp.ClientSession(ws_response_class=GatheringWebSocket) as session,
        session.ws_connect(url, compress=0) as socket,
    ):
        assert isinstance(socket, GatheringWebSocket)
        text = "ab" * (size // 2) + "c" * (size % 2)
        socket.send_together([text.encode(), b"next"])
        assert await came.get() == (aiohttp.WSMsgType.TEXT, text, "")
        assert (await came.get()).data == "next"


async def test_texts_are_taken_in_order_and_pings_between_them_answered_until_the_end() -> None:
    answered: list[bytes] = []

    async def serve(socket: web.WebSocketResponse) -> None:
        for number in range(50):
            await socket.send_str(str(number))
            if number % 10 == 0:
                await socket.ping(str(number).encode())
        while len(answered) < 5:
            answered.append((await socket.receive()).data)
        await socket.close()

    taken: list[bytes] = []
    async with (
        peer(serve) as url,
        aiohttp.ClientSession(ws_response_class=GatheringWebSocket) as session,
        session.ws_connect(url, compress=0, decode_text=False) as socket,
    ):
        assert isinstance(socket, GatheringWebSocket)
        end = await socket.take_texts(taken.append)
        assert end.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)
        with pytest.raises(aiohttp.ClientConnectionResetError):
            socket.send_together([b"too late"])
    assert taken == [str(number).encode() for number in range(50)]
    assert answered == [b"0", b"10", b"20", b"30", b"40"]


@pytest.mark.parametrize("spoken", [0, 20])
async def test_a_peer_that_falls_silent_and_answers_no_ping_is_gone(spoken: int) -> None:
    pings: list[aiohttp.WSMessage] = []

    async def serve(socket: web.WebSocketResponse) -> None:
        for number in range(spoken):
            await socket.send_str(str(number))
        while not socket.closed:
            pings.append(await socket.receive())

    taken: list[bytes] = []
    async with (
        peer(serve) as url,
        aiohttp.ClientSession(ws_response_class=GatheringWebSocket) as session,
        session.ws_connect(url, compress=0, decode_text=False, heartbeat=0.05) as socket,
    ):
        assert isinstance(socket, GatheringWebSocket)
        end = await socket.take_texts(taken.append)
        assert end.type is aiohttp.WSMsgType.ERROR
        assert len(taken) == spoken
    assert aiohttp.WSMsgType.PING in {message.type for message in pings}


async def test_what_comes_puts_the_next_ping_off() -> None:
    speak = asyncio.Event()

    async def serve(socket: web.WebSocketResponse) -> None:
        await speak.wait()
        await socket.send_str("here")
        await socket.receive()

    async with (
        peer(serve) as url,
        aiohttp.ClientSession(ws_response_class=GatheringWebSocket) as session,
        session.ws_connect(url, compress=0, decode_text=False, heartbeat=3_600.0) as socket,
    ):
        socket._heartbeat_when = 0.0
        speak.set()
        await socket.receive()
        assert socket._heartbeat_when > 3_600.0
