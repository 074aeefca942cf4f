"""The little of SDP that a G.711 phone needs: one audio stream, offered and answered (RFC 8866, RFC 3264)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from phones.sip import SipError

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
PCMU, PCMA = 0, 8  # static payload types of RFC 3551
DEFAULT_EVENT_TYPE = 101

_DIRECTIONS: tuple[Direction, ...] = ("sendrecv", "sendonly", "recvonly", "inactive")
_REVERSED: dict[Direction, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
_MEDIA = re.compile(r"audio ([0-9]{1,5})(?:/[0-9]+)? RTP/AVP((?: [0-9]{1,3})+)\Z")
_RTPMAP = re.compile(r"rtpmap:([0-9]{1,3}) ([A-Za-z0-9\-]+)/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Session:
    """One side's audio: where it wants RTP, in which payload types.

    `payloads` are those of PCMU and PCMA that it named, best first; `event_type` is its payload type of
    telephone-event (RFC 4733), None when it has none. An address of 0.0.0.0 is the old spelling of hold.
    """

    host: str
    port: int
    payloads: tuple[int, ...] = (PCMU, PCMA)
    event_type: int | None = DEFAULT_EVENT_TYPE
    direction: Direction = "sendrecv"
    version: int = 1

    @property
    def on_hold(self) -> bool:
        """True when this side does not want to hear us."""
        return self.direction in ("sendonly", "inactive") or self.host == "0.0.0.0"


def encode_sdp(session: Session) -> bytes:
    """The body of an offer or answer."""
    types = [str(payload) for payload in session.payloads]
    lines = [
        "v=0",
        f"o=- {session.port} {session.version} IN IP4 {session.host}",
        "s=-",
        f"c=IN IP4 {session.host}",
        "t=0 0",
    ]
    maps = ["a=rtpmap:0 PCMU/8000" if payload == PCMU else "a=rtpmap:8 PCMA/8000" for payload in session.payloads]
    if session.event_type is not None:
        types.append(str(session.event_type))
        maps += [f"a=rtpmap:{session.event_type} telephone-event/8000", f"a=fmtp:{session.event_type} 0-15"]
    lines += [
        f"m=audio {session.port} RTP/AVP {' '.join(types)}",
        *maps,
        "a=ptime:20",
        f"a={session.direction}",
        "",
    ]
    return "\r\n".join(lines).encode()


def parse_sdp(body: bytes) -> Session:
    """Read the first audio stream of a description. Raises SipError when there is none that we can use."""
    try:
        lines = [line.rstrip("\r") for line in body.decode("utf-8").split("\n")]
    except UnicodeDecodeError:
        raise SipError("SDP is not UTF-8") from None
    host: str | None = None
    port: int | None = None
    types: list[int] = []
    event_type: int | None = None
    direction: Direction = "sendrecv"
    for line in lines:
        if line.startswith("m="):
            if port is not None:
                break  # a second stream is not ours
            match = _MEDIA.match(line[2:])
            if match is not None:
                port = int(match[1])
                types = [int(word) for word in match[2].split()]
        elif line.startswith("c=IN IP4 "):
            host = line[9:].partition("/")[0].strip()
        elif line.startswith("a="):
            attribute = line[2:].strip()
            rtpmap = _RTPMAP.match(attribute)
            if rtpmap is not None and rtpmap[2].lower() == "telephone-event" and rtpmap[3] == "8000":
                event_type = int(rtpmap[1])
            for candidate in _DIRECTIONS:
                if attribute == candidate:
                    direction = candidate
    if host is None or port is None or port > 65_535:
        raise SipError("SDP without an audio stream over RTP/AVP and IP4")
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise SipError("SDP names no IPv4 address") from None
    payloads = tuple(payload for payload in types if payload in (PCMU, PCMA))
    if not payloads:
        raise SipError("SDP offers neither PCMU nor PCMA")
    if event_type not in types:
        event_type = None
    return Session(host, port, payloads, event_type, direction)


def answer_to(offer: Session, host: str, port: int, version: int = 1) -> Session:
    """Our answer: the offerer's first codec, its telephone-event number, its direction seen from our side."""
    return Session(host, port, offer.payloads[:1], offer.event_type, _REVERSED[offer.direction], version)
