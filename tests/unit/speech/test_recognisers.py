"""The contract of recognisers, kept by the scripted one and by the one of end-pointing and a scripted engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from speech.recogniser import Recogniser, ScriptedRecogniser
from speech.utterances import EngineRecogniser, ScriptedEngine
from speech.voice import Pcm, Samples
from tests.contract import recognisers

pytestmark = pytest.mark.unit

RATE = 8_000
SILENCE = np.zeros(4 * RATE, np.int16)


async def _now(delay_s: float) -> None:
    await asyncio.sleep(0)


def voice(seconds: float) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * 300 * at) * (0.55 - 0.45 * np.cos(8 * np.pi * at)) * 3000).astype(np.int16)


def spoken() -> AsyncIterator[Pcm]:
    return recognisers.line(SILENCE[:RATE], voice(1.0), SILENCE, rate=RATE)


def scripted() -> Recogniser:
    return ScriptedRecogniser(anybody=["我要查账单", "人工", "人工"], sleep=_now)


def by_engine() -> Recogniser:
    return EngineRecogniser(ScriptedEngine(["我要查账单", "人工"]))


@pytest.fixture(params=[scripted, by_engine])
def recogniser(request: pytest.FixtureRequest) -> Recogniser:
    made: Recogniser = request.param()
    return made


async def test_an_utterance_ends_with_its_words(recogniser: Recogniser) -> None:
    command = recognisers.order("anna", language="zh-CN", hints=("账单",))
    await recognisers.ends_with_its_words(recogniser, command, spoken(), lambda text: text == "我要查账单")


@pytest.mark.parametrize("make", [lambda: ScriptedRecogniser(sleep=_now), by_engine])
async def test_silence_is_told(make: type[ScriptedRecogniser]) -> None:
    command = recognisers.order("anna", language="zh-CN", max_s=2.0)
    await recognisers.tells_silence(make(), command, recognisers.line(SILENCE, rate=RATE))


async def test_many_are_heard_at_once(recogniser: Recogniser) -> None:
    commands = [recognisers.order(leg, language="zh-CN") for leg in ("anna", "bert")]
    texts = await recognisers.hears_many_at_once(recogniser, commands, spoken)
    assert all(texts)


async def test_it_stops_when_it_is_closed(recogniser: Recogniser) -> None:
    command = recognisers.order("anna", language="zh-CN", patient=True)
    await recognisers.stops_when_it_is_closed(recogniser, command, spoken())
    await recognisers.ends_with_its_words(
        recogniser, recognisers.order("bert", language="zh-CN"), spoken(), lambda text: bool(text)
    )
