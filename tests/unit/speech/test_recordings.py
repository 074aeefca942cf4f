"""Recordings of any usual format, and what is said of those that cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech import recordings
from speech.recordings import find_recordings, read_recording
from speech.voice import SoundError
from tests.unit.speech.voices import tone

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("ending", "subtype", "rate"),
    [
        ("wav", "PCM_16", 44_100),
        ("wav", "PCM_24", 48_000),
        ("wav", "ULAW", 8000),
        ("flac", "PCM_16", 16_000),
        ("ogg", "VORBIS", 44_100),
        ("mp3", "MPEG_LAYER_III", 44_100),
    ],
)
@pytest.mark.parametrize("channels", [1, 2])
def test_usual_formats_become_mono(tmp_path: Path, ending: str, subtype: str, rate: int, channels: int) -> None:
    samples = tone(440, 1.0, rate).samples / 32768  # libsndfile 1.2 spoils a stereo MP3 that it writes from integers
    path = tmp_path / f"welcome.{ending}"
    soundfile.write(path, np.stack([samples] * channels, axis=1), rate, subtype=subtype)
    sound = read_recording(path)
    assert (sound.rate, sound.samples.ndim) == (rate, 1)
    assert sound.duration_s == pytest.approx(1.0, abs=0.06)
    assert np.abs(sound.samples).max() == pytest.approx(0.3 * 32767, rel=0.1)


def test_what_is_no_sound_or_too_long_or_too_coarse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for ending in ("wav", "mp3"):
        (tmp_path / f"bad.{ending}").write_bytes(b"no sound at all")
        with pytest.raises(SoundError, match=f"bad.{ending}: cannot be read"):
            read_recording(tmp_path / f"bad.{ending}")
    soundfile.write(tmp_path / "coarse.wav", tone(440, 0.1, 4000).samples, 4000)
    with pytest.raises(SoundError, match="a telephone has 8000"):
        read_recording(tmp_path / "coarse.wav")
    monkeypatch.setattr(recordings, "LONGEST_S", 1.0)
    soundfile.write(tmp_path / "long.wav", tone(440, 1.5, 8000).samples, 8000)
    with pytest.raises(SoundError, match="at most 1 s"):
        read_recording(tmp_path / "long.wav")


def test_a_mobile_phones_format_names_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "memo.m4a").write_bytes(b"\0" * 100)
    said = "ffmpeg cannot read it" if shutil.which("ffmpeg") else "apt-get install ffmpeg"
    with pytest.raises(SoundError, match=said):
        read_recording(tmp_path / "memo.m4a")


def test_recordings_are_found_by_key_lossless_first(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    for name in ("a.mp3", "a.wav", "b.OGG", "notes.txt"):
        (tmp_path / "en" / name).touch()
    found = find_recordings(tmp_path, "en")
    assert {key: [path.name for path in paths] for key, paths in found.items()} == {
        "a": ["a.wav", "a.mp3"],
        "b": ["b.OGG"],
    }
    assert find_recordings(tmp_path, "zh-CN") == {}
