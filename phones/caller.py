"""Placing calls: a line to dial from, and the call that comes of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from phones.audio import Clip
from phones.call import Call
from phones.digest import Credentials, authorization, parse_challenge
from phones.endpoint import ALLOW, USER_AGENT, Endpoint
from phones.facts import CallFacts
from phones.sdp import PCMU, Session, encode_sdp
from phones.sip import Headers, Request, Response, SipError, encode, format_name_addr, parse_name_addr
from phones.stream import Idle
from phones.transactions import Address, ClientTransaction


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """A line into a switch: whom it calls through, as whom, and how it sounds while nobody speaks.

    `peer` is the switch's SIP address; `user` the caller's user part when a call names none. `payloads` are
    the G.711 laws offered, best first. `idle`: "silence" sends silent packets, "nothing" suppresses them,
    "keepalive" sends one in 5 s.
    """

    endpoint: Endpoint
    peer: Address
    user: str = "anonymous"
    credentials: Credentials | None = None
    payloads: tuple[int, ...] = (PCMU,)
    idle: Idle = "silence"

    async def dial(
        self,
        number: str,
        *,
        caller_id: str = "",
        display: str = "",
        headers: Mapping[str, str] | None = None,
        clip: Clip | None = None,
    ) -> OutgoingCall:
        """Send the INVITE and return at once; `clip` is looped from the first media on.

        Raises SipError for a number or header that cannot be written, OSError when no RTP port is free.
        """
        facts = CallFacts(self.endpoint.token(96), display, caller_id or self.user, number, time.monotonic())
        call = OutgoingCall(self, facts, dict(headers or {}))
        call.stream.idle = self.idle
        if clip is not None:
            call.say(clip, loop=True)
        call.invite()
        return call


class OutgoingCall(Call):
    """A call that we placed. It may be hung up at any time: CANCEL before the answer, BYE after it."""

    def __init__(self, line: PhoneLine, facts: CallFacts, extra: dict[str, str]) -> None:
        super().__init__(line.endpoint, line.peer, facts, facts.from_user)
        self.line = line
        host, port = line.peer
        self._target = f"sip:{facts.to_user}@{host}:{port}"
        endpoint = line.endpoint
        from_uri = f"sip:{facts.from_user}@{endpoint.host}:{endpoint.port}"
        self._local = format_name_addr(facts.from_display, from_uri, self.local_tag)
        self._remote = f"<{self._target}>"
        self._extra = extra
        self._transaction: ClientTransaction | None = None
        self._provisional = False
        self._cancelled = False
        self._challenges = 0

    def invite(self) -> None:
        """Send it. Raises SipError when a number or a header cannot be written."""
        try:
            request = self._invite_request()
        except SipError:
            self._end("failure", time.monotonic(), reason="cannot be written")
            raise
        self.facts.invite_at = time.monotonic()
        self._transaction = self.endpoint.request(request, self.peer, self._on_invite_response)

    async def hang_up(self) -> None:
        """CANCEL or BYE, and wait for the end. Never raises for a far end that is gone."""
        if self.is_over:
            return
        if self.facts.answered_at is not None:
            await self._bye()
            return
        self._cancelled = True
        if self._provisional:
            self._send_cancel()  # else it goes out with the first provisional answer (RFC 3261 9.1)
        await self._ended.wait()

    def _invite_request(self, authorized: tuple[str, str] | None = None) -> Request:
        request = self._request("INVITE")
        headers = request.headers
        headers.add("Contact", self.endpoint.contact(self.local_user))
        headers.add("Allow", ALLOW)
        for name, value in self._extra.items():
            headers.add(name, value)
        if authorized is not None:
            headers.add(*authorized)
        headers.add("Content-Type", "application/sdp")
        request.body = encode_sdp(Session(self.endpoint.host, self.stream.port, self.line.payloads))
        encode(request)
        return request

    def _on_invite_response(self, response: Response, at: float) -> None:
        facts, status = self.facts, response.status
        if status < 200:
            self._provisional = True
            if status == 100:
                facts.trying_at = facts.trying_at or at
            elif facts.ringing_at is None:
                facts.ringing_at = at
            self._early = response.headers.require("to") if status > 100 else self._early
            if response.body and status > 100:
                self._take_early_session(response.body)
            if self._cancelled:
                self._send_cancel()
        elif status < 300:
            self._on_answer(response, at)
        elif status in (401, 407) and self._challenges < 2 and self._authorize(response):
            return
        else:
            by_us = self._cancelled and status == 487
            self._end("near" if by_us else "failure" if status == 408 else "far", at, status, response.reason)

    def _take_early_session(self, body: bytes) -> None:
        try:
            self._take_session(body)
        except SipError:
            return  # early media that we cannot hear does not end a call; the answer decides

    def _on_answer(self, response: Response, at: float) -> None:
        transaction = self._transaction
        assert transaction is not None, "an answer without an INVITE"
        self._remote = response.headers.require("to")
        contacts = response.headers.all("contact")
        if contacts:
            self._target = parse_name_addr(contacts[0]).uri
        self._routes = response.headers.all("record-route")[::-1]
        self.facts.answered_at, self.facts.status = at, response.status
        transaction.acknowledge(encode(self._request("ACK", self._cseq)))
        try:
            self._take_session(response.body)
        except SipError as error:
            self.facts.reason = str(error)
            self._cancelled = True
        if self._cancelled:  # the answer crossed our CANCEL
            self._end("near", at)
            self.endpoint.request(self._request("BYE"), self._next_hop(), lambda response, at: None)
        elif not self._answered.done():
            self._answered.set_result(None)

    def _authorize(self, response: Response) -> bool:
        """Try once more with credentials; False when there are none or they were refused."""
        proxy = response.status == 407
        value = response.headers.get("proxy-authenticate" if proxy else "www-authenticate")
        if self.line.credentials is None or value is None or self._cancelled:
            return False
        try:
            challenge = parse_challenge(value)
        except SipError:
            return False
        if self._challenges and not challenge.stale:
            return False
        self._challenges += 1
        cnonce = self.endpoint.token()
        credentials = authorization(challenge, self.line.credentials, "INVITE", self._target, cnonce=cnonce)
        name = "Proxy-Authorization" if proxy else "Authorization"
        request = self._invite_request((name, credentials))
        self._transaction = self.endpoint.request(request, self.peer, self._on_invite_response)
        return True

    def _send_cancel(self) -> None:
        transaction, self._cancelled = self._transaction, True
        assert transaction is not None, "CANCEL before INVITE"
        self._provisional = False  # once is enough
        invite = transaction.request.headers
        headers = Headers([("Via", invite.require("via")), ("Max-Forwards", "70"), ("From", self._local)])
        headers.add("To", self._remote)
        headers.add("Call-ID", self.facts.call_id)
        headers.add("CSeq", f"{self._cseq} CANCEL")
        headers.add("User-Agent", USER_AGENT)
        cancel = Request("CANCEL", transaction.request.uri, headers)
        self.endpoint.request(cancel, self.peer, self._on_cancel_response)

    def _on_cancel_response(self, response: Response, at: float) -> None:
        if response.status == 408:  # nobody there any more: RFC 3261 9.1 has us give up after 64 T1
            self._end("failure", at, 408, "no answer to CANCEL")
