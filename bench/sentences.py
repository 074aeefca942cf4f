"""What speech costs: a sentence made during a call, and the look at ten thousand prompts when the controller starts.

The reference of a sentence is bare espeak-ng on the same words in the same run: what is above it is ours (levelling,
three encodings, three files). Prompts are short tones, as the number of files is what counts and not their length.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Sequence
from decimal import Decimal
from pathlib import Path

import numpy as np

from bench import machine
from bench.catalogue import Options
from bench.report import Report, at_most, told
from dsl.tree import parse
from ivr.compiler.phrases import read_phrases
from speech.building import Builder, Built, Prompt
from speech.espeak import Espeak
from speech.sentences import Sentences
from speech.voice import Pcm

SENTENCES = 100
CALLERS_AT_ONCE = 4
PROMPTS = 10_000
LANGUAGE = "zh-CN"
TEXT = "balance: 您当前应还{balance:money}，最后还款日是{due:date}。"


class _Beep:
    """A Voice that costs nothing, so that a folder of ten thousand prompts is there in seconds."""

    async def synthesise(self, text: str, language: str) -> Pcm:
        return Pcm(np.tile(np.array([9000, -9000], dtype=np.int16), 400), 8000)

    async def identity(self, language: str) -> str:
        return "beep"


async def run(options: Options) -> Report:
    """Takes about half a minute, `quick` some seconds."""
    about = machine.facts()
    count = 2 * CALLERS_AT_ONCE if options.quick else SENTENCES
    prompts = 200 if options.quick else PROMPTS
    texts = _texts(count)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        # The reference and ours take turns, so that a noisy moment of the machine hits both.
        sentences = Sentences(Path(folder) / "sentences", Espeak(), deadline_s=30)
        await sentences.start([LANGUAGE])
        await sentences.sound("热身。", LANGUAGE)  # pypinyin's tables, loaded at the start of a controller
        bare, ours = [], []
        for text in texts:
            bare.append(await _timed(Espeak().synthesise(text, LANGUAGE)))
            ours.append(await _timed(sentences.sound(text, LANGUAGE)))
        cached = [await _timed(sentences.sound(text, LANGUAGE)) for text in texts]
        crowd = await _crowd(Path(folder) / "crowd", texts)
        phrases_s = _read_phrases(prompts)
        prompts_s, prompts_cpu_s = await _look_at_prompts(Path(folder) / "prompts", prompts)
    figures = [
        told("sentence made during a call, p50", _ms(ours, 50), "ms", _ms(bare, 50)),
        at_most("sentence made during a call, p95", _ms(ours, 95), "ms", 300, _ms(bare, 95)),
        at_most(f"sentence, {CALLERS_AT_ONCE} callers at once, p95", _ms(crowd, 95), "ms", 300, _ms(bare, 95)),
        told("sentence said before, p95", _ms(cached, 95), "ms"),
        told(f"read and check {prompts} phrases in one language", phrases_s, "s"),
        at_most(f"look at {prompts} prompts that are all there", prompts_s, "s", 1),
        told(f"look at {prompts} prompts that are all there, CPU", prompts_cpu_s, "s"),
    ]
    return Report("sentences", about, figures)


def _texts(count: int) -> list[str]:
    phrases, problems = read_phrases({LANGUAGE: parse(TEXT, "bench")})
    if problems:
        raise RuntimeError(str(problems[0]))
    return [
        phrases.render(
            "balance",
            {
                "balance": Decimal(123_457 * (number + 1)) / 100,
                "due": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
            },
            LANGUAGE,
        )
        for number in range(count)
    ]


async def _timed(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


async def _crowd(folder: Path, texts: Sequence[str]) -> list[float]:
    sentences = Sentences(folder, Espeak(), deadline_s=30)
    await sentences.start([LANGUAGE])
    taken: list[float] = []
    for first in range(0, len(texts), CALLERS_AT_ONCE):
        group = texts[first : first + CALLERS_AT_ONCE]
        taken += await asyncio.gather(*(_timed(sentences.sound(text, LANGUAGE)) for text in group))
    return taken


def _read_phrases(count: int) -> float:
    text = "".join(f"key_{number}: 您当前应还{{balance:money}}，这是第{number}条。\n" for number in range(count))
    begun = time.perf_counter()
    phrases, problems = read_phrases({LANGUAGE: parse(text, "bench")})
    taken = time.perf_counter() - begun
    if problems or len(phrases.keys) != count:
        raise RuntimeError("the phrases of the bench are not sound")
    return taken


async def _look_at_prompts(folder: Path, count: int) -> tuple[float, float]:
    prompts = [Prompt(f"key_{number}", LANGUAGE, f"text {number}") for number in range(count)]
    first = await Builder(folder, _Beep()).build(prompts)
    begun, cpu_begun = time.perf_counter(), time.process_time()
    again = await Builder(folder, _Beep()).build(prompts)
    taken = time.perf_counter() - begun, time.process_time() - cpu_begun
    _expect(first, made=count, kept=0)
    _expect(again, made=0, kept=count)
    return taken


def _expect(built: Built, *, made: int, kept: int) -> None:
    if (built.made, built.kept, built.failures) != (made, kept, []):
        raise RuntimeError(f"{built.made} made, {built.kept} kept, {len(built.failures)} failed")


def _ms(taken_s: Sequence[float], percent: float) -> float:
    return float(np.percentile(taken_s, percent) * 1000)
