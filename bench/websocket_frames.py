"""What passes on a TCP connection that becomes a WebSocket, read beside it: whole messages, from whatever pieces come.

One side of a connection each: HTTP messages first (RFC 9112: a head, and a body of Content-Length bytes), then, after
the upgrade, frames (RFC 6455 section 5.2). No compression, for ARI's has none. Pure: no socket, no clock.
"""

from __future__ import annotations

from collections.abc import Iterator

_END_OF_HEAD = b"\r\n\r\n"
_FINAL, _OPCODE, _MASKED, _SIZE = 0x80, 0x0F, 0x80, 0x7F
_MEDIUM, _LONG = 126, 127
_CONTROL = 0x8


class OneSide:
    """What one end of the connection sends. `feed` it each piece in order."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._upgraded = False
        self._message = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The payloads of the data messages that are whole with this piece, unmasked. Pings and the like are none."""
        self._buffer += piece
        while not self._upgraded:
            if not self._skip_http():
                return
        yield from self._frames()

    def _skip_http(self) -> bool:
        """Pass one HTTP message by; False: it is not whole yet."""
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return False
        first, *fields = bytes(self._buffer[:end]).lower().split(b"\r\n")
        headers = {name.strip(): value.strip() for name, _, value in (field.partition(b":") for field in fields)}
        length = headers.get(b"content-length", b"")
        body = int(length) if length.isdigit() else 0
        whole = end + len(_END_OF_HEAD) + body
        if len(self._buffer) < whole:
            return False
        del self._buffer[:whole]
        is_answer = first.startswith(b"http/")
        self._upgraded = b" 101 " in first if is_answer else headers.get(b"upgrade") == b"websocket"
        return True

    def _frames(self) -> Iterator[bytes]:
        while (frame := self._next_frame()) is not None:
            head, payload = frame
            if head & _OPCODE >= _CONTROL:
                continue
            self._message += payload
            if head & _FINAL:
                yield bytes(self._message)
                self._message.clear()

    def _next_frame(self) -> tuple[int, bytes] | None:
        """The first byte of the next frame and its payload; None: it is not whole yet."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1] & _SIZE, 2
        longer = {_MEDIUM: 2, _LONG: 8}.get(size, 0)
        if longer:
            size, at = int.from_bytes(buffer[at : at + longer], "big"), at + longer
        mask_at = at
        at += 4 if buffer[1] & _MASKED else 0
        if len(buffer) < at + size:
            return None
        head, payload = buffer[0], bytes(buffer[at : at + size])
        if buffer[1] & _MASKED:
            payload = _unmasked(bytes(buffer[mask_at:at]), payload)
        del buffer[: at + size]
        return head, payload


def _unmasked(mask: bytes, payload: bytes) -> bytes:
    """RFC 6455 section 5.3, all bytes at once."""
    key = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")
