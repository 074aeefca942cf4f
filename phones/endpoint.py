"""One UDP socket that speaks SIP for all phones of a process: which message belongs to whom.

Matching follows RFC 3261 section 17; answers go back to where the request came from (RFC 3581).
An arriving datagram carries the kernel's time, so the facts of a call do not depend on a busy event loop.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from random import Random, SystemRandom
from typing import Protocol

from phones.arena import SO_TIMESTAMPNS, monotonic_offset_ns, wants_arrival_times
from phones.media import MediaEngine
from phones.sip import (
    MAGIC_COOKIE,
    Headers,
    Message,
    Request,
    Response,
    SipError,
    cseq_of,
    parse,
    parse_name_addr,
    parse_uri,
    parse_via,
)
from phones.transactions import TIMEOUT_S, Address, ClientTransaction, ServerTransaction

LINGER_S = 10.0  # how long an ended transaction absorbs retransmissions: loopback and LANs need no 32 s
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY"
USER_AGENT = "hotline-phone"
_TIMESPEC = struct.Struct("qq")
_BURST = 64  # datagrams taken in one go before other work of the loop gets its turn


class Dialog(Protocol):
    """What receives the requests of one dialog."""

    def on_request(self, transaction: ServerTransaction, at: float) -> None:
        """A request within the dialog, ACK included."""


class Line(Protocol):
    """What receives new calls to one user part."""

    def on_invite(self, transaction: ServerTransaction, at: float) -> None:
        """A new INVITE."""

    def is_away(self) -> bool:
        """True when this phone does not even answer OPTIONS: it has vanished."""


class Endpoint:
    """The socket and the tables. Open it with `Endpoint.open`, close it with `close`.

    `rng` gives tags, branches and Call-IDs. By default it is the system's: a switch takes a repeated Call-ID for
    a retransmission of the call before. Only a test between two phones of ours may want a seeded one.
    """

    def __init__(self, sock: socket.socket, media: MediaEngine, rng: Random) -> None:
        self._sock = sock
        self.media = media
        self.rng = rng
        self.host, self.port = sock.getsockname()
        self.bad_datagrams = 0
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._servers: dict[tuple[str, str], ServerTransaction] = {}
        self._dialogs: dict[tuple[str, str], Dialog] = {}
        self._lines: dict[str, Line] = {}
        self._ending: set[asyncio.TimerHandle] = set()

    @classmethod
    async def open(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        media: MediaEngine | None = None,
        rng: Random | None = None,
    ) -> Endpoint:
        """Bind; port 0 takes a free one. Endpoints of one process best share one `media`. Raises OSError."""
        rng = rng or SystemRandom()
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.bind((host, port))
        except OSError:
            sock.close()
            raise
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)  # 80 calls a second come in bursts
        wants_arrival_times(sock)
        endpoint = cls(sock, media or MediaEngine(rng), rng)
        asyncio.get_running_loop().add_reader(sock.fileno(), endpoint._read)
        return endpoint

    def close(self) -> None:
        """Stop at once: no BYE is sent, timers are stopped, streams are closed."""
        for handle in self._ending:
            handle.cancel()
        for client in self._clients.values():
            client.cancel_timer()
        for server in self._servers.values():
            server.cancel_timer()
        self._clients.clear()
        self._servers.clear()
        self._dialogs.clear()
        asyncio.get_running_loop().remove_reader(self._sock.fileno())
        self._sock.close()
        self.media.close()

    # ---- for calls and phones ---------------------------------------------------------------------------

    def token(self, bits: int = 64) -> str:
        """A new identifier for a tag, a branch or a Call-ID."""
        return f"{self.rng.getrandbits(bits):0{bits // 4}x}"

    def via(self) -> str:
        """A Via with a new branch."""
        return f"SIP/2.0/UDP {self.host}:{self.port};rport;branch={MAGIC_COOKIE}{self.token()}"

    def contact(self, user: str) -> str:
        """Where we are reached."""
        return f"<sip:{user}@{self.host}:{self.port}>"

    def send(self, data: bytes, peer: Address) -> None:
        """One datagram; what the network refuses is lost, as UDP is."""
        try:
            self._sock.sendto(data, peer)
        except OSError:
            return  # a full buffer or an unreachable peer: the retransmission timer is the answer to both

    def request(
        self, request: Request, peer: Address, on_response: Callable[[Response, float], None]
    ) -> ClientTransaction:
        """Send a request (its top Via is ours) and have its responses."""
        transaction = ClientTransaction(self, request, peer, on_response)
        self._clients[_client_key(request.headers)] = transaction
        transaction.start()
        return transaction

    def add_dialog(self, call_id: str, local_tag: str, dialog: Dialog) -> None:
        """Requests with this Call-ID and To tag go there."""
        self._dialogs[call_id, local_tag] = dialog

    def remove_dialog(self, call_id: str, local_tag: str) -> None:
        """The dialog is over."""
        self._dialogs.pop((call_id, local_tag), None)

    def add_line(self, user: str, line: Line) -> None:
        """New calls to this user part go there. Raises ValueError for one that has a phone already."""
        if user in self._lines:
            raise ValueError(f"{user} has a phone at this endpoint")
        self._lines[user] = line

    def remove_line(self, user: str) -> None:
        """No phone there any more: 404."""
        self._lines.pop(user, None)

    def forget_later(self, transaction: ClientTransaction | ServerTransaction) -> None:
        """An ended transaction stays for a while to absorb retransmissions."""

        def forget() -> None:
            self._ending.discard(handle)
            if isinstance(transaction, ClientTransaction):
                self._clients.pop(_client_key(transaction.request.headers), None)
            else:
                self._servers.pop(_server_key(transaction.request), None)

        linger_s = (
            TIMEOUT_S + 1 if isinstance(transaction, ServerTransaction) and transaction.status < 300 else LINGER_S
        )
        handle = asyncio.get_running_loop().call_later(linger_s, forget)
        self._ending.add(handle)

    # ---- from the socket --------------------------------------------------------------------------------

    def _read(self) -> None:
        for _ in range(_BURST):
            try:
                data, ancillary, _, peer = self._sock.recvmsg(65_535, 64)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of an earlier send: that transaction's timer deals with it
            at = time.monotonic()
            for level, kind, stamp in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                    seconds, nanoseconds = _TIMESPEC.unpack(stamp)
                    at = (seconds * 1_000_000_000 + nanoseconds - monotonic_offset_ns()) / 1e9
            if data.strip(b"\r\n\0"):  # else it only keeps a NAT open
                self._receive(data, peer, at)

    def _receive(self, data: bytes, peer: Address, at: float) -> None:
        try:
            message: Message = parse(data)
            if isinstance(message, Response):
                transaction = self._clients.get(_client_key(message.headers))
                if transaction is not None:
                    transaction.receive(message, at)
            else:
                self._receive_request(message, peer, at)
        except SipError:
            self.bad_datagrams += 1  # what a phone does with noise: nothing

    def _receive_request(self, request: Request, peer: Address, at: float) -> None:
        key = _server_key(request)
        to_tag = parse_name_addr(request.headers.require("to")).tag
        parse_name_addr(request.headers.require("from"))
        dialog = self._dialogs.get((request.headers.require("call-id"), to_tag)) if to_tag else None
        known = self._servers.get(key)
        if request.method == "ACK":
            if known is not None:
                known.acknowledge()
            elif dialog is not None:
                dialog.on_request(ServerTransaction(self, request, peer), at)
            return
        if known is not None:
            known.repeat()
            return
        line = self._lines.get(parse_uri(request.uri).user)
        if line is not None and line.is_away():
            return
        transaction = ServerTransaction(self, request, peer)
        self._servers[key] = transaction
        if request.method == "CANCEL":
            self._cancel(request, transaction, at)
        elif dialog is not None:
            dialog.on_request(transaction, at)
        elif to_tag:
            transaction.respond(481, "Call/Transaction Does Not Exist")
        elif request.method == "INVITE":
            if line is None:
                transaction.respond(404, "Not Found", to_tag=self.token())
            else:
                line.on_invite(transaction, at)
        elif request.method in ("OPTIONS", "NOTIFY"):
            transaction.respond(200, "OK", to_tag=self.token(), extra=(("Allow", ALLOW),))
        else:
            transaction.respond(405, "Method Not Allowed", to_tag=self.token(), extra=(("Allow", ALLOW),))

    def _cancel(self, request: Request, transaction: ServerTransaction, at: float) -> None:
        invite = self._servers.get((_server_key(request)[0], "INVITE"))
        if invite is None:
            transaction.respond(481, "Call/Transaction Does Not Exist")
            return
        transaction.respond(200, "OK", to_tag=self.token())
        if invite.on_cancel is not None and invite.status < 200:
            invite.on_cancel(at)


def _client_key(headers: Headers) -> tuple[str, str]:
    """RFC 3261 17.1.3: the branch of the top Via, and the method of CSeq."""
    return parse_via(_first(headers.require("via"))).branch, cseq_of(headers)[1]


def _server_key(request: Request) -> tuple[str, str]:
    """RFC 3261 17.2.3: branch and sender; ACK of a failure and CANCEL carry the branch of their INVITE."""
    via = parse_via(_first(request.headers.require("via")))
    identity = f"{via.branch} {via.host}:{via.port}"
    if not via.branch.startswith(MAGIC_COOKIE):  # a sender of RFC 2543: the dialog's own identifiers have to do
        identity = f"{request.headers.require('call-id')} {cseq_of(request.headers)[0]} {via.host}:{via.port}"
    return identity, "INVITE" if request.method == "ACK" else request.method


def _first(value: str) -> str:
    return value.partition(",")[0]
