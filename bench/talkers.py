"""The phones of the bench of talks, in a process of their own (`python -m bench.talkers`): JSON lines in and out.

Callers speak from their first packet on, agents from their answer on, each with a tone of their own. A talk is looked
at when both phones have ended; what was heard has the kernel's instants, so a lag of the phones does not blur it. What
they signalled is kept until it is too old to be asked for.
"""

from __future__ import annotations

import asyncio
import gc
import re
import socket
import sys
import time
from collections.abc import Sequence
from random import Random

import msgspec
import numpy as np

from bench import script
from bench.ari_tap import caller_key
from bench.children import reply, requests
from bench.stalls import Stalls
from bench.talk_script import CALLER_HZ, Begin, Line, Look, Looked, Request, Signalled, Signalling, Talk
from phones.agent_phone import AgentPhone, Answer
from phones.audio import tone
from phones.call import Call
from phones.caller import OutgoingCall, PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.incoming import IncomingCall
from phones.media import MediaEngine
from phones.transactions import Address

_ANSWER_S = 5.0
_CALL_S = 20.0
_BOTH_OVER_S = 2.0
_REGISTERED_AT_ONCE = 20
_SIGNALS_KEPT_S = 60.0
_CALL_ID = re.compile(rb"^(?:Call-ID|i):[ \t]*([^\r\n]+)", re.MULTILINE | re.IGNORECASE)


class WatchedEndpoint(Endpoint):
    """An endpoint that remembers the messages of each dialog for a while."""

    def __init__(self, sock: socket.socket, media: MediaEngine, rng: Random) -> None:
        super().__init__(sock, media, rng)
        self._signals: dict[str, list[Line]] = {}

    def signals(self, call_id: str) -> list[Line]:
        """What is remembered of a dialog, oldest first."""
        return self._signals.get(call_id, [])

    def forget_before(self, at: float) -> None:
        """Dialogs without a message since then are forgotten."""
        self._signals = {name: lines for name, lines in self._signals.items() if lines[-1].at >= at}

    def send(self, data: bytes, peer: Address) -> None:
        """One datagram."""
        self._note(time.monotonic(), data, sent=True)
        super().send(data, peer)

    def _receive(self, data: bytes, peer: Address, at: float) -> None:
        self._note(at, data, sent=False)
        super()._receive(data, peer, at)

    def _note(self, at: float, data: bytes, *, sent: bool) -> None:
        found = _CALL_ID.search(data)
        if found is not None:
            line = Line(at, sent, data.decode("utf-8", "replace"))
            self._signals.setdefault(found[1].decode("utf-8", "replace").strip(), []).append(line)


class Talkers:
    """Callers and agents on one switch, until all calls are over."""

    def __init__(self, endpoint: WatchedEndpoint, peer: Address) -> None:
        self._endpoint, self._peer = endpoint, peer
        self._rng = Random(1)
        self._says = tone(CALLER_HZ, 1.0)
        self._agents: list[AgentPhone] = []
        self._rung: dict[str, list[IncomingCall]] = {}
        self._over: list[Talk] = []
        self._call_ids: dict[str, list[str]] = {}
        self._ended: list[tuple[float, str]] = []
        self._placed = self._callers = 0
        self._stalls = Stalls()
        self._tasks: set[asyncio.Task[None]] = {asyncio.create_task(self._stalls.run())}
        self._placing: asyncio.Task[None] | None = None
        self._error: BaseException | None = None

    @classmethod
    async def open(cls, asked: script.Open) -> Talkers:
        """Register the agents. Raises RegistrationFailed."""
        media = MediaEngine(Random(), range(asked.rtp_first, asked.rtp_last + 1), asked.tones_hz)
        endpoint = await WatchedEndpoint.open(port=asked.own_port, media=media)
        assert isinstance(endpoint, WatchedEndpoint)
        talkers = cls(endpoint, (asked.host, asked.sip_port))
        answer = Answer(talk_s=asked.talk_s, clip=tone(script.AGENT_HZ, 1.0))

        def on_ring(call: IncomingCall) -> Answer:
            talkers._rung.setdefault(caller_key(call.facts.from_user), []).append(call)
            return answer

        phones = [AgentPhone(endpoint, talkers._peer, Credentials(*one), on_ring) for one in asked.accounts]
        for first in range(0, len(phones), _REGISTERED_AT_ONCE):
            await asyncio.gather(*(phone.register() for phone in phones[first : first + _REGISTERED_AT_ONCE]))
        talkers._agents = phones
        gc.freeze()  # what stands now is looked through by no collection: these hold up the phones
        return talkers

    def begin(self, asked: Begin) -> None:
        """Calls begin to come."""
        self._placed = 0
        self._placing = asyncio.create_task(self._place(asked))

    def look(self) -> Looked:
        """What has ended since the last look, which is forgotten with it; signalling is kept a while longer.

        Raises what a call ended with that is no way for a call to fail.
        """
        if self._error is not None:
            raise self._error
        now = time.monotonic()
        for phone in self._agents:
            phone.facts.clear()
            while not phone.new_calls.empty():
                phone.new_calls.get_nowait()
        self._endpoint.forget_before(now - _SIGNALS_KEPT_S)
        while self._ended and self._ended[0][0] < now - _SIGNALS_KEPT_S:
            self._call_ids.pop(self._ended.pop(0)[1], None)
        over, self._over = self._over, []
        stalls = list(self._stalls.seen)
        self._stalls.seen.clear()
        live = len(self._tasks) - 1  # one watches for stalls
        all_over = self._placing is not None and self._placing.done() and not live
        if all_over and self._placing is not None:
            self._placing.result()  # raises what ended it
        return Looked(self._placed, over, live, all_over, stalls)

    def signalled(self, asked: Signalling) -> Signalled:
        """SIP lines of both phones of each call that is asked for."""
        return Signalled(
            {
                number: sorted(
                    (line for one in self._call_ids.get(number, ()) for line in self._endpoint.signals(one)),
                    key=lambda line: line.at,
                )
                for number in asked.numbers
            }
        )

    async def close(self) -> None:
        """Stop at once."""
        tasks = [*self._tasks, *([self._placing] if self._placing is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._endpoint.close()

    async def _place(self, asked: Begin) -> None:
        begun = time.monotonic()
        line = PhoneLine(self._endpoint, self._peer)
        for number in range(asked.count):
            await asyncio.sleep(max(0.0, begun + number / asked.rate - time.monotonic()))
            self._placed += 1
            task = asyncio.create_task(self._one_call(line, asked.number))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = error

    async def _one_call(self, line: PhoneLine, number: str) -> None:
        self._callers += 1
        caller, failure = f"+86138{self._callers:08}", ""
        try:
            call = await line.dial(number, caller_id=caller, clip=self._says)
        except OSError as error:  # no RTP port is free: far more calls are up than are answered
            self._over.append(Talk(caller, time.monotonic(), error.strerror or str(error)))
            return
        try:
            await call.answered(_ANSWER_S)
            await call.heard_audio()
            await asyncio.sleep(self._rng.uniform(*script.LISTEN_S))
            await call.press(script.KEY)
            await call.ended(_CALL_S)
        except (CallFailed, TimeoutError) as error:
            failure = str(error) or type(error).__name__
        finally:
            await call.hang_up()
        rung = self._rung.pop(caller_key(caller), [])
        for one in rung:
            try:
                await one.ended(_BOTH_OVER_S)
            except TimeoutError:
                failure = failure or "the agent's phone was not told of the end"
        self._call_ids[caller] = [call.facts.call_id, *(one.facts.call_id for one in rung)]
        self._ended.append((time.monotonic(), caller))
        self._over.append(_talk(call, rung, failure))


def _talk(call: OutgoingCall, rung: Sequence[IncomingCall], failure: str) -> Talk:
    """What both phones heard; of several that rang for one caller the last one counts."""
    facts = call.facts
    if not rung:
        return Talk(facts.from_user, facts.invite_at, failure, ended_at=facts.ended_at)
    agent = rung[-1]
    return Talk(
        facts.from_user,
        facts.invite_at,
        failure,
        agent.local_user,
        agent.facts.invite_at,
        agent.facts.answered_at,
        _first_heard(call, script.AGENT_HZ, agent.facts.invite_at),
        _first_heard(agent, CALLER_HZ, agent.facts.invite_at),
        facts.ended_at,
    )


def _first_heard(call: Call, hz: float, after: float) -> float | None:
    """The arrival of the first packet of a tone."""
    heard = call.stream.history(after)
    places = np.flatnonzero(heard.labels == call.stream.ear.label_of(hz))
    return float(heard.arrivals_ns[places[0]] / 1e9) if len(places) else None


async def _serve() -> None:
    talkers: Talkers | None = None
    async for line in requests():
        asked = msgspec.json.decode(line, type=Request)
        if isinstance(asked, script.Open):
            talkers = await Talkers.open(asked)
            reply(script.Done({}))
        elif talkers is None:
            raise RuntimeError("the first request is open")
        elif isinstance(asked, Begin):
            talkers.begin(asked)
            reply(script.Done({}))
        elif isinstance(asked, Look):
            reply(talkers.look())
        else:
            reply(talkers.signalled(asked))
    if talkers is not None:
        await talkers.close()


def main(arguments: Sequence[str]) -> None:
    """Serve standard input until it ends."""
    if arguments:
        raise SystemExit("python -m bench.talkers takes no arguments; requests come on standard input")
    asyncio.run(_serve())


if __name__ == "__main__":
    main(sys.argv[1:])
