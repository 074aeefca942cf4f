"""Requests and their answers over UDP: what is sent again, and until when (RFC 3261 section 17)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from phones.sip import Headers, Request, Response, cseq_of, encode, parse_name_addr

T1_S, T2_S = 0.5, 4.0
TIMEOUT_S = 64 * T1_S

Address = tuple[str, int]


class Sender(Protocol):
    """The endpoint, as a transaction sees it."""

    def send(self, data: bytes, peer: Address) -> None:
        """One datagram."""

    def forget_later(self, transaction: ClientTransaction | ServerTransaction) -> None:
        """It has ended and only absorbs retransmissions."""


class ClientTransaction:
    """A request on its way. `on_response(response, at)` gets its responses, and our own 408 at timeout."""

    __slots__ = (
        "_acknowledgement",
        "_data",
        "_interval_s",
        "_on_response",
        "_timer",
        "endpoint",
        "final",
        "peer",
        "request",
    )

    def __init__(
        self,
        endpoint: Sender,
        request: Request,
        peer: Address,
        on_response: Callable[[Response, float], None],
    ) -> None:
        self.endpoint, self.request, self.peer = endpoint, request, peer
        self.final: Response | None = None
        self._on_response = on_response
        self._data = encode(request)
        self._acknowledgement: bytes | None = None
        self._interval_s = T1_S
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Send it, and again until something comes back (timers A, B, E, F)."""
        self.endpoint.send(self._data, self.peer)
        self._arm(asyncio.get_running_loop().time() + TIMEOUT_S)

    def acknowledge(self, data: bytes) -> None:
        """The ACK of a 2xx: sent now, and again whenever the 2xx is."""
        self._acknowledgement = data
        self.endpoint.send(data, self.peer)

    def receive(self, response: Response, at: float) -> None:
        """A response with our branch."""
        if self.final is not None:
            if response.status >= 200 and self._acknowledgement is not None:
                self.endpoint.send(self._acknowledgement, self.peer)
            return
        if self._timer is not None and (self.request.method == "INVITE" or response.status >= 200):
            self._timer.cancel()
            self._timer = None
        if response.status >= 200:
            self.final = response
            self.endpoint.forget_later(self)
            if self.request.method == "INVITE" and response.status >= 300:
                self.acknowledge(encode(self._ack_of_failure(response)))
        self._on_response(response, at)

    def cancel_timer(self) -> None:
        """No more retransmissions."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, gives_up_at: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._interval_s, self._again, gives_up_at)

    def _again(self, gives_up_at: float) -> None:
        now = asyncio.get_running_loop().time()
        if now >= gives_up_at:
            self._timer = None
            self.receive(Response(408, "Request Timeout", Headers(self.request.headers)), time.monotonic())
            return
        self.endpoint.send(self._data, self.peer)
        self._interval_s *= 2
        if self.request.method != "INVITE":
            self._interval_s = min(self._interval_s, T2_S)
        self._interval_s = min(self._interval_s, max(gives_up_at - now, 0.01))
        self._arm(gives_up_at)

    def _ack_of_failure(self, response: Response) -> Request:
        """RFC 3261 17.1.1.3: same branch, To of the response."""
        ours = self.request.headers
        headers = Headers([("Via", ours.require("via")), ("Max-Forwards", "70"), ("From", ours.require("from"))])
        headers.add("To", response.headers.get("to") or ours.require("to"))
        headers.add("Call-ID", ours.require("call-id"))
        headers.add("CSeq", f"{cseq_of(ours)[0]} ACK")
        for route in ours.all("route"):
            headers.add("Route", route)
        return Request("ACK", self.request.uri, headers)


class ServerTransaction:
    """A received request and what we answered, which is repeated when the request is."""

    __slots__ = (
        "_answer",
        "_interval_s",
        "_timer",
        "acknowledged",
        "endpoint",
        "on_cancel",
        "peer",
        "request",
        "status",
    )

    def __init__(self, endpoint: Sender, request: Request, peer: Address) -> None:
        self.endpoint, self.request, self.peer = endpoint, request, peer
        self.status = 0
        self.acknowledged = False
        self.on_cancel: Callable[[float], None] | None = None
        self._answer: bytes | None = None
        self._interval_s = T1_S
        self._timer: asyncio.TimerHandle | None = None

    def respond(
        self,
        status: int,
        reason: str,
        *,
        to_tag: str = "",
        extra: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        on_no_ack: Callable[[], None] | None = None,
    ) -> None:
        """Answer. A final one to INVITE is repeated until its ACK; `on_no_ack` is called if none ever came."""
        asked = self.request.headers
        headers = Headers([("Via", via) for via in asked.all("via")])
        headers.add("From", asked.require("from"))
        to = asked.require("to")
        headers.add("To", f"{to};tag={to_tag}" if to_tag and not parse_name_addr(to).tag else to)
        headers.add("Call-ID", asked.require("call-id"))
        headers.add("CSeq", asked.require("cseq"))
        for route in asked.all("record-route"):
            headers.add("Record-Route", route)
        for name, value in extra:
            headers.add(name, value)
        if body:
            headers.add("Content-Type", "application/sdp")
        self.status = status
        self._answer = encode(Response(status, reason, headers, body))
        self.endpoint.send(self._answer, self.peer)
        if status >= 200:
            self.endpoint.forget_later(self)
            if self.request.method == "INVITE":
                gives_up_at = asyncio.get_running_loop().time() + TIMEOUT_S
                self._arm(gives_up_at, on_no_ack)

    def repeat(self) -> None:
        """The request came again."""
        if self._answer is not None:
            self.endpoint.send(self._answer, self.peer)

    def acknowledge(self) -> None:
        """The ACK came."""
        self.acknowledged = True
        self.cancel_timer()

    def cancel_timer(self) -> None:
        """No more retransmissions."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self, gives_up_at: float, on_no_ack: Callable[[], None] | None) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._interval_s, self._again, gives_up_at, on_no_ack)

    def _again(self, gives_up_at: float, on_no_ack: Callable[[], None] | None) -> None:
        self._timer = None
        if asyncio.get_running_loop().time() >= gives_up_at:
            if on_no_ack is not None:
                on_no_ack()
            return
        self.repeat()
        self._interval_s = min(self._interval_s * 2, T2_S)
        self._arm(gives_up_at, on_no_ack)
