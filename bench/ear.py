"""How well the ear hears and how soon: 300 sentences of callers at 8 kHz, µ-law, with noise 15 dB under the voice.

The sentences (bench/utterances_zh.txt, ten for each of 30 wishes of a consumer-finance hotline, invented) are spoken by
Kokoro at three paces, and kept in .cache: a first run takes six minutes longer. Judged are syllables without tones.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import judge
from bench.catalogue import Options
from bench.report import Figure, at_most, told
from calls.commands import Listen
from calls.ids import AttemptId, LegId
from ivr.spoken.figures import EDITION, in_words
from speech.kokoro.process import KokoroProcess
from speech.kokoro.voice import RATE, Kokoro
from speech.levelling import Levelling
from speech.soundalike import changes, in_their_words
from speech.utterances import EngineRecogniser
from speech.voice import Pcm, Samples, SpeechError
from speech.whisper.engine import WhisperEngine
from speech.whisper.transcriber import Transcriber

UTTERANCES = 300
SAMPLED = 5
"""Every so many utterances are heard once more for what has no target: by whisper alone, and with a flow's words."""
TIMED = 20
AT_ONCE = 4
THREADS = 2
"""Utterances heard at once where only their words count."""
NOISE_DB = 15
EARLY_S = 0.3
LANGUAGE = "zh-CN"
_WORDS = """
还款 账单 应还 欠款 还款日 扣款 提前还款 结清 换卡 银行卡 绑卡 重复扣款 没到账 逾期 罚息 延期 晚几天 分期 利息
手续费 年化利率 申请贷款 借款 审核 放款 进度 额度 提额 结清证明 合同 征信 注销 手机号 换号 密码 验证码 登录
诈骗 冒用 不是我借的 短信 核实 别再打 骚扰 催收 威胁 态度 投诉 退款 违约金 发票 开票 人工 客服 商家 退货 保险
退保 公司地址 营业时间 网点
"""
WORDS = tuple(_WORDS.split())
"""What the steps of such a hotline would listen for."""
_HERE = Path(__file__).parent
_CACHE = _HERE.parent / ".cache" / "utterances"
_PACES = (1.0, 0.9, 1.15)
_BEFORE_S, _AFTER_S = 0.3, 0.7
_VOICED = 300
"""Level of samples that count as voice, when the noise is measured against it."""
_FRAME_S = 0.02
_LINE_RATE = 8000


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A sentence and its sound at 8 kHz, without noise."""

    text: str
    samples: Samples
    number: int
    """Of the sentence; its noise is always the same, too."""

    def line(self) -> Samples:
        """The sound with its noise, as it comes by telephone."""
        return with_noise(self.samples, self.number)


def sentences() -> list[str]:
    """The sentences of the bench, in their order."""
    return (_HERE / "utterances_zh.txt").read_text(encoding="utf-8").splitlines()


def with_noise(samples: Samples, seed: int, *, decibels: float = NOISE_DB) -> Samples:
    """A line with some silence around the voice, and white noise so far under the voice's power."""
    quiet = [np.zeros(round(seconds * _LINE_RATE)) for seconds in (_BEFORE_S, _AFTER_S)]
    sound = np.concatenate([quiet[0], samples.astype(np.float64), quiet[1]])
    power = np.mean(np.square(samples[np.abs(samples.astype(np.int32)) > _VOICED], dtype=np.float64))
    noise = np.random.default_rng(seed).standard_normal(len(sound)) * np.sqrt(power / 10 ** (decibels / 10))
    return np.asarray(np.clip(sound + noise, -32768, 32767), np.int16)


async def spoken(options: Options, count: int) -> list[Spoken]:
    """So many sentences from all wishes, each by one of the paces. Raises SpeechError where Kokoro is not."""
    texts = sentences()
    chosen = range(0, len(texts), len(texts) // count)
    voices = [Kokoro(in_words, EDITION, speed=pace, process=KokoroProcess()) for pace in _PACES]
    found: dict[int, Spoken] = {}

    async def by(voice: Kokoro, numbers: Sequence[int]) -> None:
        for number in numbers:
            sound = await _kept(voice, texts[number])
            found[number] = Spoken(texts[number], Levelling().apply(sound).samples, number)
            if not len(found) % 20:
                options.progress(f"{len(found)} of {count} sentences spoken")

    try:
        shares = [[number for number in chosen if number % len(voices) == pace] for pace in range(len(voices))]
        await asyncio.gather(*(by(voice, share) for voice, share in zip(voices, shares, strict=True)))
    finally:
        for voice in voices:
            await voice.close()
    return [found[number] for number in chosen]


async def _kept(voice: Kokoro, text: str) -> Pcm:
    identity = await voice.identity(LANGUAGE)
    path = _CACHE / f"{hashlib.sha256(repr((identity, text)).encode()).hexdigest()[:24]}.npy"
    with contextlib.suppress(OSError, ValueError):
        return Pcm(np.load(path), RATE)
    sound = await voice.synthesise(text, LANGUAGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, sound.samples)
    return sound


async def figures(options: Options) -> list[Figure]:
    """All figures of the ear. Raises SpeechError where it, or Kokoro, is not installed."""
    said = await spoken(options, 6 if options.quick else UTTERANCES)
    transcriber = await asyncio.to_thread(Transcriber, THREADS)
    some = said[::SAMPLED]
    what = f"utterances, 8 kHz, noise at {NOISE_DB} dB"
    alone = await heard(transcriber, some, (), options, bare=True)
    ear = await heard(transcriber, said, (), options)
    by_words = await heard(transcriber, some, WORDS, options)
    matched = await heard(transcriber, said, sentences(), options)
    del transcriber
    one, four = await timed(said[:: max(1, len(said) // (2 if options.quick else TIMED))])
    return [
        at_most(f"syllables misheard by the ear, {len(said)} {what}", ear.wrong, "%", 12, alone.wrong),
        told(f"the same, every {SAMPLED}th of them", Heard(ear.texts[::SAMPLED]).wrong, "%", alone.wrong),
        told(f"with {len(WORDS)} words of a flow, these", by_words.wrong, "%", alone.wrong),
        at_most("with a flow's phrases, which the utterances are among, all", matched.wrong, "%", 6, alone.wrong),
        told("the same without the utterance's own phrase", ear.by_others().wrong, "%", ear.wrong),
        told("processor time of an utterance", ear.cpu_s, "s", alone.cpu_s),
        at_most("end of speech to words known, one call, p95", _percentile(one, 95), "s", 1.2),
        at_most(f"end of speech to words known, {AT_ONCE} calls at once, p95", _percentile(four, 95), "s", 3),
        told("not heard in time", float(sum(taken is None for taken in (*one, *four))), ""),
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """Each sentence and the words that were heard of it."""

    texts: Sequence[tuple[str, str]]
    cpu_s: float = 0.0
    """Processor time of one utterance."""

    @property
    def wrong(self) -> float:
        """Syllables misheard, in percent. Of what is made up at most as many count as were said."""
        wrong = of = 0
        for said, words in self.texts:
            syllables = judge.syllables(said)
            wrong += min(changes(syllables, judge.syllables(words)), len(syllables))
            of += len(syllables)
        return 100 * wrong / of

    def by_others(self) -> Heard:
        """The same matched with all phrases but the one that was said: what a flow's phrases spoil."""
        every = sentences()
        others = ((said, words, [one for one in every if one != said]) for said, words in self.texts)
        return Heard([(said, in_their_words(words, phrases)) for said, words, phrases in others])


async def heard(
    transcriber: Transcriber, said: Sequence[Spoken], hints: Sequence[str], options: Options, *, bare: bool = False
) -> Heard:
    """What the ear makes of the sentences with these hints; `bare`: whisper alone."""
    kind = "whisper alone" if bare else f"the ear with {len(hints)} phrases"
    found: dict[int, str] = {}

    def hear(number: int) -> None:
        sound = judge.through_a_telephone(said[number].line())
        found[number] = transcriber.transcribe(sound, LANGUAGE, hints, bare=bare).text
        if not len(found) % 20:
            options.progress(f"{kind}: {len(found)} of {len(said)}")

    before = time.process_time()
    with ThreadPoolExecutor(THREADS) as pool:
        hearing = [asyncio.get_running_loop().run_in_executor(pool, hear, number) for number in range(len(said))]
        await asyncio.gather(*hearing)
    spent_s = time.process_time() - before
    words = Heard([(one.text, found[number]) for number, one in enumerate(said)], spent_s / len(said))
    options.progress(f"{kind}: {words.wrong:.1f} % of syllables misheard")
    return words


async def timed(said: Sequence[Spoken]) -> tuple[list[float | None], list[float | None]]:
    """Seconds from the end of each utterance to its words, one call after the other and so many at once, in real time
    by the process that serves calls. None: not heard in time, which a caller is told."""
    engine = WhisperEngine()
    try:
        await engine.loaded()
        recogniser = EngineRecogniser(engine, early_s=EARLY_S)
        one = [await _taken(recogniser, spoken_now, number) for number, spoken_now in enumerate(said)]
        four: list[float | None] = []
        for first in range(0, len(said), AT_ONCE):
            group = [said[(first + index) % len(said)] for index in range(AT_ONCE)]
            four += await asyncio.gather(
                *(_taken(recogniser, spoken_now, first + index) for index, spoken_now in enumerate(group))
            )
    finally:
        await engine.close()
    return one, four


async def _taken(recogniser: EngineRecogniser, said: Spoken, number: int) -> float | None:
    command = Listen(LegId(f"call-{number}"), AttemptId(f"call-{number}/1"), LANGUAGE, WORDS, max_s=20.0)
    loop = asyncio.get_running_loop()
    ended_at = loop.time() + _BEFORE_S + len(said.samples) / _LINE_RATE
    try:
        async for event in recogniser.listen(command, _in_real_time(said.line())):
            if event.final:
                return max(0.0, loop.time() - ended_at)
    except SpeechError:
        return None
    return None


async def _in_real_time(line: Samples) -> AsyncIterator[Pcm]:
    """The line's sound as a telephone brings it, then its noise for as long as somebody listens."""
    began, step = time.monotonic(), round(_FRAME_S * _LINE_RATE)
    tail = line[-round(_AFTER_S / 2 * _LINE_RATE) :]
    whole = np.concatenate([line, *([tail] * 40)])
    for at in range(0, len(whole) - step + 1, step):
        await asyncio.sleep(max(0.0, began + (at + step) / _LINE_RATE - time.monotonic()))
        yield Pcm(whole[at : at + step], _LINE_RATE)


def _percentile(taken_s: Sequence[float | None], percent: float) -> float | None:
    """None when any was not heard in time: then there is no such figure."""
    heard = [taken for taken in taken_s if taken is not None]
    return float(np.percentile(heard, percent)) if len(heard) == len(taken_s) else None
