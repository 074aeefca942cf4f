"""How well Mandarin is spoken and heard, and how soon: Kokoro beside espeak-ng, the ear beside whisper alone.

A recogniser hears each prompt as a telephone carries it (8 kHz, µ-law); judged are syllables without tones. What comes
ready in prompts/ready/ is judged as callers hear it; the rest is spoken now. `bench.ear` has the ear's figures.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from bench import ear, judge, machine, raised_voice
from bench.catalogue import Options
from bench.report import Figure, Report, at_most, told
from calls.commands import Listen
from calls.ids import AttemptId, LegId
from hotline.site.sample import SAMPLE
from hotline.versions.voices import READY, static_prompts
from ivr.spoken.figures import EDITION, in_words
from speech.building import Prompt
from speech.clauses import pieces
from speech.espeak import Espeak
from speech.kokoro.voice import Kokoro
from speech.kokoro.weights import INSTALL, is_installed
from speech.levelling import Levelling
from speech.ready import ReadySounds
from speech.recordings import read_recording
from speech.sentences import Sentences
from speech.voice import Pcm, Voice
from speech.whisper import weights
from speech.whisper.engine import AT_ONCE, WhisperEngine
from speech.worded import WordedVoice

PROMPTS = 40
SENTENCES = 20
LANGUAGE = "zh-CN"
_TWELVE = ("您当前应还金额是{}百元", "您的还款日是每月{}号整")
_MISHEARD = "syllables misheard, {} prompts, 8 kHz µ-law"
_FIGURES = "一二三四五六七八九"


async def run(options: Options) -> Report:
    """Takes some minutes, `quick` half of one. Where Kokoro or the judge is not installed, nothing is measured."""
    missing = [
        told for there, told in ((is_installed(), INSTALL), (weights.is_installed(), weights.INSTALL)) if not there
    ]
    if missing:
        return Report(
            "speech", {**machine.facts(), "notes": missing}, [at_most(_MISHEARD.format(PROMPTS), None, "%", 5)]
        )
    hearing = await asyncio.to_thread(judge.Judge)
    prompts = _prompts(4 if options.quick else PROMPTS)
    kokoro = Kokoro(in_words, EDITION)
    quick = WordedVoice(Espeak(), in_words, EDITION)
    ready = ReadySounds(SAMPLE / "prompts" / READY)
    try:

        async def by_kokoro(prompt: Prompt) -> Pcm:
            path = ready.find(prompt.language, prompt.text)
            return read_recording(path) if path is not None else await kokoro.synthesise(prompt.text, prompt.language)

        ours = await _misheard(hearing, prompts, by_kokoro, options.progress)
        theirs = await _misheard(
            hearing, prompts, lambda prompt: quick.synthesise(prompt.text, prompt.language), options.progress
        )
        texts = _texts(4 if options.quick else SENTENCES)
        spoken, spent_s = await _timed(kokoro, texts, kokoro.processor_s)
        reference, _ = await _timed(quick, texts)
        ours_in_pieces = await _in_pieces(kokoro, texts, kokoro.processor_s)
        theirs_in_pieces = await _in_pieces(quick, texts)
        memory = kokoro.memory_mb() + await _ear_memory_mb(await by_kokoro(prompts[0]))
    finally:
        await kokoro.close()
    heard = await ear.figures(options)
    figures: list[Figure] = [
        at_most(_MISHEARD.format(len(prompts)), ours, "%", 5, theirs),
        told("of them that came ready", sum(ready.find(one.language, one.text) is not None for one in prompts), ""),
        told("new sentence of 12 syllables spoken, p50", _ms(spoken, 50), "ms", _ms(reference, 50)),
        at_most("new sentence of 12 syllables spoken, p95", _ms(spoken, 95), "ms", 900, _ms(reference, 95)),
        told("processor time of it, p50", _ms(spent_s, 50), "ms"),
        at_most(
            "its first sound, spoken in pieces, p95",
            _ms([one.first_s for one in ours_in_pieces], 95),
            "ms",
            400,
            _ms([one.first_s for one in theirs_in_pieces], 95),
        ),
        told("processor time of that, p50", _ms([one.first_spent_s for one in ours_in_pieces], 50), "ms"),
        told("silence before its next piece, p95", _ms([one.gap_s for one in ours_in_pieces], 95), "ms"),
        told(
            "its first sound where its beginning is kept, p95", _ms([one.again_s for one in ours_in_pieces], 95), "ms"
        ),
        *heard,
        *raised_voice.figures({language: dict(list(texts.items())[:40]) for language, texts in _sample().items()}),
        at_most("memory of the processes of voice and ear together", memory, "MB", 700),
    ]
    return Report("speech", machine.facts(), figures)


async def _ear_memory_mb(sound: Pcm) -> float:
    """Of its process, once it has heard this speech as often at once as it can."""
    engine = WhisperEngine(deadline_s=60.0)
    try:
        await engine.loaded()
        order = Listen(LegId("nobody"), AttemptId("nobody/1"), LANGUAGE, ear.WORDS)
        await asyncio.gather(*(engine.understand(order, sound) for _ in range(AT_ONCE)))
        return engine.memory_mb()
    finally:
        await engine.close()


def _prompts(count: int) -> list[Prompt]:
    return static_prompts({LANGUAGE: _sample()[LANGUAGE]})[:count]


def _sample() -> dict[str, dict[str, str]]:
    """The sample's prompts, by language."""
    folder = SAMPLE / "prompts"
    return {
        language: yaml.safe_load((folder / f"{language}.yaml").read_text(encoding="utf-8"))
        for language in (LANGUAGE, "en")
    }


def _texts(count: int) -> list[str]:
    return [
        _TWELVE[number % len(_TWELVE)].format(_FIGURES[number // len(_TWELVE) % len(_FIGURES)])
        for number in range(count)
    ]


async def _misheard(
    hearing: judge.Judge,
    prompts: list[Prompt],
    speak: Callable[[Prompt], Awaitable[Pcm]],
    progress: Callable[[str], None],
) -> float:
    """Percent of syllables."""
    wrong = of = 0
    for prompt in prompts:
        sound = Levelling().apply(await speak(prompt))
        misheard, syllables = await asyncio.to_thread(hearing.misheard, sound.samples, prompt.text)
        wrong, of = wrong + misheard, of + syllables
        progress(f"{prompt.key}: {misheard} of {syllables} syllables misheard")
    return 100 * wrong / of


def _nothing() -> float:
    return 0.0


async def _timed(
    voice: Voice, texts: list[str], processor_s: Callable[[], float] = _nothing
) -> tuple[list[float], list[float]]:
    """Seconds from the words to the sound on disk, and of a core, one after the other; the first one loads and is left
    out. Where others use the machine, too, the seconds of a core are what can be compared."""
    taken: list[float] = []
    spent: list[float] = []
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        sentences = Sentences(Path(folder), voice, deadline_s=600)
        await sentences.start([LANGUAGE])
        await sentences.sound("热身。", LANGUAGE)
        for text in texts:
            begun, spent_before = time.perf_counter(), processor_s()
            await sentences.sound(text, LANGUAGE)
            taken.append(time.perf_counter() - begun)
            spent.append(processor_s() - spent_before)
        await sentences.close()
    return taken, spent


@dataclass(frozen=True, slots=True)
class _InPieces:
    """Seconds to the first sound of a sentence of which nothing is kept, and of a core for it; of silence that a caller
    hears before the next piece; and to the first sound of a sentence that begins so, too."""

    first_s: float
    first_spent_s: float
    gap_s: float
    again_s: float


async def _in_pieces(voice: Voice, texts: list[str], processor_s: Callable[[], float] = _nothing) -> list[_InPieces]:
    """Each sentence in a folder of its own, so that no beginning is kept of another one."""
    found: list[_InPieces] = []
    for text in texts:
        with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
            sentences = Sentences(Path(folder), voice, deadline_s=600, parted=pieces)
            await sentences.start([LANGUAGE])
            first_s, spent_s, gap_s = await _heard_at(sentences, text, processor_s)
            again_s, _, _ = await _heard_at(sentences, f"{text[:-1]}整", processor_s)
            await sentences.close()
        found.append(_InPieces(first_s, spent_s, gap_s, again_s))
    return found


async def _heard_at(sentences: Sentences, text: str, processor_s: Callable[[], float]) -> tuple[float, float, float]:
    """Seconds to the first piece, of a core for it, and of silence before the others while they are made."""
    begun, spent_before = time.perf_counter(), processor_s()
    first_s = spent_s = gap_s = heard_s = 0.0
    async for stem in sentences.spoken(text, LANGUAGE):
        at = time.perf_counter() - begun
        if not heard_s:
            first_s = heard_s = at
            spent_s = processor_s() - spent_before
        gap_s += max(0.0, at - heard_s)
        heard_s = max(at, heard_s) + read_recording(Path(f"{stem}.wav")).duration_s
    return first_s, spent_s, gap_s


def _ms(taken_s: list[float], percent: float) -> float:
    return float(np.percentile(taken_s, percent) * 1000)
