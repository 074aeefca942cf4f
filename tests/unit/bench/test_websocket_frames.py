"""What passes on a connection to ARI, read beside it, however the network cuts it."""

import pytest

from bench.websocket_frames import OneSide

pytestmark = pytest.mark.unit

MASK = b"\x11\x22\x33\x44"


def frame(payload: bytes, *, masked: bool, opcode: int = 1, final: bool = True) -> bytes:
    size = len(payload)
    head = bytes([(0x80 if final else 0) | opcode])
    mask_bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 1 << 16:
        head += bytes([mask_bit | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([mask_bit | 127]) + size.to_bytes(8, "big")
    if not masked:
        return head + payload
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))


ASKED = (
    b"GET /ari/asterisk/info HTTP/1.1\r\nHost: localhost\r\n\r\n"
    b"GET /ari/events?app=hotline HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n"
    + frame(b'{"type":"RESTRequest"}', masked=True)
    + frame(b"", masked=True, opcode=9)
    + frame(b"a" * 70_000, masked=True)
)
TOLD = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{}\r\n\r\nHTTP/1.1 101 no {} \r\n"
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    + frame(b'{"type":"StasisStart"}', masked=False)
    + frame(b'{"type":', masked=False, final=False)
    + frame(b"", masked=False, opcode=10)
    + frame(b'"Dial"}', masked=False, opcode=0)
    + frame(b"b" * 300, masked=False)
)


@pytest.mark.parametrize(
    ("sent", "messages"),
    [
        (ASKED, [b'{"type":"RESTRequest"}', b"a" * 70_000]),
        (TOLD, [b'{"type":"StasisStart"}', b'{"type":"Dial"}', b"b" * 300]),
    ],
    ids=["asked", "told"],
)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1 << 20])
def test_messages_are_whole_wherever_they_are_cut(sent: bytes, messages: list[bytes], size: int) -> None:
    side = OneSide()
    pieces = (sent[at : at + size] for at in range(0, len(sent), size))
    assert [message for piece in pieces for message in side.feed(piece)] == messages


def test_what_never_becomes_a_websocket_has_no_messages() -> None:
    side = OneSide()
    assert list(side.feed(b"HTTP/1.1 404 Not Found\r\nContent-Length: nine\r\n\r\n" * 2)) == []
