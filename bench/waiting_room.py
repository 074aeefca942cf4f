"""The phones of `bench offer`, in a process of their own (`python -m bench.waiting_room`): JSON lines in and out.

Hundreds of callers wait and hear music; agents answer, talk, hang up, and their phones note when they are rung next.
All instants are the kernel's: when a datagram arrived, or just before one went out.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from functools import partial
from random import Random

import msgspec
import numpy as np

from bench import offer_script as script
from bench.children import reply, requests
from bench.script import Done, Open
from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.incoming import IncomingCall
from phones.media import LOOK_EVERY_S, MediaEngine

_AT_ONCE = 20  # registrations, or callers who hang up
_ANSWER_S = 10.0
_SERVED_S = 20.0  # a talk, and the end of the call after it
_LOOK_BACK_S = 0.1  # of what a caller heard before the offer: five packets


class Room:
    """Callers and agents on one switch."""

    def __init__(self, endpoint: Endpoint, peer: tuple[str, int]) -> None:
        self._endpoint = endpoint
        self._agents: list[AgentPhone] = []
        self._line = PhoneLine(endpoint, peer, idle="keepalive")
        self._announced = endpoint.media.ear.label_of(script.ANNOUNCED_HZ)
        self._clip = tone(script.AGENT_HZ, 1.0)
        self._talk_s: float | None = None
        self._chance = Random(1)
        self._serving_since = 0.0
        self._callers: dict[str, OutgoingCall] = {}
        self._dialled = 0
        self._refill: str | None = None
        self._rung: dict[str, float] = {}  # when an agent was rung for a caller
        self._offered: list[script.Offered] = []
        self._enough = asyncio.Event()
        self._rang = asyncio.Event()
        self._wanted = 0
        self._failures: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, asked: Open) -> Room:
        """Register the agents. Raises RegistrationFailed."""
        tones_hz = (script.ANNOUNCED_HZ, script.AGENT_HZ, script.PROBE_HZ)
        media = MediaEngine(Random(), range(asked.rtp_first, asked.rtp_last + 1), tones_hz)
        room = cls(await Endpoint.open(media=media), (asked.host, asked.sip_port))
        for user, secret in asked.accounts:
            phone = AgentPhone(
                room._endpoint,
                (asked.host, asked.sip_port),
                Credentials(user, secret),
            )
            phone.on_ring = partial(room._on_ring, phone)
            room._agents.append(phone)
        for first in range(0, len(room._agents), _AT_ONCE):
            await asyncio.gather(*(phone.register() for phone in room._agents[first : first + _AT_ONCE]))
        return room

    async def fill(self, asked: script.Fill) -> Done:
        """Call, and wait until everybody hears something."""
        failures: Counter[str] = Counter()
        self._talk_s = asked.talk_s
        calls = []
        for _ in range(asked.count):
            calls.append(await self._dial(asked.number))
            await asyncio.sleep(1 / asked.rate)
        for call in calls:
            try:
                await call.heard_audio()
            except (CallFailed, TimeoutError) as error:
                failures[str(error) or type(error).__name__] += 1
        return Done(failures)

    async def serve(self, asked: script.Serve) -> script.Offers:
        """Watch as many offers as are asked for."""
        begun = time.monotonic()
        self._talk_s, self._refill = asked.talk_s, asked.number
        self._offered.clear()
        self._failures.clear()
        self._wanted = asked.offers
        self._serving_since = begun
        self._enough.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(asked.within_s):
                await self._enough.wait()
        took_s = time.monotonic() - begun
        return script.Offers(self._offered[: asked.offers], dict(self._failures), took_s)

    async def enter(self, asked: script.Enter) -> script.Entered:
        """Call at an even pace while agents are idle."""
        begun, cpu_begun = time.monotonic(), time.process_time()
        self._talk_s, self._refill = asked.talk_s, None
        self._rung.clear()
        self._failures.clear()
        calls: list[OutgoingCall] = []
        late_ms = []
        for number in range(asked.count):
            due_at = begun + number / asked.rate
            await asyncio.sleep(max(0.0, due_at - time.monotonic()))
            late_ms.append((time.monotonic() - due_at) * 1e3)
            calls.append(await self._dial(asked.number))
        for call in calls:
            try:
                await call.ended(_SERVED_S)
            except TimeoutError:
                self._failures["not served"] += 1
                await call.hang_up()
        from_invite_ms, from_answer_ms = [], []
        for call in calls:
            facts = call.facts
            rung = self._rung.get(facts.from_user)
            if rung is None or facts.answered_at is None:
                self._failures["no agent was rung"] += 1
                continue
            from_invite_ms.append((rung - facts.invite_at) * 1e3)
            from_answer_ms.append((rung - facts.answered_at) * 1e3)
        return script.Entered(
            from_invite_ms,
            from_answer_ms,
            late_ms,
            dict(self._failures),
            time.process_time() - cpu_begun,
            time.monotonic() - begun,
        )

    async def probe(self, asked: script.Probe) -> script.Heard:
        """Calls until one hears the prompt."""
        heard: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        probes: set[asyncio.Task[None]] = set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(asked.within_s):
                while not heard.done():
                    probes.add(asyncio.create_task(self._probe(heard)))
                    await asyncio.wait({heard}, timeout=asked.every_s)
        for task in probes:
            task.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        return script.Heard(heard.result() if heard.done() else None)

    async def _probe(self, heard: asyncio.Future[float]) -> None:
        call = await self._line.dial(script.PROBE)
        try:
            at = await call.hear_tone(script.PROBE_HZ, _ANSWER_S)
            await asyncio.sleep(script.PROBE_S / 2)
            labels = call.stream.history(at - 0.001).labels
            is_tone = np.count_nonzero(labels == call.stream.ear.label_of(script.PROBE_HZ)) > 0.9 * len(labels)
            if is_tone and not heard.done():  # else a moment of the apology's voice was like it
                heard.set_result(at)
        except (CallFailed, TimeoutError):
            return  # the controller is not there yet: the call met Asterisk's own dialplan
        finally:
            await call.hang_up()

    def look(self) -> script.Seen:
        """Who is there, and hears something."""
        callers = [call for call in self._callers.values() if not call.is_over]
        talks = [talk for phone in self._agents for talk in phone.calls if not talk.is_over]
        return script.Seen(len(callers), len(talks), sum(call.is_silent(1.0) for call in callers))

    async def drain(self, asked: script.Drain) -> script.Drained:
        """Talks end one after the other; each agent then has the next caller.

        None ends before agent and caller hear each other: that would be an offer missed, and its caller rung for again.
        """
        order = [call.facts.from_user for call in self._callers.values() if not call.is_over]
        self._rung.clear()
        while talks := [talk for phone in self._agents for talk in phone.calls if not talk.is_over]:
            self._rang.clear()
            talk = min(talks, key=lambda talk: talk.facts.invite_at)
            await self._callers[talk.facts.from_user].hear_tone(script.AGENT_HZ, asked.quiet_s, time.monotonic())
            await talk.hang_up()
            try:
                await asyncio.wait_for(self._rang.wait(), asked.quiet_s)
            except TimeoutError:
                break
        rung = sorted(self._rung, key=lambda caller_id: self._rung[caller_id])
        return script.Drained([order.index(caller_id) for caller_id in rung])

    async def leave(self) -> Done:
        """Everybody hangs up."""
        self._refill = None
        calls = [call for call in self._callers.values() if not call.is_over]
        for first in range(0, len(calls), _AT_ONCE):
            await asyncio.gather(*(call.hang_up() for call in calls[first : first + _AT_ONCE]))
        for phone in self._agents:
            for talk in tuple(phone.calls):
                await talk.hang_up()
        self._callers.clear()
        return Done({})

    def close(self) -> None:
        """Stop at once."""
        for task in self._tasks:
            task.cancel()
        self._endpoint.close()

    async def _dial(self, number: str) -> OutgoingCall:
        self._dialled += 1
        caller_id = f"+86138{self._dialled:08}"
        call = await self._line.dial(number, caller_id=caller_id)
        self._callers[caller_id] = call
        return call

    def _on_ring(self, phone: AgentPhone, call: IncomingCall) -> Answer:
        at, caller_id = call.facts.invite_at, call.facts.from_user
        self._rung[caller_id] = at
        self._rang.set()
        before = phone.facts[-1] if phone.facts else None
        talking = [talk for talk in phone.calls if talk is not call]
        if talking:
            before = talking[-1].facts
        caller = self._callers.get(caller_id)
        if caller is None:
            self._failures[f"an agent was rung for {caller_id}, who did not call"] += 1
        elif before is not None and before.ended_by == "near" and (before.ended_at or 0.0) > self._serving_since:
            assert before.ended_at is not None
            self._spawn(self._look_at(caller, before.ended_at, at))
        if self._refill is not None:
            self._spawn(self._another(self._refill))
        # of different lengths, or agents who began together would all be free at the same moment, again and again
        talk_s = None if self._talk_s is None else self._talk_s * self._chance.uniform(0.5, 1.5)
        return Answer(talk_s=talk_s, clip=self._clip)

    async def _another(self, number: str) -> None:
        call = await self._dial(number)
        try:
            await call.answered(_ANSWER_S)
        except (CallFailed, TimeoutError) as error:
            self._failures[str(error) or type(error).__name__] += 1

    async def _look_at(self, caller: OutgoingCall, freed_at: float, rung_at: float) -> None:
        """Note an offer once the sound of that moment has been looked at: it is remembered for 20 s only."""
        await asyncio.sleep(2 * LOOK_EVERY_S)
        heard = caller.stream.history(rung_at - _LOOK_BACK_S)
        before = heard.labels[heard.arrivals_ns < int(rung_at * 1e9)]
        self._offered.append(script.Offered((rung_at - freed_at) * 1e3, bool(np.any(before == self._announced))))
        if len(self._offered) >= self._wanted:
            self._enough.set()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _serve() -> None:
    room: Room | None = None
    async for line in requests():
        asked = msgspec.json.decode(line, type=script.Request)
        if isinstance(asked, Open):
            room = await Room.open(asked)
            reply(Done({}))
        elif room is None:
            raise RuntimeError("the first request is open")
        elif isinstance(asked, script.Fill):
            reply(await room.fill(asked))
        elif isinstance(asked, script.Serve):
            reply(await room.serve(asked))
        elif isinstance(asked, script.Enter):
            reply(await room.enter(asked))
        elif isinstance(asked, script.Probe):
            reply(await room.probe(asked))
        elif isinstance(asked, script.Look):
            reply(room.look())
        elif isinstance(asked, script.Drain):
            reply(await room.drain(asked))
        else:
            reply(await room.leave())
    if room is not None:
        room.close()


def main(arguments: Sequence[str]) -> None:
    """Serve standard input until it ends."""
    if arguments:
        raise SystemExit("python -m bench.waiting_room takes no arguments; requests come on standard input")
    asyncio.run(_serve())


if __name__ == "__main__":
    main(sys.argv[1:])
