"""The building of prompts: made once, found again, recordings win, damage is repaired, failures are told."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest
import soundfile

from speech.building import MANIFEST, Builder, Built, Prompt
from speech.voice import SoundError
from tests.unit.speech.voices import ToneVoice, tone

pytestmark = pytest.mark.unit

PROMPTS = [Prompt("welcome", "zh-CN", "您好"), Prompt("welcome", "en", "Hello"), Prompt("bye", "en", "Goodbye")]


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    (tmp_path / "recordings" / "en").mkdir(parents=True)
    return tmp_path / "recordings"


@pytest.fixture
def builder(tmp_path: Path, voice: ToneVoice, recordings: Path) -> Builder:
    return Builder(tmp_path / "sounds", voice, recordings=recordings, parallel=2)


def wav(built: Built, key: str = "welcome", language: str = "en") -> Path:
    return Path(f"{built.stems[key, language]}.wav")


def are_encoded(built: Built) -> bool:
    return all(Path(f"{stem}.ulaw").is_file() and stem.is_absolute() for stem in built.stems.values())


def damage(path: Path) -> bytes:
    """Change one byte; what it was before."""
    whole = path.read_bytes()
    damaged = bytearray(whole)
    damaged[501] ^= 0x55
    path.write_bytes(damaged)
    return whole


async def test_everything_is_made_once_and_then_found(builder: Builder, voice: ToneVoice) -> None:
    seen: list[tuple[int, int, str]] = []
    first = await builder.build(PROMPTS, lambda done, total, key: seen.append((done, total, key)))
    assert (first.made, first.kept, first.failures, first.warnings) == (3, 0, [], [])
    assert [(done, total) for done, total, _ in seen] == [(1, 3), (2, 3), (3, 3)]
    assert set(first.stems) == {("welcome", "zh-CN"), ("welcome", "en"), ("bye", "en")}
    assert are_encoded(first)
    assert first.durations_s["bye", "en"] == pytest.approx(0.65, abs=0.03)

    again = await builder.build(PROMPTS)
    assert (again.made, again.kept) == (0, 3)
    assert again.stems == first.stems
    assert len(voice.asked) == 3


async def test_a_changed_word_builds_one_and_the_old_one_stays(builder: Builder, voice: ToneVoice) -> None:
    before = await builder.build(PROMPTS)
    after = await builder.build([Prompt("welcome", "zh-CN", "您好！"), *PROMPTS[1:]])
    assert (after.made, after.kept) == (1, 2)
    assert wav(before, language="zh-CN").exists()
    assert wav(after, language="zh-CN") != wav(before, language="zh-CN")


async def test_another_version_of_the_voice_builds_all(builder: Builder, voice: ToneVoice) -> None:
    await builder.build(PROMPTS)
    voice.version = "2"
    assert (await builder.build(PROMPTS)).made == 3


async def test_the_same_words_are_made_once(builder: Builder, voice: ToneVoice) -> None:
    built = await builder.build([Prompt("a", "en", "Hello"), Prompt("b", "en", "Hello")])
    assert built.made == 1
    assert built.stems["a", "en"] == built.stems["b", "en"]


async def test_a_recording_wins_and_a_better_one_wins_again(
    builder: Builder, voice: ToneVoice, recordings: Path
) -> None:
    spoken = await builder.build(PROMPTS)
    soundfile.write(recordings / "en" / "welcome.flac", tone(777, 1.0, 44_100).samples, 44_100)
    recorded = await builder.build(PROMPTS)
    assert (recorded.made, recorded.kept) == (1, 2)
    assert recorded.stems["welcome", "en"] != spoken.stems["welcome", "en"]
    assert recorded.durations_s["welcome", "en"] == pytest.approx(1.15, abs=0.03)
    assert (await builder.build(PROMPTS)).made == 0

    soundfile.write(recordings / "en" / "welcome.flac", tone(777, 2.0, 44_100).samples, 44_100)
    assert (await builder.build(PROMPTS)).durations_s["welcome", "en"] == pytest.approx(2.15, abs=0.03)
    (recordings / "en" / "welcome.flac").unlink()
    assert (await builder.build(PROMPTS)).stems == spoken.stems
    assert len(voice.asked) == 3


async def test_recordings_nobody_plays_are_told(builder: Builder, recordings: Path) -> None:
    for name in ("welcom.wav", "bye.wav", "bye.flac"):
        soundfile.write(recordings / "en" / name, tone(500, 0.5, 8000).samples, 8000)
    warnings = (await builder.build(PROMPTS)).warnings
    assert len(warnings) == 2
    assert "bye.flac: bye.wav is played in its place" in warnings[0]
    assert "welcom.wav: no phrase welcom in en" in warnings[1]


async def test_a_recording_that_is_no_sound_fails_alone(builder: Builder, recordings: Path) -> None:
    (recordings / "en" / "bye.mp3").write_bytes(b"not a sound")
    built = await builder.build(PROMPTS)
    assert built.made == 2
    assert [failure.prompt.key for failure in built.failures] == ["bye"]
    assert "bye.mp3: cannot be read as sound" in built.failures[0].reason
    assert ("bye", "en") not in built.stems


async def test_one_refused_sentence_does_not_stop_the_others(builder: Builder, voice: ToneVoice) -> None:
    voice.refused = {"Hello"}
    built = await builder.build(PROMPTS)
    assert built.made == 2
    assert [(failure.prompt.key, failure.reason) for failure in built.failures] == [("welcome", "refused 5 characters")]
    voice.refused = set()
    assert (await builder.build(PROMPTS)).made == 1


@pytest.mark.parametrize("ending", [".wav", ".ulaw", ".alaw"])
async def test_a_damaged_sound_is_built_again(builder: Builder, ending: str) -> None:
    built = await builder.build(PROMPTS)
    path = wav(built).with_suffix(ending)
    whole = damage(path)
    again = await builder.build(PROMPTS)
    assert (again.made, again.kept) == (1, 2)
    assert damage(path) == whole


async def test_a_touched_sound_is_looked_at_and_kept(builder: Builder) -> None:
    built = await builder.build(PROMPTS)
    os.utime(wav(built))
    assert (await builder.build(PROMPTS)).made == 0


@pytest.mark.parametrize("content", [None, b"", b"{garbage", b'{"sounds": 3}'])
async def test_without_its_manifest_nothing_is_made_twice(
    builder: Builder, tmp_path: Path, content: bytes | None
) -> None:
    await builder.build(PROMPTS)
    manifest = tmp_path / "sounds" / MANIFEST
    manifest.unlink()
    if content is not None:
        manifest.write_bytes(content)
    assert (await builder.build(PROMPTS)).kept == 3
    assert manifest.stat().st_size > 100


async def test_with_the_voice_away_yesterdays_sounds_are_played(builder: Builder, voice: ToneVoice) -> None:
    await builder.build(PROMPTS)
    voice.away = True
    built = await builder.build([*PROMPTS, Prompt("new", "en", "New"), Prompt("neu", "de", "Neu")])
    assert built.kept == 3
    assert {failure.prompt.key for failure in built.failures} == {"new", "neu"}
    assert len(built.warnings) == 3
    assert "away" in built.warnings[0]


async def test_a_full_disk_stops_and_keeps_what_was_finished(
    builder: Builder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replace, one_at_a_time = os.replace, threading.Lock()

    def full_after_one(source: Path, target: Path) -> None:
        with one_at_a_time:  # clips are stored by several threads
            if list((tmp_path / "sounds").rglob("*.wav")) and ".json" not in str(target):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr("speech.store.os.replace", full_after_one)
        with pytest.raises(SoundError, match="disk full"):
            await builder.build(PROMPTS)
    assert not list((tmp_path / "sounds").rglob("*.part-*"))
    built = await builder.build(PROMPTS)
    assert (built.kept, built.made) == (1, 2)


async def test_parallel_is_bounded(builder: Builder, voice: ToneVoice) -> None:
    await builder.build([Prompt(f"k{number}", "en", f"text {number}") for number in range(20)])
    assert voice.most_busy == 2


async def test_pruning_keeps_what_may_be_played(builder: Builder) -> None:
    old = await builder.build(PROMPTS)
    new = await builder.build([Prompt("welcome", "en", "Hello again")])
    assert builder.prune(new.stems.values()) == 3
    assert wav(new).exists()
    assert not wav(old).exists()
    assert (await builder.build(PROMPTS)).made == 3


async def test_a_thousand_that_are_there_are_asked_of_nobody(builder: Builder, voice: ToneVoice) -> None:
    prompts = [Prompt(f"key_{number}", "en", f"text {number % 50}") for number in range(1000)]
    await builder.build(prompts)
    asked = len(voice.asked)
    assert (await builder.build(prompts)).kept == 1000
    assert len(voice.asked) == asked
