"""One call as the person at the phone sees it: answered, heard, pressed, said, hung up.

`Call` is what both directions share; caller.py and incoming.py add how each begins. All
instants are seconds of time.monotonic(), taken by the kernel where something arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import quote

import numpy as np

from phones import transactions
from phones.audio import Clip
from phones.ear import OTHER, SILENT, audible
from phones.endpoint import ALLOW, USER_AGENT, Endpoint
from phones.facts import CallFacts, CallFailed, EndedBy
from phones.media import LOOK_EVERY_S
from phones.referring import status_in
from phones.sdp import Direction, Session, answer_to, encode_sdp, parse_sdp
from phones.sip import Headers, Request, Response, SipError, encode, parse_name_addr, parse_uri
from phones.stream import Heard, KeyPress, Listener, Stream, StreamClosed
from phones.transactions import Address, ServerTransaction

_BYE_WAIT_S = 2.0  # the BYE is repeated for longer, but nobody waits for its answer
_PROMPT_GAP_NS = 45_000_000  # two packets missing: what follows is another prompt


class Call(ABC):
    """A dialog and its stream. Made by `PhoneLine.dial` or for an INVITE that came in."""

    def __init__(self, endpoint: Endpoint, peer: Address, facts: CallFacts, local_user: str) -> None:
        self.endpoint, self.peer, self._facts = endpoint, peer, facts
        self.local_user = local_user
        self.local_tag = endpoint.token(48)
        self.stream: Stream = endpoint.media.open_stream(endpoint.host)
        self._local = self._remote = ""  # From and To as this side writes them
        self._early = ""  # To of the newest answer before the answer
        self._target = ""
        self._routes: list[str] = []
        self._cseq = 0
        self._version = 1
        self._ended = asyncio.Event()
        self._transfers: asyncio.Queue[int] = asyncio.Queue()
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answered.add_done_callback(lambda done: done.cancelled() or done.exception())  # may go unawaited
        endpoint.add_dialog(facts.call_id, self.local_tag, self)

    # ---- what a person does -----------------------------------------------------------------------------

    def say(self, clip: Clip | None, loop: bool = False) -> asyncio.Future[None]:
        """Send this sound in place of what is being sent; None is silence. Done when it has been sent."""
        return self.stream.say(clip, loop)

    async def press(self, keys: str, duration_s: float = 0.1) -> KeyPress:
        """Key digits by RFC 4733, 100 ms each; the last of them as it went out. Raises RtpError, CallFailed.

        Asterisk stretches keys shorter than 80 ms, which would spoil a latency measured from the key's end.
        """
        if not keys:
            raise ValueError("no keys to press")
        try:
            return (await asyncio.gather(*[self.stream.press(key, duration_s) for key in keys]))[-1]
        except StreamClosed:
            raise self._failure() from None

    async def hold(self, on: bool = True, *, inactive: bool = False) -> None:
        """Put the far end on hold by a re-INVITE, or take it back; it has resumed when this returns.

        On hold nothing is sent from here, as most phones do; `inactive` says that in SDP too (RFC 3264 section 8.4),
        else it is `sendonly`. Raises CallFailed when the far end refuses, or says no more than that it tries for
        half a minute: of that wait RFC 3261 has no end.
        """
        self._version += 1
        direction: Direction = ("inactive" if inactive else "sendonly") if on else "sendrecv"
        payloads = (self.stream.payload_type,)
        stream = self.stream
        offer = Session(self.endpoint.host, stream.port, payloads, stream.event_type, direction, self._version)
        request = self._request("INVITE")
        request.headers.add("Contact", self.endpoint.contact(self.local_user))
        request.headers.add("Content-Type", "application/sdp")
        request.body = encode_sdp(offer)
        cseq = self._cseq
        final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def on_response(response: Response, at: float) -> None:
            if response.status >= 200 and not final.done():
                final.set_result(response)

        transaction = self.endpoint.request(request, self._next_hop(), on_response)
        try:
            async with asyncio.timeout(transactions.TIMEOUT_S):
                response = await final
        except TimeoutError:
            raise CallFailed(408, "no final answer to a re-INVITE") from None
        if response.status >= 300:
            raise CallFailed(response.status, response.reason)
        transaction.acknowledge(encode(self._request("ACK", cseq)))
        self.stream.connected = not on

    async def resume(self) -> None:
        """Take the far end back from hold. Raises CallFailed when it refuses."""
        await self.hold(False)

    async def refer(self, target: str, replaces: Call | None = None) -> int:
        """Ask the far end to go on with the SIP URI `target` in our place (RFC 3515). Gives its answer, a status.

        `replaces`, another call of this phone: with its far end, in place of that call (RFC 3891, RFC 5589).
        """
        request = self._request("REFER")
        request.headers.add("Contact", self.endpoint.contact(self.local_user))
        dialog = "" if replaces is None else f"?Replaces={quote(replaces.as_replaced(), safe='')}"
        request.headers.add("Refer-To", f"<{target}{dialog}>")
        final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def on_response(response: Response, at: float) -> None:
            if response.status >= 200 and not final.done():
                final.set_result(response)

        self.endpoint.request(request, self._next_hop(), on_response)
        return (await final).status

    @abstractmethod
    async def hang_up(self) -> None:
        """End the call now, whatever its state; returns when the far end has agreed or does not answer."""

    # ---- what a person waits for -----------------------------------------------------------------------

    @property
    def facts(self) -> CallFacts:
        """What has happened until now; the same object each time."""
        facts, stream = self._facts, self.stream
        facts.first_rtp_at, facts.first_audio_at = stream.first_rtp_at, stream.first_audio_at
        facts.packets_sent, facts.packets_received = stream.packets_sent, stream.packets_received
        return facts

    @property
    def is_over(self) -> bool:
        """True when the call has ended."""
        return self._ended.is_set()

    async def answered(self, timeout_s: float = 30.0) -> None:
        """Return when it is answered. Raises CallFailed when it is not going to be, TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await asyncio.shield(self._answered)

    async def ended(self, timeout_s: float | None = None) -> CallFacts:
        """Return when it is over. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._ended.wait()
        return self.facts

    async def heard_audio(self, timeout_s: float = 10.0, after: float = 0.0) -> float:
        """The arrival of the first packet that is not silence. Raises TimeoutError, CallFailed."""

        def loud(heard: Heard) -> float | None:
            return _first(heard, audible(heard.labels))

        return await self._hear(loud, after, timeout_s)

    async def hear_tone(self, hz: float, timeout_s: float = 10.0, after: float | None = None) -> float:
        """The arrival of the first packet of this tone, by default since the last key was pressed.

        Raises ValueError for a tone that the engine's ear was not given, TimeoutError, CallFailed.
        """
        label = self.stream.ear.label_of(hz)
        return await self._hear(lambda heard: _first(heard, heard.labels == label), self._since(after), timeout_s)

    async def hear_speech(self, timeout_s: float = 10.0, after: float | None = None) -> float:
        """The arrival of the first of five packets, in any ten, that are neither silence nor a known tone."""
        run: list[tuple[float, bool]] = []

        def speech(heard: Heard) -> float | None:
            for at, label in zip(heard.arrivals_ns.tolist(), heard.labels.tolist(), strict=True):
                run.append((at / 1e9, label == OTHER))
                del run[:-10]
                if sum(spoken for _, spoken in run) >= 5:
                    return next(instant for instant, spoken in run if spoken)
            return None

        return await self._hear(speech, self._since(after), timeout_s)

    async def hear_next_prompt(self, press: KeyPress, timeout_s: float = 10.0) -> float:
        """The arrival of the first packet of what is played after a key.

        It is the first sound that differs in kind from what was heard last before the key (another tone), or
        that follows a gap of two packets, or that the sender marked as a new talkspurt. Raises TimeoutError,
        CallFailed.
        """
        before = self.stream.history(press.started_at - 1.0)
        earlier = before.labels[before.arrivals_ns < int(press.ended_at * 1e9)]
        sounds = earlier[audible(earlier)]
        old = int(sounds[-1]) if len(sounds) else SILENT
        last_ns = int(press.ended_at * 1e9)

        def prompt(heard: Heard) -> float | None:
            nonlocal last_ns
            gaps = np.diff(heard.arrivals_ns, prepend=last_ns)
            last_ns = int(heard.arrivals_ns[-1])
            other = (heard.labels != old) & (heard.labels > SILENT)
            anew = (heard.labels == OTHER) & ((old != OTHER) | heard.markers | (gaps > _PROMPT_GAP_NS))
            again = (heard.labels == old) & (heard.labels > SILENT) & (heard.markers | (gaps > _PROMPT_GAP_NS))
            return _first(heard, other, anew, again)

        return await self._hear(prompt, press.ended_at, timeout_s)

    async def hear_silence(self, for_s: float, timeout_s: float = 10.0) -> None:
        """Return when nothing but silence has come for so long. Raises TimeoutError, CallFailed."""
        looked_again = False
        async with asyncio.timeout(timeout_s):
            while True:
                # what the engine has not looked at yet may be sound: so long it is not known to be silent
                quiet_since = self.stream.last_audio_at or self.stream.opened_at
                wait_s = quiet_since + for_s + LOOK_EVERY_S - time.monotonic()
                if wait_s <= 0 and looked_again:
                    return
                looked_again = wait_s <= 0  # where this process stood still the engine is late itself
                await asyncio.sleep(LOOK_EVERY_S if looked_again else wait_s)
                if self.is_over:
                    raise self._failure()

    async def transferred(self, timeout_s: float = 10.0) -> int:
        """What became of the transfer that we asked for by `refer`: a status, 200 when it is done. Raises TimeoutError.

        It may be told after the call's end, if just before it.
        """
        async with asyncio.timeout(timeout_s):
            return await self._transfers.get()

    async def key(self, timeout_s: float = 10.0) -> str:
        """The next digit that the far end keyed. Raises TimeoutError."""
        return await self.stream.next_key(timeout_s)

    def is_silent(self, for_s: float = 0.5) -> bool:
        """Nothing but silence came in the last `for_s` seconds."""
        return self.stream.is_silent(for_s)

    def _since(self, after: float | None) -> float:
        if after is not None:
            return after
        return self.stream.presses[-1].ended_at if self.stream.presses else 0.0

    async def _hear(self, listener: Listener, after: float, timeout_s: float) -> float:
        try:
            return await self.stream.hear(listener, after, timeout_s)
        except StreamClosed:
            raise self._failure() from None

    def _failure(self) -> CallFailed:
        status = self.facts.status if self.facts.answered_at is None else 0
        return CallFailed(status, self.facts.reason or "the call has ended")

    # ---- the dialog --------------------------------------------------------------------------------------

    def as_replaced(self) -> str:
        """The value of a Replaces header that names this call, as its far end knows it (RFC 3891)."""
        answered = self.facts.answered_at is not None
        remote = parse_name_addr(self._remote if answered else self._early or self._remote).params.get("tag", "")
        return f"{self.facts.call_id};to-tag={remote};from-tag={self.local_tag}"

    def on_request(self, transaction: ServerTransaction, at: float) -> None:
        """A request of the far end within this call."""
        request = transaction.request
        match request.method:
            case "ACK":
                self._on_ack(request)
            case "BYE":
                transaction.respond(200, "OK")
                self._end("far", at, reason=request.headers.get("reason") or "")
            case "INVITE" | "UPDATE":
                self._renegotiate(transaction)
            case "INFO" | "NOTIFY" | "OPTIONS" | "MESSAGE":
                transaction.respond(200, "OK")
                status = status_in(request)
                if status is not None and status >= 200:
                    self._transfers.put_nowait(status)
            case _:
                transaction.respond(405, "Method Not Allowed", extra=(("Allow", ALLOW),))

    def _on_ack(self, request: Request) -> None:
        if request.body:  # the INVITE had no offer, ours was in the 200, so the answer is here
            self._take_session(request.body)

    def _renegotiate(self, transaction: ServerTransaction) -> None:
        """A re-INVITE or UPDATE: hold, resume, another address. Without an offer ours is repeated."""
        request = transaction.request
        self._version += 1
        extra = (("Contact", self.endpoint.contact(self.local_user)), ("Allow", ALLOW))
        contacts = request.headers.all("contact")
        if contacts:
            self._target = parse_name_addr(contacts[0]).uri
        if not request.body:
            offer = Session(self.endpoint.host, self.stream.port, version=self._version)
            body = encode_sdp(offer) if request.method == "INVITE" else b""
            transaction.respond(200, "OK", extra=extra, body=body)
            return
        try:
            offered = self._take_session(request.body)
        except SipError:
            transaction.respond(488, "Not Acceptable Here")
            return
        answer = answer_to(offered, self.endpoint.host, self.stream.port, self._version)
        transaction.respond(200, "OK", extra=extra, body=encode_sdp(answer))

    def _take_session(self, body: bytes) -> Session:
        """Send where this description says. Raises SipError."""
        session = parse_sdp(body)
        port = 0 if session.on_hold else session.port
        try:
            self.stream.connect(session.host, port, session.payloads[0], session.event_type)
        except OSError as error:
            raise SipError(f"cannot send to {session.host}: {error}") from None
        return session

    def _request(self, method: str, cseq: int | None = None) -> Request:
        """A request within the dialog."""
        if cseq is None:
            self._cseq += 1
            cseq = self._cseq
        headers = Headers([("Via", self.endpoint.via()), ("Max-Forwards", "70")])
        headers.add("From", self._local)
        headers.add("To", self._remote)
        headers.add("Call-ID", self.facts.call_id)
        headers.add("CSeq", f"{cseq} {method}")
        for route in self._routes:
            headers.add("Route", route)
        headers.add("User-Agent", USER_AGENT)
        return Request(method, self._target, headers)

    def _next_hop(self) -> Address:
        """The first route, else the far end's Contact when it is an address, else where it all came from."""
        try:
            uri = parse_uri(parse_name_addr(self._routes[0]).uri if self._routes else self._target)
        except SipError:
            return self.peer
        return (uri.host, uri.port) if uri.host.replace(".", "").isdigit() else self.peer

    async def _bye(self) -> None:
        done = asyncio.Event()

        def on_response(response: Response, at: float) -> None:
            if response.status >= 200:
                done.set()

        self._end("near", time.monotonic())
        self.endpoint.request(self._request("BYE"), self._next_hop(), on_response)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BYE_WAIT_S):
                await done.wait()

    def _end(self, by: EndedBy, at: float, status: int | None = None, reason: str = "") -> None:
        if self._ended.is_set():
            return
        facts = self.facts
        facts.ended_at, facts.ended_by = at, by
        if status is not None:
            facts.status = status
        facts.reason = reason or facts.reason
        self.endpoint.media.close_stream(self.stream)
        self._ended.set()
        if not self._answered.done():
            self._answered.set_exception(CallFailed(facts.status, facts.reason))
        self.endpoint.remove_dialog(facts.call_id, self.local_tag)


def _first(heard: Heard, *wanted: Any) -> float | None:
    """The earliest arrival for which one of the masks holds."""
    mask = wanted[0]
    for more in wanted[1:]:
        mask = mask | more
    places = np.flatnonzero(mask)
    return int(heard.arrivals_ns[places[0]]) / 1e9 if len(places) else None
