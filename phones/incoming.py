"""A call that rings at one of our phones: answered, rejected, or left ringing."""

from __future__ import annotations

import time

from phones.audio import Clip
from phones.call import Call
from phones.endpoint import ALLOW, Endpoint
from phones.facts import CallFacts
from phones.sdp import Session, answer_to, encode_sdp, parse_sdp
from phones.sip import NameAddr, SipError, parse_name_addr, parse_uri
from phones.transactions import ServerTransaction

_REASONS = {480: "Temporarily Unavailable", 486: "Busy Here", 503: "Service Unavailable", 603: "Decline"}


class IncomingCall(Call):
    """A call that rings here. Answer it, reject it, or let it ring."""

    def __init__(self, endpoint: Endpoint, transaction: ServerTransaction, local_user: str, at: float) -> None:
        """Raises SipError, before anything is opened, for an INVITE without the headers of a dialog."""
        headers = transaction.request.headers
        caller = parse_name_addr(headers.require("from"))
        contacts = headers.all("contact")
        target = parse_name_addr(contacts[0] if contacts else headers.require("contact")).uri
        offer = parse_sdp(transaction.request.body) if transaction.request.body else None
        facts = CallFacts(headers.require("call-id"), caller.display, _user_of(caller), local_user, at)
        super().__init__(endpoint, transaction.peer, facts, local_user)
        self.invite = transaction
        self.headers = headers
        self._offer = offer
        self._local = f"{headers.require('to')};tag={self.local_tag}"
        self._remote = headers.require("from")
        self._target = target
        self._routes = headers.all("record-route")
        transaction.on_cancel = self._on_cancel

    def ring(self) -> None:
        """180."""
        self._progress(180, "Ringing")
        self.facts.ringing_at = time.monotonic()

    def speak_early(self, clip: Clip) -> None:
        """183 with our side of the session, and this sound before any answer. Only where the caller offered one."""
        if self.is_over or self.facts.answered_at is not None or self._offer is None:
            return
        session = answer_to(self._offer, self.endpoint.host, self.stream.port)
        self._take_session(self.invite.request.body)
        contact = (("Contact", self.endpoint.contact(self.local_user)),)
        self.invite.respond(183, "Session Progress", to_tag=self.local_tag, extra=contact, body=encode_sdp(session))
        self.say(clip)

    def answer(self, clip: Clip | None = None, loop: bool = True) -> None:
        """200 with our side of the session; then say `clip`. Does nothing when the caller has gone."""
        if self.is_over or self.facts.answered_at is not None:
            return
        extra = (("Contact", self.endpoint.contact(self.local_user)), ("Allow", ALLOW))
        session = Session(self.endpoint.host, self.stream.port)
        if self._offer is not None:
            session = answer_to(self._offer, session.host, session.port)
            if self._offer.on_hold:
                self.stream.connect(self._offer.host, 0, self._offer.payloads[0], self._offer.event_type)
            else:
                self._take_session(self.invite.request.body)
        self.facts.answered_at, self.facts.status = time.monotonic(), 200
        self.invite.respond(
            200, "OK", to_tag=self.local_tag, extra=extra, body=encode_sdp(session), on_no_ack=self._on_no_ack
        )
        if clip is not None:
            self.say(clip, loop)
        self._answered.set_result(None)

    def reject(self, status: int = 486, reason: str = "", extra: tuple[tuple[str, str], ...] = ()) -> None:
        """A final answer of 300 to 699, with headers `extra`. Does nothing when the call is answered or over."""
        if self.is_over or self.facts.answered_at is not None:
            return
        reason = reason or _REASONS.get(status, "Rejected")
        self.invite.respond(status, reason, to_tag=self.local_tag, extra=extra)
        self._end("near", time.monotonic(), status, reason)

    async def hang_up(self) -> None:
        """BYE when it was answered, 603 when not."""
        if self.is_over:
            return
        if self.facts.answered_at is None:
            self.reject(603)
            return
        await self._bye()

    def vanish(self) -> None:
        """Forget the call without a word to anybody, as a phone does whose cable is pulled."""
        self.invite.cancel_timer()
        self._end("near", time.monotonic(), reason="vanished")

    def _progress(self, status: int, reason: str) -> None:
        if not self.is_over and self.facts.answered_at is None:
            contact = (("Contact", self.endpoint.contact(self.local_user)),)
            self.invite.respond(status, reason, to_tag=self.local_tag, extra=contact)

    def on_request(self, transaction: ServerTransaction, at: float) -> None:
        """Also the ACK of our 200, which stops its repetition; a BYE does so too when the ACK was lost."""
        if transaction.request.method in ("ACK", "BYE") and not self.invite.acknowledged:
            self.invite.acknowledge()
        super().on_request(transaction, at)

    def _on_cancel(self, at: float) -> None:
        self.invite.respond(487, "Request Terminated", to_tag=self.local_tag)
        self._end("far", at, 487, "Request Terminated")

    def _on_no_ack(self) -> None:
        if not self.is_over:
            self._end("failure", time.monotonic(), reason="no ACK")
            self.endpoint.request(self._request("BYE"), self._next_hop(), lambda response, at: None)


def _user_of(address: NameAddr) -> str:
    try:
        return parse_uri(address.uri).user
    except SipError:
        return ""  # tel: and the like
