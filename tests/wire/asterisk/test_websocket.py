"""Many messages in one write: what aiohttp's writer makes of them, and when it reaches the transport."""

from __future__ import annotations

import aiohttp
import pytest

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
        await socket.send_together(messages)
        await server.asked(20)
        assert [asked["request_id"] for asked in server.requests] == [str(number) for number in range(20)]
        assert len(counting[0].writes) == 1
        await socket.send_frame(b'{"request_id": "alone"}', aiohttp.WSMsgType.TEXT)
        await server.asked(21)
        assert len(counting[0].writes) == 2, "what is not sent together leaves at once"
