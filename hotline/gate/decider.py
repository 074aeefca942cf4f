"""The decider answers the gate's proxy: each INVITE is a question, and its answer is there or the call is refused.

It keeps one link to the proxy's evapi, shows the secret, and says twice a second that it is there. A question that
errs, or takes longer than its patience, is answered with `unable`: 503, and no call. What became of a call that passed
is told by the proxy, and settled; where the decider was away meanwhile, the attempt expires as what was known of it.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from calls.backoff import Backoff
from calls.dependencies import Dependency
from calls.ids import Seconds
from dialer.governor.decisions import Decision
from dialer.governor.history import State
from dialer.governor.questions import Question
from hotline.gate import messages
from hotline.gate.messages import Answered, Asked, Ended, Failed, NotAMessage, Verdict, Welcome
from hotline.gate.netstrings import NotANetstring, Reader, netstring
from hotline.governing.subjects import read_number
from hotline.site.gate import GateSource

log = structlog.get_logger("hotline")

_BACKOFF = Backoff(first_s=0.1, longest_s=2.0)
_PING_S: Seconds = 0.5
_PATIENCE_S: Seconds = 0.8
"""Below the proxy's own, so that a slow answer is told as one."""
_READ_BYTES = 65_536
_MOST_CALLS = 50_000
"""Calls that have passed and may be up: no trunk has as many channels."""
_BLOCKED = frozenset({607, 608})
_TALK_S: Seconds = 5.0
UP = "up"
"""The result of a call that was answered and goes on."""


@dataclass(frozen=True, slots=True)
class Passed:
    """An attempt of a call that passed."""

    attempt: int
    answered_at: float = 0.0


class Attempts(Protocol):
    """The gate behind the gate: decides, reserves, settles."""

    async def reserve(self, question: Question, key: str, shadow: bool) -> tuple[Decision, int | None]:
        """Decide, and reserve an attempt where it is allowed, or where `shadow` lets it pass anyway."""
        ...

    async def settle(self, attempt: int, state: State, call: str, result: str, talked_until: float) -> None:
        """Write what became of it."""
        ...


class Decider:
    """One link to one proxy. `state` is told whether it stands."""

    def __init__(
        self,
        host: str,
        port: int,
        secret: str,
        sources: Mapping[str, GateSource],
        attempts: Attempts,
        region: str,
        state: Dependency,
        *,
        utc: Callable[[], float] = time.time,
        talk_s: Seconds = _TALK_S,
    ) -> None:
        """`region` (ISO 3166) is that in which numbers are dialled; a call is a talk from `talk_s` on."""
        self._host, self._port, self._secret = host, port, secret
        self._sources, self._attempts, self._region, self._state = sources, attempts, region, state
        self._utc, self._talk_s = utc, talk_s
        self._jitter = random.Random()
        self._passed: dict[str, Passed] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.asked = 0
        """Questions so far."""
        self.refused = 0
        """Of these, calls that did not pass."""

    async def run(self) -> None:
        """Keep the link until cancelled."""
        failures = 0
        while True:
            try:
                async with asyncio.timeout(3.0):
                    reader, writer = await asyncio.open_connection(self._host, self._port)
                try:
                    await self._serve(reader, writer)
                finally:
                    writer.close()
                error = "the proxy closed the link"
            except (OSError, TimeoutError, NotANetstring) as trouble:
                error = str(trouble) or type(trouble).__name__
            failures = failures + 1 if self._state.state != "up" else 1
            pause_s = _BACKOFF.delay_s(failures, self._jitter)
            self._state.down(error, pause_s)
            await asyncio.sleep(pause_s)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(netstring(messages.secret(self._secret)))
        pinging = asyncio.create_task(_ping(writer))
        connection: socket.socket = writer.get_extra_info("socket")
        framed = Reader()
        try:
            while data := await reader.read(_READ_BYTES):
                # The proxy's next question waits until what it said before is acknowledged (Nagle), and what became of
                # a call has no answer to go with: by itself the kernel would take 40 ms for it.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                for message in framed.feed(data):
                    self._take(message, writer)
        finally:
            pinging.cancel()

    def _take(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            said = messages.read(message)
        except NotAMessage as error:
            log.error("the gate's proxy says what it never should", error=str(error))
            return
        match said:
            case Welcome():
                # what was said before the welcome may have been read before the secret: the proxy has several readers
                writer.write(netstring(messages.PING))
                self._state.up()
                log.info("the gate is open for decisions", host=self._host, port=self._port)
            case Asked():
                self._beside(self._answer(said, writer))
            case Answered():
                if passed := self._passed.get(said.call):
                    self._passed[said.call] = Passed(passed.attempt, self._utc())
                    self._beside(self._attempts.settle(passed.attempt, "answered", said.call, UP, 0.0))
            case Failed():
                if passed := self._passed.pop(said.call, None):
                    self._beside(
                        self._attempts.settle(passed.attempt, _state_of(said), said.call, _result_of(said), 0.0)
                    )
            case Ended():
                if passed := self._passed.pop(said.call, None):
                    now = self._utc()
                    state: State = "effective" if now - passed.answered_at >= self._talk_s else "answered"
                    until = now if state == "effective" else 0.0
                    self._beside(self._attempts.settle(passed.attempt, state, said.call, "answered", until))

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        verdict, rule, policy = await self._decide(asked)
        if verdict != "allow":
            self.refused += 1
        writer.write(netstring(messages.answer(asked, verdict, rule, policy)))

    async def _decide(self, asked: Asked) -> tuple[Verdict, str, str]:
        source = self._sources.get(asked.source)
        if source is None:
            return "unable", "gate.source", ""
        shadow = source.mode == "shadow"
        try:
            async with asyncio.timeout(_PATIENCE_S):
                question = self._question(asked, source)
                decision, attempt = await self._attempts.reserve(question, asked.call, shadow)
        except Exception as error:  # noqa: BLE001 - whatever fails in there, no call is placed on a guess
            told = "it took too long" if isinstance(error, TimeoutError) else type(error).__name__
            log.error("the gate cannot decide", source=asked.source, error=told, advice="none of its calls passes then")
            return ("allow" if shadow else "unable"), "gate.error", ""
        if attempt is not None:
            self._passed[asked.call] = Passed(attempt)
            if len(self._passed) > _MOST_CALLS:  # the end of the oldest was told while nobody listened
                del self._passed[next(iter(self._passed))]
        if decision.verdict == "allow" or shadow:
            return "allow", "", decision.policy
        return "deny", decision.reasons[0].rule if decision.reasons else "gate.unsaid", decision.policy

    def _question(self, asked: Asked, source: GateSource) -> Question:
        return Question(
            scene=asked.scene or source.scene,
            number=_read(asked.number, self._region),
            origin="gate",
            source=asked.source,
            person=asked.person,
            account=asked.account,
            campaign=asked.campaign,
            agent=asked.agent,
            caller_id=_read(asked.caller_id, self._region),
        )

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("what became of a call that passed the gate is not written", error=type(error).__name__)


async def _ping(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(netstring(messages.PING))
        await asyncio.sleep(_PING_S)


def _read(text: str, region: str) -> str:
    """The number, or what was dialled as it is: the family `validity` denies what is none."""
    try:
        return read_number(text, region)
    except ValueError:
        return text


def _state_of(failed: Failed) -> State:
    """ATIS-1000099: a network that refuses by its own analytics says 603 Network Blocked."""
    return "blocked" if failed.status in _BLOCKED or "network blocked" in failed.words.lower() else "attempted"


def _result_of(failed: Failed) -> str:
    return {486: "busy", 600: "busy", 480: "no_answer", 408: "no_answer", 487: "cancelled", 404: "invalid_number"}.get(
        failed.status, "failed"
    )
