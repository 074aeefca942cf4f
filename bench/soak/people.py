"""The people of a soak at our phones: callers who keep coming, agents who answer, and those who are called outside."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from random import Random

import msgspec

from bench.soak import script
from bench.soak.walks import Unexpected, Walk, hears_either
from phones.agent_phone import AgentPhone, Answer, LetRing, Reaction, Reject
from phones.audio import Clip, tone
from phones.caller import OutgoingCall, PhoneLine
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.incoming import IncomingCall
from phones.sip import SipError
from phones.transactions import Address, ServerTransaction

_MISSES, _REJECTS = 0.02, 0.02
_ANSWERS_AFTER_S = (0.1, 0.6)
_HEARS_S = 30.0  # whoever is there: a controller may be killed just then
_OUTSIDE_TALKS_S = (0.5, 2.0)
_CALLED_BACK_S = 150.0  # a little more than it takes until a callback expires
_HANDED_ON_S = 10.0  # the talk goes on that long when it is refused


class Outside(IncomingCall):
    """A call that came out of the house by its trunk."""


class OutsideLine:
    """A number outside, with as many telephones as it takes; each is answered with a tone, or rings in vain."""

    def __init__(self, endpoint: Endpoint, number: str, people: People, answers: bool, hz: float) -> None:
        self._endpoint, self._number, self._people = endpoint, number, people
        self._answers, self._clip, self._hz = answers, people.clips[hz], hz

    def is_away(self) -> bool:
        """Never."""
        return False

    def on_invite(self, transaction: ServerTransaction, at: float) -> None:
        """Somebody is called."""
        try:
            call = Outside(self._endpoint, transaction, self._number, at)
        except (SipError, OSError):
            transaction.respond(503, "Service Unavailable", to_tag=self._endpoint.token(48))
            return
        call.ring()
        self._people.spawn(self._lives_with(call))

    async def _lives_with(self, call: Outside) -> None:
        self._people.called.add(call)
        try:
            if self._answers:
                await asyncio.sleep(self._people.chance.uniform(*_ANSWERS_AFTER_S))
                call.answer(self._clip)
                if self._hz == script.CALLEE_HZ:  # else the agent hangs up
                    await asyncio.sleep(self._people.chance.uniform(*_OUTSIDE_TALKS_S))
                    await call.hang_up()
            await call.ended()
        finally:
            self._people.called.discard(call)


class People:
    """Everybody. `agents` are registered; what they do with calls is decided here from now on."""

    def __init__(self, endpoint: Endpoint, peer: Address, agents: Sequence[AgentPhone], asked: script.Keep) -> None:
        self.chance = Random(asked.seed)
        self.clips: dict[float, Clip] = {
            hz: tone(hz, 1.0) for hz in (script.CALLER_HZ, script.CALLEE_HZ, script.AGENT_HZ)
        }
        self.called: set[Outside] = set()
        self._endpoint, self._agents, self._asked = endpoint, agents, asked
        self._line = PhoneLine(endpoint, peer)
        self._ledger = Path(asked.ledger).open("ab", buffering=0)  # noqa: SIM115 - it is open as long as calls come
        self._placed = self._over = self._failed = self._owed = 0
        self._live: set[OutgoingCall] = set()
        self._talks: dict[str, list[script.Talk]] = {}  # by the caller's number
        self._kinds: dict[str, str] = {}  # by the caller's number, while the call goes on
        self._tasks: set[asyncio.Task[None]] = set()
        self._clock = time.time() - time.monotonic()
        for phone in agents:
            phone.on_ring = self._on_ring
        endpoint.add_line(script.OUTSIDE, OutsideLine(endpoint, script.OUTSIDE, self, True, script.CALLEE_HZ))
        self._coming = self.spawn(self._keep_coming())

    def look(self) -> script.Going:
        """How it is going. What phones keep of calls that are over is forgotten: nobody asks for it here."""
        for phone in self._agents:
            phone.facts.clear()
            while not phone.new_calls.empty():
                phone.new_calls.get_nowait()
        return script.Going(
            placed=self._placed,
            over=self._over,
            failed=self._failed,
            now=len(self._live) + len(self.called),
            owed=self._owed,
            agents=sum(len(phone.calls) for phone in self._agents),
        )

    def enough(self) -> script.Going:
        """No new calls; those that are there go on."""
        self._coming.cancel()
        return self.look()

    async def close(self) -> None:
        """Give everything back once all calls are over; who is still there is left alone."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._endpoint.remove_line(script.OUTSIDE)
        self._ledger.close()

    def spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Have it done beside the rest."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ---- callers -----------------------------------------------------------------------------------------

    async def _keep_coming(self) -> None:
        """By chance, as people call: gaps of an exponential distribution."""
        kinds, weights = list(script.KINDS), [kind.weight for kind in script.KINDS.values()]
        due_at = time.monotonic()
        while True:
            due_at += self.chance.expovariate(self._asked.rate)
            await asyncio.sleep(max(0.0, due_at - time.monotonic()))
            self._placed += 1
            kind = self.chance.choices(kinds, weights)[0]
            self.spawn(self._calls(kind, f"+86138{self._asked.seed % 100:02}{self._placed:06}"))

    async def _calls(self, kind: str, number: str) -> None:
        own: OutsideLine | None = None
        self._kinds[number] = kind
        if kind in ("books_callback", "not_there_when_called_back"):
            own = OutsideLine(self._endpoint, number, self, kind == "books_callback", script.CALLER_HZ)
            self._endpoint.add_line(number, own)
        dialled_at, wrong = time.time(), ""
        answered, status = False, 0
        walk: Walk | None = None
        try:
            call = await self._line.dial(script.NUMBER, caller_id=number, clip=self.clips[script.CALLER_HZ])
            self._live.add(call)
            walk = Walk(call, kind, Random(self.chance.getrandbits(32)))
            try:
                await walk.go()
            except (Unexpected, CallFailed, TimeoutError) as error:
                wrong = str(error) or type(error).__name__
            finally:
                await call.hang_up()
                self._live.discard(call)
                answered, status = call.facts.answered_at is not None, call.facts.status
            if own is not None and not wrong:
                wrong = await self._is_called_back(kind, number)
        except OSError as error:  # no RTP port is free
            wrong, status = error.strerror or str(error), script.NEVER_SENT
        finally:
            if own is not None:
                self._endpoint.remove_line(number)
        if kind == "books_callback" and not wrong:
            await asyncio.sleep(0.5)  # the agent's phone notes the end of the talk
        del self._kinds[number]
        self._over += 1
        self._failed += bool(wrong)
        line = script.Line(
            number,
            kind,
            dialled_at,
            time.time(),
            answered,
            status,
            wrong,
            tuple(self._talks.pop(number, ())),
            walk.score if walk is not None else "",
            walk is not None and walk.call.facts.ended_by == "near",
        )
        self._ledger.write(msgspec.json.encode(line) + b"\n")

    async def _is_called_back(self, kind: str, number: str) -> str:
        """Wait for the talk with an agent, or for the last try to pass; what went wrong, empty for nothing."""
        self._owed += 1
        until = time.monotonic() + _CALLED_BACK_S
        try:
            if kind == "books_callback":
                while not self._talks.get(number):
                    if time.monotonic() > until:
                        return "was not called back"
                    await asyncio.sleep(0.2)
                return ""
            tries = 0
            rings = False
            while tries < 2:  # both ring in vain
                if time.monotonic() > until:
                    return f"was called back {tries} times of 2"
                await asyncio.sleep(0.2)
                now = any(call.facts.to_user == number for call in self.called)
                tries += rings and not now
                rings = now
            return ""
        finally:
            self._owed -= 1

    # ---- agents ------------------------------------------------------------------------------------------

    def _on_ring(self, call: IncomingCall) -> Reaction:
        chance = self.chance.random()
        after_s = self.chance.uniform(*_ANSWERS_AFTER_S)
        if chance < _MISSES:
            return LetRing()
        if chance < _MISSES + _REJECTS:
            return Reject(486, after_s)
        self.spawn(self._talks_with(call))
        return Answer(after_s, None, self.clips[script.AGENT_HZ])

    async def _talks_with(self, call: IncomingCall) -> None:
        """An agent hears a caller, or is asked to call one back and says yes; then talks, and hangs up."""
        with contextlib.suppress(CallFailed, TimeoutError):
            await call.answered(_HEARS_S)
            heard = await hears_either(call, (script.CALLER_HZ, script.ASKED_HZ), _HEARS_S)
            if heard == script.ASKED_HZ:
                await call.press("1")
                await call.hear_tone(script.CALLER_HZ, _HEARS_S)
            if heard is not None:
                began_at = time.time()
                try:
                    await call.ended(self.chance.uniform(*self._asked.talk_s))
                except TimeoutError:
                    await self._ends(call)
                ended_at = self._clock + (call.facts.ended_at or time.monotonic())
                talk = script.Talk(call.local_user, began_at, ended_at)
                self._talks.setdefault(call.facts.from_user, []).append(talk)
        await call.hang_up()

    async def _ends(self, call: IncomingCall) -> None:
        """The agent hangs up, or hands the caller on, the first time that somebody has one of that kind."""
        number = call.facts.from_user
        if self._kinds.get(number) == "is_handed_on" and number not in self._talks:
            if self.chance.random() < 0.5:
                await call.refer(f"sip:{script.HANDED_TO}@{self._endpoint.host}")
            else:
                await call.press(f"*2{script.HANDED_TO}#")
            with contextlib.suppress(TimeoutError):
                await call.ended(_HANDED_ON_S)
        await call.hang_up()
