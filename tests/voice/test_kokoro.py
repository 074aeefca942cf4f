"""Kokoro itself: it speaks both languages, as long and as loud as speech is, and a recogniser hears what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from bench.judge import Judge
from ivr.spoken.figures import EDITION, in_words
from speech.kokoro.voice import RATE, Kokoro
from speech.kokoro.weights import is_installed
from speech.levelling import Levelling
from speech.voice import Pcm

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not is_installed(), reason="Kokoro is not installed: make voice"),
]


@pytest_asyncio.fixture
async def kokoro() -> AsyncIterator[Kokoro]:
    voice = Kokoro(in_words, EDITION)
    yield voice
    await voice.close()


def levelled(pcm: Pcm) -> Pcm:
    assert pcm.rate == RATE
    assert np.abs(pcm.samples).max() < 32_767, "clipped"
    return Levelling().apply(pcm)


@pytest.mark.parametrize(
    ("language", "text", "seconds"),
    [("zh-CN", "您的还款日是每月15号。", (2, 6)), ("en", "Your repayment day is the 15th of each month.", (1.5, 5))],
)
async def test_it_speaks(kokoro: Kokoro, language: str, text: str, seconds: tuple[float, float]) -> None:
    assert seconds[0] < levelled(await kokoro.synthesise(text, language)).duration_s < seconds[1]
    assert 100 < kokoro.memory_mb() < 700


async def test_a_recogniser_hears_what_it_says(kokoro: Kokoro) -> None:
    text = "请重新输入您的银行卡号，按井号键结束。"
    misheard, syllables = Judge().misheard(levelled(await kokoro.synthesise(text, "zh-CN")).samples, text)
    assert syllables == 17
    assert misheard <= 2
