"""The phones of a live bench, in a process of their own (`python -m bench.generator`): JSON lines in and out.

A call is looked at when it is over: what was heard, and when the kernel took it from the wire, is all there then. So
the phones cost little while calls go on, and a lag of theirs does not blur what is measured.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import Random

import msgspec
import numpy as np

from bench import script
from bench.children import reply, requests
from bench.soak import script as soak
from bench.soak.people import People
from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.media import MediaEngine

_ANSWER_S = 5.0
_CALL_S = 20.0
_REGISTERED_AT_ONCE = 20
_ORDER = ((script.FIRST_HZ, "first prompt"), (script.SECOND_HZ, "second prompt"), (script.AGENT_HZ, "agent"))


class Unheard(Exception):
    """A call that lacks something that it should have heard; the message is what."""


class Crowd:
    """Callers and agents on one switch."""

    def __init__(self, endpoint: Endpoint, peer: tuple[str, int]) -> None:
        self._endpoint = endpoint
        self._peer = peer
        self._rng = Random(1)
        self._agents: list[AgentPhone] = []
        self._holding: list[OutgoingCall] = []
        self._callers = 0
        self._people: People | None = None

    @classmethod
    async def open(cls, asked: script.Open) -> Crowd:
        """Register the agents. Raises RegistrationFailed."""
        media = MediaEngine(Random(), range(asked.rtp_first, asked.rtp_last + 1), asked.tones_hz)
        crowd = cls(await Endpoint.open(port=asked.own_port, media=media), (asked.host, asked.sip_port))
        answer = Answer(talk_s=asked.talk_s, clip=tone(script.AGENT_HZ, 1.0))
        for user, secret in asked.accounts:
            phone = AgentPhone(crowd._endpoint, crowd._peer, Credentials(user, secret), lambda call: answer)
            crowd._agents.append(phone)
        for first in range(0, len(crowd._agents), _REGISTERED_AT_ONCE):
            await asyncio.gather(*(phone.register() for phone in crowd._agents[first : first + _REGISTERED_AT_ONCE]))
        return crowd

    async def place(self, asked: script.Place) -> script.Placed:
        """Place calls at an even pace and see each to its end."""
        begun, cpu_begun = time.monotonic(), time.process_time()
        results = _Results()
        line = PhoneLine(self._endpoint, self._peer)
        async with asyncio.TaskGroup() as tasks:
            for number in range(asked.count):
                due_at = begun + number / asked.rate
                await asyncio.sleep(max(0.0, due_at - time.monotonic()))
                results.late_ms.append((time.monotonic() - due_at) * 1e3)
                tasks.create_task(self._one_call(line, asked.number, results))
        return results.placed(time.process_time() - cpu_begun, time.monotonic() - begun)

    async def hold(self, asked: script.Hold) -> script.Done:
        """Call, and wait until everybody hears music."""
        failures: Counter[str] = Counter()
        line = PhoneLine(self._endpoint, self._peer, idle="keepalive")
        for _ in range(asked.count):
            self._holding.append(await line.dial(asked.number, caller_id=self._next_number()))
            await asyncio.sleep(1 / asked.rate)
        for call in self._holding:
            try:
                await call.heard_audio()
            except (CallFailed, TimeoutError) as error:
                failures[_reason(error)] += 1
        return script.Done(failures)

    async def release(self) -> script.Done:
        """Hang up; a call that is over already, or hears nothing any more, had failed."""
        failures: Counter[str] = Counter()
        for call in self._holding:
            if call.is_over:
                failures["ended while it was on hold"] += 1
            elif call.stream.is_silent(2.0):
                failures["the music stopped"] += 1
        for first in range(0, len(self._holding), _REGISTERED_AT_ONCE):
            await asyncio.gather(*(call.hang_up() for call in self._holding[first : first + _REGISTERED_AT_ONCE]))
        self._holding.clear()
        return script.Done(failures)

    async def keep(self, asked: soak.Keep) -> soak.Going:
        """Keep calls of all kinds coming, in place of those of an earlier time."""
        await self._leave_people()
        self._people = People(self._endpoint, self._peer, self._agents, asked)
        return self._people.look()

    def people(self) -> People:
        """Those who keep calling. Raises RuntimeError where nobody does."""
        if self._people is None:
            raise RuntimeError("ask to keep calls coming first")
        return self._people

    async def close(self) -> None:
        """Stop at once."""
        await self._leave_people()
        self._endpoint.close()

    async def _leave_people(self) -> None:
        if self._people is not None:
            await self._people.close()
            self._people = None

    async def _one_call(self, line: PhoneLine, number: str, results: _Results) -> None:
        try:
            call = await line.dial(number, caller_id=self._next_number())
        except OSError as error:  # no RTP port is free: far more calls are up than are answered
            results.failures[error.strerror or str(error)] += 1
            return
        try:
            await call.answered(_ANSWER_S)
            await call.heard_audio()
            await asyncio.sleep(self._rng.uniform(*script.LISTEN_S))
            await call.press(script.KEY)
            await call.ended(_CALL_S)
            results.look_at(call)
        except (CallFailed, TimeoutError, Unheard) as error:
            results.failures[_reason(error)] += 1
        finally:
            await call.hang_up()

    def _next_number(self) -> str:
        self._callers += 1
        return f"+86138{self._callers:08}"


class _Results:
    """Gathers what calls have shown."""

    def __init__(self) -> None:
        self.failures: Counter[str] = Counter()
        self.first_audio_ms: list[float] = []
        self.next_prompt_ms: list[float] = []
        self.agent_s: list[float] = []
        self.late_ms: list[float] = []

    def look_at(self, call: OutgoingCall) -> None:
        """What a call that is over has heard, in its order. Raises Unheard."""
        facts = call.facts
        if facts.ended_by != "far":
            raise Unheard("not hung up by the far end")
        heard = call.stream.history()
        arrivals = heard.arrivals_ns / 1e9
        press = call.stream.presses[-1]
        at = 0.0
        instants = []
        for hz, name in _ORDER:
            places = np.flatnonzero((heard.labels == call.stream.ear.label_of(hz)) & (arrivals >= at))
            if not len(places):
                raise Unheard(f"the {name} was not heard")
            at = float(arrivals[places[0]])
            instants.append(at)
        first, second, agent = instants
        self.first_audio_ms.append((first - facts.invite_at) * 1e3)
        self.next_prompt_ms.append((second - press.ended_at) * 1e3)
        self.agent_s.append(agent - second)

    def placed(self, cpu_s: float, took_s: float) -> script.Placed:
        return script.Placed(
            placed=len(self.late_ms),
            failures=dict(self.failures),
            first_audio_ms=self.first_audio_ms,
            next_prompt_ms=self.next_prompt_ms,
            agent_s=self.agent_s,
            late_ms=self.late_ms,
            cpu_s=cpu_s,
            took_s=took_s,
        )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _serve() -> None:
    crowd: Crowd | None = None
    async for line in requests():
        asked = msgspec.json.decode(line, type=script.Request | soak.Request)
        if isinstance(asked, script.Open):
            crowd = await Crowd.open(asked)
            reply(script.Done({}))
        elif crowd is None:
            raise RuntimeError("the first request is open")
        elif isinstance(asked, script.Place):
            reply(await crowd.place(asked))
        elif isinstance(asked, script.Hold):
            reply(await crowd.hold(asked))
        elif isinstance(asked, soak.Keep):
            reply(await crowd.keep(asked))
        elif isinstance(asked, soak.Look):
            reply(crowd.people().look())
        elif isinstance(asked, soak.Enough):
            reply(crowd.people().enough())
        else:
            reply(await crowd.release())
    if crowd is not None:
        await crowd.close()


def main(arguments: Sequence[str]) -> None:
    """Serve standard input until it ends."""
    if arguments:
        raise SystemExit("python -m bench.generator takes no arguments; requests come on standard input")
    asyncio.run(_serve())


if __name__ == "__main__":
    main(sys.argv[1:])
