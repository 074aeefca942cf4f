"""The ear behind the port to engines: utterances wait for a bounded pool in one process, each with its deadline.

    understand ──▶ waiting ──at most `at_once`──▶ process ──▶ answer
                      └────────── deadline ──────────┴──▶ SpeechLate

Whoever is not answered in time goes on with keys; nobody waits for that. A process that ends, by whatever fault,
is started again at once: what it was asked waits for the next one, once, within its deadline. One that does not
answer is killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import sys
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import structlog

from calls.backoff import Backoff
from calls.commands import Listen
from calls.dependencies import Dependency
from calls.ids import Seconds
from speech.pipes import LENGTH
from speech.recogniser import SpeechLate
from speech.utterances import Understood
from speech.voice import Pcm, SpeechError
from speech.whisper.weights import INSTALL, is_installed
from speech.whisper.worker import Answer, Question

log = structlog.get_logger(__name__)

DEADLINE_S: Seconds = 3.0
"""From the utterance to its words; a caller in silence thinks by then that nobody is there."""
AT_ONCE = 2
LOAD_S: Seconds = 180.0
"""Three seconds of one core, which a machine that does much else has not at once; only a load that hangs is ended."""
UTTERANCE_S: Seconds = 20.0
_STOP_S: Seconds = 5.0
_TRIES = 2
_BACKOFF = Backoff(first_s=0.1, longest_s=30.0)
_ROOT = Path(__file__).parents[2]
_WORKER = (sys.executable, "-m", "speech.whisper.worker", str(AT_ONCE))


@dataclass(eq=False, slots=True)
class _Asked:
    question: Question
    answer: asyncio.Future[Answer]
    tries: int = 0
    kill: asyncio.TimerHandle | None = None


class WhisperEngine:
    """An `Engine`. The process is started when somebody is listened to first, and kept from then on.

    `state` is told whether it is there. `deadline_s` bounds one utterance, `load_s` the loading of the models;
    `utterance_s` is how long the process may be silent about one before it is killed. `command` is what runs it.
    """

    def __init__(
        self,
        state: Dependency | None = None,
        *,
        deadline_s: Seconds = DEADLINE_S,
        at_once: int = AT_ONCE,
        load_s: Seconds = LOAD_S,
        utterance_s: Seconds = UTTERANCE_S,
        command: Sequence[str] = _WORKER,
    ) -> None:
        self.state = state
        self._deadline_s = deadline_s
        self._at_once = at_once
        self._load_s = load_s
        self._utterance_s = utterance_s
        self._command = tuple(command)
        self._numbers = itertools.count(1)
        self._waiting: deque[_Asked] = deque()
        self._sent: dict[int, _Asked] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._ready: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._loaded = asyncio.Event()
        self._closed = False

    def wake(self) -> None:
        """Somebody is listened to: have the models loaded when they have spoken."""
        if self._keeping is None and not self._closed and self._is_there():
            self._keeping = asyncio.create_task(self._keep(), name="the ear's process")

    async def understand(self, command: Listen, utterance: Pcm) -> Understood:
        """See `Engine.understand`. Raises SpeechLate when there is no answer in time, else SpeechError."""
        if not self._is_there():
            raise SpeechError(INSTALL)
        self.wake()
        samples = utterance.samples.astype("<i2").tobytes()
        question = Question(next(self._numbers), command.language, command.hints, utterance.rate, samples)
        asked = _Asked(question, asyncio.get_running_loop().create_future())
        before = len(self._waiting) + len(self._sent)
        self._waiting.append(asked)
        self._send()
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await asked.answer
        except TimeoutError as error:
            why = f"no words of an utterance within {self._deadline_s:g} s, {before} were before it"
            raise SpeechLate(why) from error
        finally:
            with contextlib.suppress(ValueError):
                self._waiting.remove(asked)
        if answer.error:
            raise SpeechError(f"the ear failed: {answer.error}")
        return Understood(answer.text, answer.confidence)

    async def loaded(self) -> None:
        """Wait until the models are loaded. Raises SpeechError: not installed; TimeoutError."""
        if not self._is_there():
            raise SpeechError(INSTALL)
        self.wake()
        async with asyncio.timeout(self._load_s):
            await self._loaded.wait()

    @property
    def pid(self) -> int | None:
        """The process that is there, loaded or not."""
        return None if self._process is None else self._process.pid

    def memory_mb(self) -> float:
        """Resident memory of the process (`/proc`); 0 while there is none."""
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text()
            return int(status.partition("VmRSS:")[2].split()[0]) / 1024
        return 0.0

    async def close(self) -> None:
        """Stop the process and wait for its end; whoever waits for words has none."""
        self._closed = True
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        for asked in (*self._waiting, *self._sent.values()):
            _fail(asked, "the house stops")
        self._waiting.clear()
        self._sent.clear()

    def _is_there(self) -> bool:
        return self._command != _WORKER or is_installed()

    def _send(self) -> None:
        """Give the process what waits, as far as its pool goes."""
        process = self._ready
        if process is None or process.stdin is None:
            return
        while self._waiting and len(self._sent) < self._at_once:
            asked = self._waiting.popleft()
            if asked.answer.done():
                continue
            asked.tries += 1
            asked.kill = asyncio.get_running_loop().call_later(self._utterance_s, _kill, process)
            self._sent[asked.question.number] = asked
            content = msgspec.msgpack.encode(asked.question)
            process.stdin.write(LENGTH.pack(len(content)) + content)  # some 100 kB; the process always reads

    async def _keep(self) -> None:
        """Have the process there, for ever: start it, take its answers, start another when it has ended."""
        failures, chance = 0, random.Random()
        while True:
            with tempfile.TemporaryFile() as errors:
                try:
                    answered = await self._run(errors)
                    failures = 1 if answered else failures + 1
                    why = _last_words(errors)
                except (OSError, TimeoutError, SpeechError) as error:
                    failures += 1
                    why = _last_words(errors) if isinstance(error, SpeechError) else f"{error}" or "it does not load"
            pause_s = _BACKOFF.delay_s(failures, chance)
            advice = "another is started; killed by the system's lack of memory? the journal of the machine says"
            log.warning("the ear's process ended", error=why, again_s=round(pause_s, 1), advice=advice)
            if self.state is not None:
                self.state.down(why, pause_s)
            await asyncio.sleep(pause_s)

    async def _run(self, errors: IO[bytes]) -> bool:
        """One process from its start to its end; whether it has answered anything."""
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # a Ctrl-C for the server does not end an utterance half-way
        )
        self._process = process
        assert process.stdout is not None
        answered = False
        try:
            async with asyncio.timeout(self._load_s):
                if await _read(process.stdout) is None:
                    raise SpeechError("it ended before it was loaded")
            self._ready = process
            self._loaded.set()
            if self.state is not None:
                self.state.up()
            self._send()
            while (content := await _read(process.stdout)) is not None:
                answered = True
                self._take(msgspec.msgpack.decode(content, type=Answer))
        finally:
            self._process = self._ready = None
            self._loaded.clear()
            self._give_back()
            await _stop(process)
        return answered

    def _take(self, answer: Answer) -> None:
        asked = self._sent.pop(answer.number, None)
        if asked is not None:
            _disarm(asked)
            if not asked.answer.done():
                asked.answer.set_result(answer)
        self._send()

    def _give_back(self) -> None:
        """What the process was asked waits for the next one; what it has met twice may be what ended it."""
        for asked in reversed(self._sent.values()):
            _disarm(asked)
            if asked.tries >= _TRIES:
                _fail(asked, "its process ended twice over this utterance")
            elif not asked.answer.done():
                self._waiting.appendleft(asked)
        self._sent.clear()


async def _read(pipe: asyncio.StreamReader) -> bytes | None:
    try:
        (length,) = LENGTH.unpack(await pipe.readexactly(LENGTH.size))
        return await pipe.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Its stdin ends, so it does; one that does not is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await process.wait()
    finally:
        if process.returncode is None:
            _kill(process)
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def _disarm(asked: _Asked) -> None:
    if asked.kill is not None:
        asked.kill.cancel()
        asked.kill = None


def _fail(asked: _Asked, why: str) -> None:
    if not asked.answer.done():
        asked.answer.set_result(Answer(asked.question.number, error=why))


def _last_words(errors: IO[bytes]) -> str:
    """The last line that the process wrote of itself."""
    errors.seek(0)
    lines = errors.read().strip().splitlines()
    return lines[-1].decode("utf-8", "replace") if lines else "it was killed, or ended without a word"
