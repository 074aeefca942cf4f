"""What strangers send to a SIP port: noise, half messages, calls that nobody means. For tests, on loopback only.

The limits are in the code, not in the caller's hands: a datagram goes to a loopback address or nowhere, at
most MAX_RATE_PER_S of them, and MAX_COUNT in one go.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
from collections.abc import Iterable, Iterator
from random import Random

from phones.sdp import Session, encode_sdp
from phones.sip import MAGIC_COOKIE, Headers, Request, encode
from phones.transactions import Address

MAX_RATE_PER_S = 500.0
MAX_COUNT = 10_000

_FRAGMENTS = (
    b"INVITE sip:95183@127.0.0.1 SIP/2.0\r\n",
    b"SIP/2.0 200 OK\r\n",
    b"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"CSeq: 4294967296 INVITE\r\n",
    b'From: "%0d%0aReason: forged" <sip:\xff\xfe@>\r\n',
    b"To: <sip:" + b"9" * 3000 + b"@127.0.0.1>\r\n",
    b"Contact: <sip:@@::>;;;;\r\n",
    b"Call-ID: \x00\r\n",
    "From: 王小明 <sip:王@127.0.0.1>\r\n".encode(),
    b"\r\n\r\n",
    b"v=0\r\nm=audio 99999 RTP/AVP 0\r\n",
)


def garbage(rng: Random) -> bytes:
    """One datagram that is noise, or pieces of SIP in an order that nobody expects."""
    if rng.random() < 0.3:
        return rng.randbytes(rng.randrange(1, 1200))
    pieces = [rng.choice(_FRAGMENTS) for _ in range(rng.randrange(1, 8))]
    return b"".join(pieces)


def half_invite(rng: Random, target: Address) -> bytes:
    """An INVITE cut off somewhere: in the start line, in a header, in the body that Content-Length promised."""
    whole = encode(_invite(rng, target))
    return whole[: rng.randrange(1, len(whole))]


def flood_of_invites(rng: Random, target: Address, count: int) -> Iterator[bytes]:
    """Whole INVITEs from callers who never acknowledge an answer and never hang up."""
    for _ in range(count):
        yield encode(_invite(rng, target))


async def send_slowly(target: Address, datagrams: Iterable[bytes], rate_per_s: float) -> int:
    """Send these to a loopback address, evenly spaced; how many went out.

    Raises ValueError for any other address or a rate above MAX_RATE_PER_S; stops after MAX_COUNT.
    """
    host, port = target
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} is not loopback: hostile traffic goes nowhere else")
    if not 0 < rate_per_s <= MAX_RATE_PER_S:
        raise ValueError(f"a rate of {rate_per_s}/s is not above 0 and at most {MAX_RATE_PER_S}/s")
    loop = asyncio.get_running_loop()
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        due_at = loop.time()
        for datagram in itertools.islice(datagrams, MAX_COUNT):
            try:
                sock.sendto(datagram, (host, port))
                sent += 1
            except OSError:
                pass  # nobody listens there, or the buffer is full: a stranger would not notice either
            due_at += 1 / rate_per_s
            await asyncio.sleep(max(0.0, due_at - loop.time()))
    return sent


def _invite(rng: Random, target: Address) -> Request:
    host, port = target
    caller = f"+86138{rng.randrange(10**8):08d}"
    headers = Headers([("Via", f"SIP/2.0/UDP 127.0.0.1:9;rport;branch={MAGIC_COOKIE}{rng.getrandbits(64):016x}")])
    headers.add("Max-Forwards", "70")
    headers.add("From", f"<sip:{caller}@127.0.0.1>;tag={rng.getrandbits(32):08x}")
    headers.add("To", f"<sip:95183@{host}:{port}>")
    headers.add("Call-ID", f"{rng.getrandbits(96):024x}")
    headers.add("CSeq", "1 INVITE")
    headers.add("Contact", f"<sip:{caller}@127.0.0.1:9>")
    headers.add("Content-Type", "application/sdp")
    body = encode_sdp(Session("127.0.0.1", 9))  # the discard port: whatever is played to them goes nowhere
    return Request("INVITE", f"sip:95183@{host}:{port}", headers, body)
