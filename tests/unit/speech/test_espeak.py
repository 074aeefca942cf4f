"""The real espeak-ng: a telephone's sound out of words in both languages, and errors that say what to do."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import numpy as np
import pytest

from speech.espeak import Espeak
from speech.pinyin import READING
from speech.voice import Pcm, VoiceError
from speech.worded import WordedVoice
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("text", "language"), [("您好，请按一。", "zh-CN"), ("Please press one.", "en")])
async def test_words_become_sound(text: str, language: str) -> None:
    sound = await Espeak().synthesise(text, language)
    assert sound.rate == 22_050
    assert 0.8 < sound.duration_s < 4
    assert np.abs(sound.samples).max() > 3000


async def test_more_words_last_longer_and_are_not_options() -> None:
    voice = Espeak()
    short, long = await asyncio.gather(
        voice.synthesise("--version", "en"), voice.synthesise("--version one two three four five six", "en")
    )
    assert long.duration_s > short.duration_s + 1


async def test_speakers_differ() -> None:
    first, second = await asyncio.gather(
        Espeak().synthesise("你好", "zh"), Espeak(variant="f2", pitch=70).synthesise("你好", "zh")
    )
    assert len(first.samples) != len(second.samples) or (first.samples != second.samples).any()


async def test_identity_names_what_changes_the_sound() -> None:
    voice = Espeak(variant="f2", words_a_minute=140)
    identity = await voice.identity("zh-CN")
    assert identity.startswith("espeak-ng 1.")
    assert identity.endswith(f"cmn-latn-pinyin+f2 175 50 {READING}")
    assert identity != await voice.identity("en")


@pytest.mark.parametrize(
    ("text", "language", "said"), [("。。", "zh", "nothing to say"), ("a", "fr", "there are zh, en")]
)
async def test_what_cannot_be_said(text: str, language: str, said: str) -> None:
    with pytest.raises(VoiceError, match=said):
        await Espeak().synthesise(text, language)


async def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(VoiceError, match="apt-get install espeak-ng"):
        await Espeak(program="/nonexistent/espeak-ng").identity("en")


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_a_program_that_hangs_is_killed_at_the_deadline(tmp_path: Path) -> None:
    hanging = Espeak(program=program(tmp_path / "hang", "exec sleep 60"), deadline_s=0.05)
    with pytest.raises(VoiceError, match=r"did not finish within 0\.05 s") as caught:
        await hanging.synthesise("a", "en")
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("script", "said"),
    [("echo no data >&2; exit 3", "failed with status 3: no data"), ("echo RIFF", "gave no sound")],
)
async def test_a_program_that_fails_is_quoted(tmp_path: Path, script: str, said: str) -> None:
    with pytest.raises(VoiceError, match=said):
        await Espeak(program=program(tmp_path / "bad", f"cat >/dev/null; {script}")).synthesise("a", "en")


@pytest.mark.parametrize(("text", "language"), [("您好，请稍候。", "zh-CN"), ("Hello, one moment.", "en")])
async def test_pace_is_obeyed(text: str, language: str) -> None:
    slow, fast = [await Espeak(words_a_minute=pace).synthesise(text, language) for pace in (110, 220)]
    assert slow.duration_s > 1.4 * fast.duration_s


async def test_a_worded_voice_is_given_words_and_is_another_one() -> None:
    given: list[str] = []

    class Listening:
        async def synthesise(self, text: str, language: str) -> Pcm:
            given.append(text)
            return await ToneVoice().synthesise(text, language)

        async def identity(self, language: str) -> str:
            return "tone"

    voice = WordedVoice(Listening(), lambda text, language: text.replace("2", "两"), "7")
    await voice.synthesise("2位", "zh-CN")
    assert given == ["两位"]
    assert await voice.identity("zh-CN") == "tone words 7"
