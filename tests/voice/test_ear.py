"""The ear itself: it keeps the contract of recognisers on real sound, hears both languages, outlives its process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from speech.soundalike import syllables
from speech.utterances import EngineRecogniser
from speech.voice import Pcm
from speech.whisper.engine import WhisperEngine
from speech.whisper.weights import is_installed
from tests.contract import recognisers
from tests.voice.callers import RATE, noise, said

pytestmark = [
    pytest.mark.voice,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not is_installed(), reason="the ear is not installed: make voice"),
]
BILL = "balance_none"  # 您目前没有待还的账单。
AFTER = noise(1.5)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[WhisperEngine]:
    ear = WhisperEngine(deadline_s=120.0, load_s=300.0, utterance_s=300.0)
    await ear.loaded()
    yield ear
    await ear.close()


@pytest.fixture
def ear(engine: WhisperEngine) -> EngineRecogniser:
    return EngineRecogniser(engine)


def spoken(key: str = BILL, language: str = "zh-CN") -> AsyncIterator[Pcm]:
    return recognisers.line(noise(0.5), said(key, language)[1], AFTER, rate=RATE)


async def test_an_utterance_ends_with_its_words(ear: EngineRecogniser) -> None:
    command = recognisers.order("anna", language="zh-CN", hints=("账单", "人工"))
    await recognisers.ends_with_its_words(ear, command, spoken(), lambda text: "账单" in text)


async def test_english_is_heard_too(ear: EngineRecogniser) -> None:
    command = recognisers.order("bert", language="en")
    words = ("goodbye", "good bye", "thank")
    await recognisers.ends_with_its_words(
        ear, command, spoken("goodbye", "en"), lambda text: any(word in text.casefold() for word in words)
    )


async def test_silence_is_told(ear: EngineRecogniser) -> None:
    command = recognisers.order("anna", language="zh-CN", max_s=2.0)
    await recognisers.tells_silence(ear, command, recognisers.line(noise(4.0, -60.0), rate=RATE))


async def test_many_are_heard_at_once(ear: EngineRecogniser) -> None:
    commands = [recognisers.order(f"leg-{n}", language="zh-CN", hints=("账单",)) for n in range(4)]
    texts = await recognisers.hears_many_at_once(ear, commands, spoken)
    assert all("账单" in text for text in texts)


async def test_it_stops_when_it_is_closed(ear: EngineRecogniser) -> None:
    command = recognisers.order("anna", language="zh-CN", patient=True)
    await recognisers.stops_when_it_is_closed(ear, command, spoken())


@pytest.mark.parametrize("sound", ["noise", "tone"])
async def test_what_is_no_speech_has_no_words(engine: WhisperEngine, sound: str) -> None:
    at = np.arange(2 * RATE)
    samples = noise(2.0, -20.0) if sound == "noise" else (8_000 * np.sin(at * 0.3)).astype(np.int16)
    heard = await engine.understand(recognisers.order("anna", language="zh-CN"), Pcm(samples, RATE))
    assert heard.text == ""


async def test_a_killed_ear_comes_back_within_the_utterance(engine: WhisperEngine) -> None:
    text, samples = said(BILL)
    before = engine.pid
    assert before is not None
    asked = asyncio.create_task(
        engine.understand(recognisers.order("anna", language="zh-CN", hints=("账单",)), Pcm(samples, RATE))
    )
    await asyncio.sleep(0)
    os.kill(before, signal.SIGKILL)
    assert "账单" in (await asked).text
    assert engine.pid != before
    assert len(syllables(text)) == 10


async def test_its_process_stays_small(engine: WhisperEngine) -> None:
    await engine.loaded()
    assert 100 < engine.memory_mb() < 340
