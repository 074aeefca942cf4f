"""Sentences that are only known during a call (`您的余额是一千二百元五角。`) become sounds then, quickly or not at all.

A sentence is made once, however many callers want it at the same moment, and kept by its content in a folder of bounded
size. A caller never waits past the deadline: then, or when the voice fails, a static sound is played in its place, and
what was begun is finished for the next caller. A flow that knows a value before it is needed says so by `warm`.

A long sentence is made in pieces (`speech.clauses`), so that its beginning is heard while the rest is made. Each piece
is kept by itself: 您当前应还 is made once for all amounts.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from speech.clauses import Piece
from speech.levelling import Levelling
from speech.store import RATE, SoundStore, digest
from speech.voice import SpeechError, Voice, VoiceBusy, VoiceError

_log = structlog.get_logger()

_FORMAT = "1"
_WAV_ENDING = ".wav"
_BYTES_A_FRAME = 4
"""Of a sound's three files."""
_HEADER = 44


@dataclass(slots=True)
class _Known:
    size: int
    used_at: float

    @property
    def duration_s(self) -> float:
        return (self.size - _HEADER) / _BYTES_A_FRAME / RATE


@dataclass(slots=True)
class Counts:
    """Counts of the sentences asked for, by what became of them, for metrics."""

    cached: int = 0
    made: int = 0
    instead: int = 0
    fallback: int = 0
    evicted: int = 0


class Sentences:
    """Sounds for sentences, in `folder`.

    `limit_bytes` bounds the folder; a sentence used within the last `hold_s` seconds is not removed, as a switch may be
    about to open it. `deadline_s` bounds a caller's wait. `instead` makes what could not be made in time. `fallback` is
    the stem of a static sound ("one moment, we cannot read this to you now"); without one a failure raises. `parted`
    gives the pieces of a text, for a voice that takes its time.
    """

    def __init__(
        self,
        folder: Path,
        voice: Voice,
        *,
        levelling: Levelling | None = None,
        limit_bytes: int = 200_000_000,
        deadline_s: float = 1.0,
        hold_s: float = 60.0,
        instead: Sentences | None = None,
        fallback: Callable[[str], Path | None] = lambda language: None,
        parallel: int | None = None,
        parted: Callable[[str], Sequence[Piece]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = Counts()
        self._store = SoundStore(folder)
        self._voice = voice
        self._levelling = levelling or Levelling()
        self._limit_bytes = limit_bytes
        self._deadline_s = deadline_s
        self._hold_s = hold_s
        self._instead = instead
        self._fallback = fallback
        self._parted = parted or _whole
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()  # least recently used first
        self._bytes = 0
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._identities: dict[str, str] = {}
        lanes = parallel or os.cpu_count() or 1
        self._lanes = asyncio.Semaphore(lanes)
        self._warm_lane = asyncio.Semaphore(max(1, lanes - 1))  # the last lane is for callers who wait

    async def start(self, languages: Iterable[str] = ()) -> None:
        """Look through the folder and ask the voice who it is, so that the first caller does not wait for that."""
        scanned = await asyncio.to_thread(self._store.scan)
        stems = {name.removesuffix(_WAV_ENDING) for name in scanned if name.endswith(_WAV_ENDING)}
        by_age = sorted(stems, key=lambda name: scanned[name + _WAV_ENDING][1])
        for name in by_age:
            frames = scanned.get(name + ".ulaw", (-1, 0))[0]
            sizes = (scanned.get(name + ".alaw", (-1, 0))[0], scanned[name + _WAV_ENDING][0])
            if frames > 0 and sizes == (frames, 2 * frames + _HEADER):
                self._remember(name, _BYTES_A_FRAME * frames + _HEADER, self._clock() - self._hold_s)
            else:  # half of a sound, from a crash between two renames
                await asyncio.to_thread(self._store.remove, name)
        for language in languages:
            try:
                await self._name(Piece(""), language)
            except VoiceError as error:
                _log.warning("voice_away", language=language, error=str(error))
        await self._evict()
        if self._instead is not None:
            await self._instead.start(languages)

    async def sound(self, text: str, language: str) -> Path:
        """The stem (absolute path without ending) of a sound that says `text`, or of the fallback.

        Raises VoiceError or SoundError only when there is no fallback.
        """
        (stem,) = [stem async for stem in self._say(text, _whole(text), language)]
        return stem

    def spoken(self, text: str, language: str) -> AsyncGenerator[Path]:
        """As `sound`, in pieces: the stems of sounds to be heard one after the other, each as soon as it is made.

        The deadline of each begins where those before have been heard. From the first piece on that is not made in time
        `instead` says the rest, or the fallback is heard in its place.
        """
        return self._say(text, self._parted(text), language)

    async def _say(self, text: str, parts: Sequence[Piece], language: str) -> AsyncGenerator[Path]:
        begun_at, heard_s = asyncio.get_running_loop().time(), 0.0
        for number, piece in enumerate(parts):
            try:
                async with asyncio.timeout_at(begun_at + heard_s + self._deadline_s):
                    stem = await (self._continued if number else self._get)(piece, language)
            except TimeoutError:
                reason: SpeechError = VoiceError(f"no sound within {self._deadline_s:g} s", retryable=True)
            except SpeechError as error:
                reason = error
            else:
                heard_s += self._known[await self._name(piece, language)].duration_s
                yield stem
                continue
            rest = text if not number else (" " if text.isascii() else "").join(part.text for part in parts[number:])
            yield await self._in_its_place(rest, language, reason)
            return

    async def _in_its_place(self, text: str, language: str, reason: SpeechError) -> Path:
        if self._instead is not None:
            self.counts.instead += 1
            return await self._instead.sound(text, language)
        fallback = self._fallback(language)
        # The words are not logged: they may be a caller's balance.
        _log.warning(
            "sentence_failed", language=language, characters=len(text), error=str(reason), fallback=str(fallback)
        )
        if fallback is None:
            raise reason
        self.counts.fallback += 1
        return fallback

    async def warm(self, sentences: Iterable[tuple[str, str]]) -> int:
        """Make (text, language) sentences ahead of time, behind those that callers wait for; how many are ready."""
        results = await asyncio.gather(
            *(self._warm_one(text, language, self._parted(text)) for text, language in sentences),
            return_exceptions=True,
        )
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, SpeechError):
                raise result
        return sum(isinstance(result, Path) for result in results)

    async def warm_pieces(self, pieces: Iterable[tuple[Piece, str]]) -> int:
        """Make pieces ahead of time, in their language, one after the other, while nobody waits; how many are ready.
        None for a voice that says sentences whole."""
        if self._parted is _whole:
            return 0
        made = 0
        for piece, language in pieces:
            while self._making:
                await asyncio.wait(tuple(self._making.values()))
            try:
                async with self._warm_lane:
                    await self._get(piece, language)
                made += 1
            except SpeechError as error:
                _log.warning("beginning_not_made", language=language, error=str(error))
        return made

    async def ready(self, text: str, language: str) -> Path | None:
        """As `warm`, of one sentence; its stem, or None where the voice cannot say it."""
        try:
            return await self._warm_one(text, language)
        except SpeechError as error:
            if self._instead is not None:
                return await self._instead.ready(text, language)
            _log.warning("sentence_failed", language=language, characters=len(text), error=str(error))
            return None

    async def close(self) -> None:
        """Stop what is being made; nothing half-made stays."""
        if self._instead is not None:
            await self._instead.close()
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def bytes_kept(self) -> int:
        """Bytes of sound in the folder now."""
        return self._bytes

    async def _warm_one(self, text: str, language: str, parts: Sequence[Piece] | None = None) -> Path:
        stems = []
        for piece in parts or _whole(text):
            async with self._warm_lane:
                stems.append(await self._get(piece, language))
        return stems[0]

    async def _continued(self, piece: Piece, language: str) -> Path:
        """The sound of a further piece. A voice that is busy is asked again: another one would be heard to change."""
        while True:
            try:
                return await self._get(piece, language)
            except VoiceBusy:
                if not self._making:
                    raise
                await asyncio.wait(tuple(self._making.values()), return_when=asyncio.FIRST_COMPLETED)

    async def _get(self, piece: Piece, language: str) -> Path:
        name = await self._name(piece, language)
        if known := self._known.get(name):
            known.used_at = self._clock()
            self._known.move_to_end(name)
            self.counts.cached += 1
            return self._store.stem(name)
        task = self._making.get(name)
        if task is None:
            task = asyncio.create_task(self._make(name, piece, language), name=f"sentence {name[:8]}")
            self._making[name] = task
            task.add_done_callback(lambda done: self._made(name, done))
        return await asyncio.shield(task)  # a caller who hangs up or times out leaves it to the others

    async def _make(self, name: str, piece: Piece, language: str) -> Path:
        levelling = self._levelling_of(piece)
        async with self._lanes:
            pcm = await self._voice.synthesise(piece.text, language)
            kept = await asyncio.to_thread(lambda: self._store.write(name, levelling.apply(pcm)))
        self.counts.made += 1
        self._remember(name, kept.size, self._clock())
        await self._evict()
        return self._store.stem(name)

    def _levelling_of(self, piece: Piece) -> Levelling:
        return self._levelling if piece.pause_s is None else replace(self._levelling, tail_s=piece.pause_s)

    def _made(self, name: str, task: asyncio.Task[Path]) -> None:
        del self._making[name]
        if not task.cancelled():
            task.exception()  # seen: whoever waited has it, and nobody may be waiting any more

    async def _name(self, piece: Piece, language: str) -> str:
        identity = self._identities.get(language)
        if identity is None:
            identity = self._identities[language] = await self._voice.identity(language)
        return digest(_FORMAT, "sentence", identity, language, piece.text, repr(self._levelling_of(piece)))

    def _remember(self, name: str, size: int, used_at: float) -> None:
        self._known[name] = _Known(size, used_at)
        self._bytes += size

    async def _evict(self) -> None:
        while self._bytes > self._limit_bytes and self._known:
            name, oldest = next(iter(self._known.items()))
            if self._clock() - oldest.used_at < self._hold_s:
                return
            del self._known[name]
            self._bytes -= oldest.size
            self.counts.evicted += 1
            await asyncio.to_thread(self._store.remove, name)


def _whole(text: str) -> tuple[Piece, ...]:
    return (Piece(text),)
