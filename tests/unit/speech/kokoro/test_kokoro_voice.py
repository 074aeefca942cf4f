"""Kokoro as a voice, over a process that answers with the numbers that it was given."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest

from speech.kokoro import voice
from speech.kokoro.process import KokoroProcess
from speech.kokoro.symbols import numbers
from speech.kokoro.voice import RATE, Kokoro
from speech.kokoro.weights import STYLES_SHA256, read_style
from speech.kokoro.worker import Question
from speech.voice import Samples, VoiceBusy, VoiceError

pytestmark = pytest.mark.unit


class Answering(KokoroProcess):
    """A tenth of a second for each question, once `gate` is open."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Question] = []
        self.gate = threading.Event()
        self.gate.set()

    def ask(self, question: Question) -> Samples:
        self.asked.append(question)
        self.gate.wait()
        return np.ones(RATE // 10, np.int16)


@pytest.fixture
def answering() -> Answering:
    return Answering()


async def test_sentences_are_said_one_after_the_other_by_the_speaker_of_the_language(answering: Answering) -> None:
    pcm = await Kokoro(process=answering).synthesise("您好。再见。", "zh-CN")
    assert [(one.speaker, one.symbols) for one in answering.asked] == [
        ("zm_yunjian", numbers("ni↗n xau↓.")),
        ("zm_yunjian", numbers("ʦai↘ʨjɛ↘n.")),
    ]
    assert pcm.rate == RATE
    assert pcm.duration_s == pytest.approx(0.1 + 0.25 + 0.1)


async def test_english_is_read_by_espeak_and_keeps_its_marks(answering: Answering) -> None:
    assert (
        await Kokoro(process=answering).symbols("For bills, press 1. Hello?", "en") == "fɔɹ bˈɪlz, pɹˈɛs wˈʌn. həlˈO?"
    )


async def test_figures_are_in_words_first(answering: Answering) -> None:
    kokoro = Kokoro(lambda text, language: text.replace("1", "一"), "7", process=answering)
    assert await kokoro.symbols("按1", "zh-CN") == "a↘n i→"


@pytest.mark.parametrize(("text", "language"), [("……", "zh-CN"), ("", "en"), ("Hallo", "de")])
async def test_what_cannot_be_said_is_refused(answering: Answering, text: str, language: str) -> None:
    with pytest.raises(VoiceError):
        await Kokoro(process=answering).synthesise(text, language)
    assert answering.asked == []


async def test_one_with_much_to_say_is_busy_and_later_is_not(answering: Answering) -> None:
    kokoro = Kokoro(process=answering, most_waiting=1)
    answering.gate.clear()
    first = [asyncio.create_task(kokoro.synthesise("好", "zh-CN")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(VoiceBusy):
        await kokoro.synthesise("好", "zh-CN")
    answering.gate.set()
    await asyncio.gather(*first)
    assert (await kokoro.synthesise("好", "zh-CN")).duration_s == pytest.approx(0.1)


async def test_its_identity_names_all_that_makes_its_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "is_installed", lambda: True)
    mandarin, english = await Kokoro(edition="7").identity("zh-CN"), await Kokoro(edition="7").identity("en")
    assert "zm_yunjian" in mandarin
    assert "af_heart" in english
    assert mandarin != await Kokoro(edition="8").identity("zh-CN")
    assert mandarin != await Kokoro(edition="7", speed=1.1).identity("zh-CN")


async def test_without_its_packages_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "is_installed", lambda: False)
    with pytest.raises(VoiceError, match=r"hotline\[voice\]"):
        await Kokoro().identity("en")


@pytest.mark.parametrize("speaker", STYLES_SHA256)
def test_a_speakers_style_is_whole(speaker: str) -> None:
    style = read_style(speaker)
    assert style.shape == (510, 256)
    assert np.isfinite(style).all()
