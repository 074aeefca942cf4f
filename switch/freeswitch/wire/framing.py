"""Frames: a header block, an empty line, and a body of so many bytes.

The reader takes bytes as they come, in pieces of any size, and gives whole frames. It looks at each byte of a header
block once, and at a body not at all.
"""

from collections.abc import Mapping

import msgspec

from switch.freeswitch.wire.errors import PeerFault

_END_OF_HEADERS = b"\n\n"
_LF = 0x0A
_KNOWN_BLOCK_BYTES = 128
_KNOWN_BLOCKS = 256


class Limits(msgspec.Struct, frozen=True):
    """How much of one frame we are willing to hold, in bytes and lines. Past it the peer is at fault.

    The largest honest header block is the answer to `connect` of an outbound socket: all variables of a channel. The
    largest honest body is `show channels as json`: about 1 kB a channel.
    """

    header_bytes: int = 1 << 20
    header_lines: int = 4096
    body_bytes: int = 32 << 20


DEFAULT_LIMITS = Limits()


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One frame as it stood on the wire: header values not decoded, body as bytes.

    `headers` may be shared with other frames of the same header block: read only. Header names keep their spelling;
    the switch never varies it. Of a name that comes twice the first counts.
    """

    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The kind of frame; empty when it says none."""
        return self.headers.get("Content-Type", "")


def split_headers(block: str, limit: int) -> dict[str, str]:
    """Header lines to a dict, values as they stand. The first of two with one name wins. Raises PeerFault."""
    lines = block.split("\n")
    if len(lines) > limit:
        raise PeerFault(f"{len(lines)} header lines in one block, more than {limit}")
    try:
        headers = dict([line.split(": ", 1) for line in lines])
    except ValueError:
        fault = next(line for line in lines if ": " not in line)
        raise PeerFault(f"not a header line: {fault[:80]!r}") from None
    if len(headers) != len(lines):
        headers = dict([line.split(": ", 1) for line in reversed(lines)])
    if "" in headers:
        raise PeerFault("a header without a name")
    return headers


def content_length(headers: dict[str, str], limit: int) -> int:
    """The body's length in bytes; 0 when none is given. Raises PeerFault for anything but a small decimal number."""
    text = headers.get("Content-Length")
    if text is None:
        return 0
    if len(text) > 10 or not text.isascii() or not text.isdigit():
        raise PeerFault(f"not a content length: {text[:80]!r}")
    length = int(text)
    if length > limit:
        raise PeerFault(f"a body of {length} bytes, more than {limit}")
    return length


class FrameReader:
    """Bytes in, frames out.

    >>> reader = FrameReader()
    >>> reader.feed(b"Content-Type: auth/requ")
    >>> reader.next_frame() is None
    True
    >>> reader.feed(b"est\\n\\n")
    >>> reader.next_frame().content_type
    'auth/request'
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._searched = 0  # no end of headers begins before this place
        self._headers: dict[str, str] | None = None
        self._body_bytes = 0
        # Few header blocks are said again and again, a type and a length each: read once, they cost a look-up.
        self._known: dict[bytes, tuple[dict[str, str], int]] = {}

    @property
    def buffered(self) -> int:
        """Bytes held that are not yet a whole frame, or not yet asked for."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take more bytes from the wire."""
        self._buffer += data

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None until more bytes come. Raises PeerFault; then the reader is of no more use."""
        if self._headers is None and (not self._buffer or not self._read_headers()):
            return None
        headers = self._headers
        assert headers is not None
        buffer, length = self._buffer, self._body_bytes
        if len(buffer) < length:
            return None
        body = b""
        if length:
            body = bytes(buffer[:length])
            del buffer[:length]
        self._headers = None
        self._body_bytes = 0
        return Frame(headers, body)

    def _read_headers(self) -> bool:
        buffer = self._buffer
        if buffer[0] == _LF:
            self._skip_empty_lines()
        end = buffer.find(_END_OF_HEADERS, self._searched)
        limit = self._limits.header_bytes
        if end < 0:
            if len(buffer) > limit:
                raise PeerFault(f"a header block of more than {limit} bytes")
            # The last byte may be the first half of the empty line.
            self._searched = max(0, len(buffer) - 1)
            return False
        if end > limit:
            raise PeerFault(f"a header block of {end} bytes, more than {limit}")
        block = bytes(buffer[:end])
        del buffer[: end + 2]
        self._searched = 0
        self._headers, self._body_bytes = self._known.get(block) or self._parse(block)
        return True

    def _parse(self, block: bytes) -> tuple[dict[str, str], int]:
        headers = split_headers(block.decode("utf-8", "replace"), self._limits.header_lines)
        length = content_length(headers, self._limits.body_bytes)
        if len(block) <= _KNOWN_BLOCK_BYTES:
            if len(self._known) >= _KNOWN_BLOCKS:
                self._known.clear()
            self._known[block] = (headers, length)
        return headers, length

    def _skip_empty_lines(self) -> None:
        """The answer to `bgapi` of some versions ends with one empty line too many."""
        buffer = self._buffer
        del buffer[: len(buffer) - len(buffer.lstrip(b"\n"))]
        self._searched = 0
