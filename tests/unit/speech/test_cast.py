"""People of the demonstration: told apart, and recorded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from speech.cast import record_line, speaker
from tests.unit.speech.voices import ToneVoice

pytestmark = pytest.mark.unit


def test_forty_people_differ() -> None:
    assert len({(one.variant, one.pitch) for one in map(speaker, range(40))}) == 40


async def test_a_line_is_recorded_once_for_each_voice(tmp_path: Path, voice: ToneVoice) -> None:
    first = await record_line(tmp_path, voice, "你好", "zh-CN")
    assert await record_line(tmp_path, voice, "你好", "zh-CN") == first
    assert len(voice.asked) == 1
    voice.version = "2"
    assert await record_line(tmp_path, voice, "你好", "zh-CN") != first


async def test_every_speaker_is_installed(tmp_path: Path) -> None:
    stems = {await record_line(tmp_path, speaker(number), "喂", "zh-CN") for number in range(3)}
    assert len(stems) == 3
