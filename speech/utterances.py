"""A recogniser of two parts: end-pointing finds the utterance, an engine makes text of it. Each engine is one class.

So every engine stops a prompt the same way, hears no silence, and is asked once an utterance.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from calls.commands import Listen
from calls.dependencies import Dependency
from calls.events import SpeechHeard
from calls.ids import LegId, Seconds
from speech.endpointing import FRAME_S, Endpointer, Endpointing
from speech.vocal_effort import Effort, effort, is_raised
from speech.voice import Pcm, Samples

_LEAD_S: Seconds = 0.3
"""How much sound before the beginning goes to the engine: a word's first sound is softer than its vowel."""
_REMEMBERED = 10_000
_CALM_KEPT = 5
"""Utterances of a caller in a calm voice that the next one is compared with."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The text that an engine made of an utterance. Empty: no word of it. `confidence` is 0 to 1."""

    text: str
    confidence: float = 1.0


class Engine(Protocol):
    """Makes text of one utterance. Safe to ask many times at once."""

    state: Dependency | None
    """Whether it is there, where that can change."""

    def wake(self) -> None:
        """Somebody is listened to, and will be asked about soon. Never waits."""
        ...

    async def understand(self, command: Listen, utterance: Pcm) -> Understood:
        """The text of what was said. Raises SpeechError, in bounded time. To cancel it is to want it no more."""
        ...

    async def close(self) -> None:
        """Stop what it runs; whoever waits for words has none."""
        ...


class ScriptedEngine:
    """Understands what its script says: in each call the first utterance is the first phrase, and so on.

    After the last one nothing is understood. It lets a site, a test or a demonstration walk the steps that take speech
    with real callers and real sound, before an engine is bought.
    """

    state: Dependency | None = None

    def __init__(self, phrases: Sequence[str]) -> None:
        self._phrases = tuple(phrases)
        self._said: OrderedDict[LegId, int] = OrderedDict()

    def wake(self) -> None:
        """A script is always there."""

    async def understand(self, command: Listen, utterance: Pcm) -> Understood:
        """The next phrase of this call."""
        turn = self._said.pop(command.leg, 0)
        self._said[command.leg] = turn + 1
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        return Understood(self._phrases[turn]) if turn < len(self._phrases) else Understood("", 0.0)

    async def close(self) -> None:
        """Nothing runs."""


class EngineRecogniser:
    """A `Recogniser` on an engine. Seconds are counted in sound, which flows as time does.

    `early_s`: after so much silence the engine is asked already, while it is waited on whether the utterance is over.
    A caller who goes on has it asked again at the end. None: it is asked once.
    """

    def __init__(self, engine: Engine, settings: Endpointing | None = None, *, early_s: Seconds | None = None) -> None:
        self._engine = engine
        self._settings = settings or Endpointing()
        self._early_s = early_s
        self._calm: OrderedDict[LegId, deque[Effort]] = OrderedDict()

    async def listen(self, command: Listen, audio: AsyncIterator[Pcm]) -> AsyncGenerator[SpeechHeard]:
        """That speech began, then what it was; or silence. Nothing, when the sound ends before either is known.

        Raises SpeechError when the engine does.
        """
        self._engine.wake()
        endpointer = Endpointer(self._settings)
        kept: deque[Samples] = deque(maxlen=round(_LEAD_S / FRAME_S))
        heard_s, began, rate = 0.0, False, 0
        asked: asyncio.Task[Understood] | None = None
        try:
            async for frame in _frames(audio):
                heard_s, rate = heard_s + FRAME_S, frame.rate
                kept.append(frame.samples)
                moment = endpointer.hear(frame.samples)
                if moment == "began":
                    began, heard_s = True, 0.0 if command.patient else heard_s
                    kept = deque(kept)
                    yield _heard(command, Understood("", 0.0), final=False)
                if moment == "ended" or (began and heard_s >= command.max_s):
                    break
                if not began and not command.patient and heard_s >= command.max_s:
                    yield _heard(command, Understood("", 0.0), final=True)
                    return
                if began and self._early_s is not None:
                    if asked is not None and endpointer.quiet_s == 0.0:
                        _cancel(asked)
                        asked = None
                    elif asked is None and endpointer.quiet_s >= self._early_s:
                        asked = asyncio.create_task(self._ask(command, kept, rate))
            else:
                return
            asked = asked or asyncio.create_task(self._ask(command, kept, rate))
            raised = self._is_raised(command.leg, await asyncio.to_thread(effort, _whole(kept, rate)))
            understood = await asked
        finally:
            if asked is not None:
                _cancel(asked)
        yield _heard(command, understood, final=True, raised=raised)

    async def _ask(self, command: Listen, kept: Iterable[Samples], rate: int) -> Understood:
        return await self._engine.understand(command, _whole(kept, rate))

    def _is_raised(self, leg: LegId, now: Effort | None) -> bool:
        """Whether the caller's voice is raised, beside what they said in this call before."""
        if now is None:
            return False
        calm = self._calm.pop(leg, None) or deque(maxlen=_CALM_KEPT)
        raised = is_raised(now, calm)
        if not raised:
            calm.append(now)
        self._calm[leg] = calm
        if len(self._calm) > _REMEMBERED:
            self._calm.popitem(last=False)
        return raised


def _whole(kept: Iterable[Samples], rate: int) -> Pcm:
    return Pcm(np.concatenate(tuple(kept)), rate)


def _cancel(asked: asyncio.Task[Understood]) -> None:
    """Nobody wants the answer any more, nor its failure."""
    asked.cancel()
    asked.add_done_callback(lambda task: task.cancelled() or task.exception())


async def _frames(audio: AsyncIterator[Pcm]) -> AsyncIterator[Pcm]:
    """The same sound in pieces of FRAME_S."""
    rest = np.zeros(0, np.int16)
    async for piece in audio:
        size = round(piece.rate * FRAME_S)
        rest = np.concatenate((rest, piece.samples))
        whole = len(rest) // size * size
        for at in range(0, whole, size):
            yield Pcm(rest[at : at + size], piece.rate)
        rest = rest[whole:]


def _heard(command: Listen, understood: Understood, *, final: bool, raised: bool = False) -> SpeechHeard:
    return SpeechHeard(command.leg, command.attempt, understood.text, understood.confidence, final, raised)
