"""Prompts that come ready: found by their words, and by nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.building import Builder, Prompt
from speech.levelling import Levelling, loudness
from speech.ready import ReadySounds, words_hash
from speech.recordings import read_recording
from tests.unit.speech.voices import ToneVoice, tone

pytestmark = pytest.mark.unit


@pytest.fixture
def ready(tmp_path: Path) -> ReadySounds:
    sounds = ReadySounds(tmp_path / "ready")
    sounds.keep("welcome", "en", "Hello", Levelling().apply(tone(440, 0.8)))
    return sounds


def test_a_sound_is_found_by_its_words_and_language(ready: ReadySounds) -> None:
    path = ready.folder / "en" / f"welcome.{words_hash('en', 'Hello')}.ogg"
    assert ready.find("en", "Hello") == path
    assert ReadySounds(ready.folder).find("en", "Hello") == path
    assert ready.find("en", "Hello!") is None
    assert ready.find("zh-CN", "Hello") is None


def test_a_sound_is_small_and_as_loud_and_long_as_it_was(ready: ReadySounds) -> None:
    path = ready.find("en", "Hello")
    assert path is not None
    assert path.stat().st_size < 4000
    pcm = read_recording(path)
    assert pcm.rate == 8000
    assert pcm.duration_s == pytest.approx(0.95, abs=0.02)
    assert loudness(pcm.samples / 32768, 8000) == pytest.approx(-20, abs=1)
    assert np.abs(pcm.samples).max() < 32767


def test_what_no_phrase_says_is_told(ready: ReadySounds) -> None:
    assert ready.strays({("en", "Hello")}) == []
    assert ready.strays({("en", "Hello!")}) == [ready.find("en", "Hello")]
    assert ready.remove_strays({("en", "Hello")}) == 0
    assert ready.remove_strays({("en", "Hello!")}) == 1
    assert ready.find("en", "Hello") is ReadySounds(ready.folder).find("en", "Hello") is None


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert ReadySounds(tmp_path / "none").find("en", "Hello") is None


async def test_the_voice_says_what_does_not_come_ready(ready: ReadySounds, tmp_path: Path, voice: ToneVoice) -> None:
    prompts = [Prompt("welcome", "en", "Hello"), Prompt("bye", "en", "Goodbye")]
    builder = Builder(tmp_path / "sounds", voice, ready=ready)
    built = await builder.build(prompts)
    assert (built.ready, built.made, built.kept, built.failures) == (1, 1, 0, [])
    assert voice.asked == [("Goodbye", "en")]
    again = await builder.build([Prompt("welcome", "en", "Hello there"), prompts[1]])
    assert (again.ready, again.made, again.kept) == (0, 1, 1)


async def test_a_recording_wins(ready: ReadySounds, tmp_path: Path, voice: ToneVoice) -> None:
    import soundfile

    (tmp_path / "recordings" / "en").mkdir(parents=True)
    pcm = tone(880, 0.3)
    soundfile.write(tmp_path / "recordings" / "en" / "welcome.wav", pcm.samples, pcm.rate)
    builder = Builder(tmp_path / "sounds", voice, recordings=tmp_path / "recordings", ready=ready)
    built = await builder.build([Prompt("welcome", "en", "Hello")])
    assert (built.ready, built.made) == (0, 1)
    assert built.durations_s["welcome", "en"] == pytest.approx(0.45, abs=0.02)


async def test_without_a_voice_what_comes_ready_is_there(ready: ReadySounds, tmp_path: Path, voice: ToneVoice) -> None:
    voice.away = True
    built = await Builder(tmp_path / "sounds", voice, ready=ready).build([Prompt("welcome", "en", "Hello")])
    assert (built.ready, built.failures) == (1, [])
