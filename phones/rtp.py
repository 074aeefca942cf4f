"""The bytes of RTP (RFC 3550) and of keyed digits in it (RFC 4733). No sockets, no clock."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">BBHII")
HEADER_BYTES = HEADER.size
VERSION_2 = 0x80
MARKER = 0x80
_EVENT = struct.Struct(">BBH")
_END, _VOLUME = 0x80, 10  # -10 dBm0, a usual level of a key

KEYS = "0123456789*#ABCD"  # RFC 4733 section 3.2: the event code is the place in this row
SAMPLES_PER_PACKET = 160


class RtpError(ValueError):
    """Not an RTP packet of version 2, or cut off."""


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One telephone-event packet. `duration` counts samples since the key went down."""

    key: str
    duration: int
    end: bool


def payload_start(packet: bytes) -> int:
    """Where the payload begins, past contributing sources and an extension. Raises RtpError."""
    if len(packet) < HEADER_BYTES or packet[0] >> 6 != 2:
        raise RtpError("no RTP header of version 2")
    start = HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < start + 4:
            raise RtpError("cut off in its extension header")
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if start > len(packet):
        raise RtpError("shorter than its own header says")
    return start


def encode_key(event: KeyEvent) -> bytes:
    """The four bytes of payload. Raises RtpError for a key that no telephone has."""
    code = KEYS.find(event.key)
    if code < 0 or len(event.key) != 1:
        raise RtpError(f"no such key: {event.key!r}")
    return _EVENT.pack(code, (_END if event.end else 0) | _VOLUME, min(event.duration, 0xFFFF))


def parse_key(payload: bytes) -> KeyEvent:
    """The last four bytes sent for a key. Raises RtpError for other events than keys."""
    if len(payload) < _EVENT.size:
        raise RtpError("telephone-event cut off")
    code, flags, duration = _EVENT.unpack_from(payload)
    if code >= len(KEYS):
        raise RtpError(f"event {code} is no key")
    return KeyEvent(KEYS[code], duration, bool(flags & _END))


def key_packets(key: str, duration_s: float) -> list[KeyEvent]:
    """What to send, one each 20 ms: the key while it is down, then its end three times (RFC 4733 2.5.1.4)."""
    steps = max(1, round(duration_s / 0.02))
    down = [KeyEvent(key, step * SAMPLES_PER_PACKET, end=False) for step in range(1, steps + 1)]
    return down + [KeyEvent(key, (steps + 1) * SAMPLES_PER_PACKET, end=True)] * 3
