"""An agent's phone: registers, rings, answers or not, talks for a while, keys star codes, goes away.

What it does with a call is decided by a function of the call (`on_ring`), so a test or a demonstration
scripts each phone as it likes; `Habits` makes such a function from a few distributions.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from phones.audio import Clip
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials, authorization, parse_challenge
from phones.endpoint import USER_AGENT, Endpoint
from phones.facts import CallFacts
from phones.incoming import IncomingCall
from phones.sip import Headers, Request, Response, SipError, parse_name_addr
from phones.transactions import Address, ServerTransaction


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up after `after_s`; hang up after `talk_s` of talk, None: let the caller do it.

    `early`: the sound before that, sent with 183, as networks do.
    """

    after_s: float = 0.0
    talk_s: float | None = None
    clip: Clip | None = None
    early: Clip | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse after `after_s`: 486 busy, 603 declined, 480 unavailable.

    `q850` also sends a Reason header (RFC 3326) with that number.
    """

    status: int = 486
    after_s: float = 0.0
    q850: int | None = None


@dataclass(frozen=True, slots=True)
class Forward:
    """Send the caller elsewhere: 302 (or 301) with the Contact `to`, a SIP URI."""

    to: str
    status: int = 302
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class LetRing:
    """Nobody picks up."""


Reaction = Answer | Reject | Forward | LetRing
OnRing = Callable[[IncomingCall], Reaction]
Seconds = Callable[[Random], float]


@dataclass(slots=True)
class Habits:
    """How a person deals with calls, by chance of a seeded stream: an `OnRing`.

    `answer_after_s` and `talk_s` draw seconds; `misses` and `rejects` are shares of the calls, 0 to 1.
    """

    rng: Random
    answer_after_s: Seconds = lambda rng: rng.uniform(0.5, 2.0)
    talk_s: Seconds = lambda rng: rng.uniform(5.0, 20.0)
    misses: float = 0.0
    rejects: float = 0.0
    clip: Clip | None = None

    def __call__(self, call: IncomingCall) -> Reaction:
        """Decide; always the same number of draws, so that one call's fate does not shift the next one's."""
        chance = self.rng.random()
        after_s, talk_s = self.answer_after_s(self.rng), self.talk_s(self.rng)
        if chance < self.misses:
            return LetRing()
        if chance < self.misses + self.rejects:
            return Reject(486, after_s)
        return Answer(after_s, talk_s, self.clip)


class RegistrationFailed(Exception):
    """The registrar said no, or nothing."""


class AgentPhone:
    """One SIP account. `calls` are those that ring or talk now, `facts` those that are over.

    `on_ring` may be changed at any time, for the next call. `new_calls` gets each call as it begins to ring.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        registrar: Address,
        credentials: Credentials,
        on_ring: OnRing = lambda call: Answer(),
        *,
        display: str = "",
    ) -> None:
        self.endpoint, self.registrar, self.credentials = endpoint, registrar, credentials
        self.on_ring = on_ring
        self.display = display
        self.user = credentials.username
        self.calls: list[IncomingCall] = []
        self.facts: list[CallFacts] = []
        self.new_calls: asyncio.Queue[IncomingCall] = asyncio.Queue()
        self.registered_until: float | None = None
        self._line = PhoneLine(endpoint, registrar, self.user, credentials)
        self._away = False
        self._call_id = endpoint.token(96)
        self._tag = endpoint.token(48)
        self._cseq = 0
        self._refresh: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        endpoint.add_line(self.user, self)

    # ---- being there -------------------------------------------------------------------------------------

    async def register(self, expires_s: int = 300) -> None:
        """Log in at the registrar and stay so: refreshed at four fifths of what it grants.

        Raises RegistrationFailed.
        """
        granted_s = await self._register(expires_s)
        self._stop_refresh()
        self._refresh = asyncio.create_task(self._keep_registered(expires_s, granted_s))

    async def unregister(self) -> None:
        """Log out properly. Raises RegistrationFailed."""
        self._stop_refresh()
        await self._register(0)
        self.registered_until = None

    def vanish(self) -> None:
        """Pull the cable: no answer to anything any more, and no goodbye."""
        self._away = True
        self._stop_refresh()
        for call in tuple(self.calls):
            call.vanish()

    def come_back(self) -> None:
        """Put the cable in again. A registration that was not refreshed has to be made anew."""
        self._away = False

    async def restart(self, expires_s: int = 300) -> None:
        """Lose power and start anew: it knows of no call, and registers under a Call-ID of its own new life.

        Raises RegistrationFailed.
        """
        self.vanish()
        self._call_id, self._tag, self._cseq = self.endpoint.token(96), self.endpoint.token(48), 0
        self.come_back()
        await self.register(expires_s)

    async def close(self) -> None:
        """Hang up what is live and stop; does not unregister."""
        self._stop_refresh()
        await asyncio.gather(*(call.hang_up() for call in tuple(self.calls)))
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.endpoint.remove_line(self.user)

    async def dial(self, code: str, clip: Clip | None = None) -> OutgoingCall:
        """Place a call, such as a star code to log in or to end wrap-up."""
        return await self._line.dial(code, display=self.display, clip=clip)

    # ---- the Line protocol of the endpoint --------------------------------------------------------------

    def is_away(self) -> bool:
        """True between `vanish` and `come_back`."""
        return self._away

    def on_invite(self, transaction: ServerTransaction, at: float) -> None:
        """A call for this phone."""
        # A talk is over for who sends BYE, not first when it is answered: RFC 3261 section 15.1.1.
        if any(not call.is_over for call in self.calls):
            transaction.respond(486, "Busy Here", to_tag=self.endpoint.token(48))
            return
        try:
            call = IncomingCall(self.endpoint, transaction, self.user, at)
        except SipError:
            transaction.respond(488, "Not Acceptable Here", to_tag=self.endpoint.token(48))
            return
        except OSError:  # no RTP port is free
            transaction.respond(503, "Service Unavailable", to_tag=self.endpoint.token(48))
            return
        self.calls.append(call)
        call.ring()
        self.new_calls.put_nowait(call)
        task = asyncio.create_task(self._live_with(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live_with(self, call: IncomingCall) -> None:
        try:
            match self.on_ring(call):
                case Answer(after_s, talk_s, clip, early):
                    if early is not None:
                        call.speak_early(early)
                    if not await _over_within(call, after_s):
                        call.answer(clip)
                    if talk_s is not None and not await _over_within(call, talk_s):
                        await call.hang_up()
                case Reject(status, after_s, q850):
                    if not await _over_within(call, after_s):
                        extra = () if q850 is None else (("Reason", f"Q.850;cause={q850}"),)
                        call.reject(status, extra=extra)
                case Forward(to, status, after_s):
                    if not await _over_within(call, after_s):
                        call.reject(status, "Moved", extra=(("Contact", f"<{to}>"),))
                case LetRing():
                    pass
            await call.ended()
        finally:
            self.calls.remove(call)
            self.facts.append(call.facts)

    # ---- REGISTER ----------------------------------------------------------------------------------------

    async def _keep_registered(self, expires_s: int, granted_s: int) -> None:
        while True:
            await asyncio.sleep(granted_s * 0.8)
            try:
                granted_s = await self._register(expires_s)
            except RegistrationFailed:
                granted_s = 5  # the switch is away: try again soon, as phones do

    async def _register(self, expires_s: int) -> int:
        """Seconds granted. Raises RegistrationFailed."""
        response = await self._ask(self._register_request(expires_s))
        for _ in range(2):  # the second time for a nonce that had become stale
            if response.status not in (401, 407):
                break
            response = await self._ask(self._register_request(expires_s, response))
        if response.status != 200:
            raise RegistrationFailed(f"{self.user}: {response.status} {response.reason}")
        granted_s = expires_s
        for contact in response.headers.all("contact"):
            address = parse_name_addr(contact)
            if f"{self.user}@{self.endpoint.host}:{self.endpoint.port}" in address.uri:
                expires = address.params.get("expires", "")
                granted_s = int(expires) if expires.isdecimal() and len(expires) < 9 else expires_s
        self.registered_until = time.monotonic() + granted_s
        return granted_s

    def _register_request(self, expires_s: int, challenged: Response | None = None) -> Request:
        host, port = self.registrar
        uri = f"sip:{host}:{port}"
        self._cseq += 1
        headers = Headers([("Via", self.endpoint.via()), ("Max-Forwards", "70")])
        headers.add("From", f"<sip:{self.user}@{host}:{port}>;tag={self._tag}")
        headers.add("To", f"<sip:{self.user}@{host}:{port}>")
        headers.add("Call-ID", self._call_id)
        headers.add("CSeq", f"{self._cseq} REGISTER")
        headers.add("Contact", self.endpoint.contact(self.user))
        headers.add("Expires", str(expires_s))
        headers.add("User-Agent", USER_AGENT)
        if challenged is not None:
            proxy = challenged.status == 407
            value = challenged.headers.get("proxy-authenticate" if proxy else "www-authenticate")
            try:
                challenge = parse_challenge(value or "")
            except SipError as error:
                raise RegistrationFailed(f"{self.user}: {error}") from None
            credentials = authorization(challenge, self.credentials, "REGISTER", uri, cnonce=self.endpoint.token())
            headers.add("Proxy-Authorization" if proxy else "Authorization", credentials)
        return Request("REGISTER", uri, headers)

    async def _ask(self, request: Request) -> Response:
        final: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def on_response(response: Response, at: float) -> None:
            if response.status >= 200 and not final.done():
                final.set_result(response)

        self.endpoint.request(request, self.registrar, on_response)
        return await final

    def _stop_refresh(self) -> None:
        if self._refresh is not None:
            self._refresh.cancel()
            self._refresh = None


async def _over_within(call: IncomingCall, duration_s: float) -> bool:
    try:
        await call.ended(duration_s)
    except TimeoutError:
        return False
    return True
