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


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_a_wav_of_floats_is_heard(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "welcome.wav"
    samples = tone(440, 1.0, 44_100).samples / 32768
    soundfile.write(path, samples, 44_100, subtype=subtype)
    sound = read_recording(path)
    assert np.abs(sound.samples / 32768 - samples).max() < 1e-4


def test_floats_that_count_as_integers_do_are_heard_too(tmp_path: Path) -> None:
    path = tmp_path / "welcome.wav"
    samples = tone(440, 1.0, 16_000).samples
    soundfile.write(path, samples.astype(np.float32), 16_000, subtype="FLOAT")
    assert np.abs(read_recording(path).samples - samples).max() <= 1


@pytest.mark.parametrize(("ending", "subtype"), [("ogg", "VORBIS"), ("wav", "FLOAT"), ("mp3", "MPEG_LAYER_III")])
def test_what_is_too_loud_is_clipped_and_does_not_wrap(tmp_path: Path, ending: str, subtype: str) -> None:
    path = tmp_path / f"loud.{ending}"
    samples = np.sign(tone(300, 1.0, 44_100).samples).astype(np.float32) * 0.999
    samples += np.random.default_rng(1).normal(0, 0.2, len(samples)).astype(np.float32)
    soundfile.write(path, samples, 44_100, subtype=subtype)
    sound = read_recording(path)
    assert np.abs(sound.samples.astype(int)).max() >= 32_000
    far = np.abs(np.diff(sound.samples.astype(int))) > 60_000  # from one end of the range to the other in one step
    assert far.sum() <= 2 * 300 * 1.1, "as often as the square wave itself turns"


def test_no_number_in_a_float_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    samples = (tone(440, 0.5, 8000).samples / 32768).astype(np.float32)
    samples[100], samples[200] = np.nan, np.inf
    soundfile.write(path, samples, 8000, subtype="FLOAT")
    sound = read_recording(path)
    assert sound.samples[100] == 0
    assert sound.samples[200] == 32_767


@pytest.mark.parametrize("subtype", ["GSM610", "MS_ADPCM", "G721_32"])
@pytest.mark.parametrize("frames", [320 * 5, 320 * 6, 320 * 5 - 100, 8000])
def test_a_wav_of_blocks_is_as_long_as_its_header_says(tmp_path: Path, subtype: str, frames: int) -> None:
    path = tmp_path / "welcome.wav"
    soundfile.write(path, tone(440, 2.0, 8000).samples[:frames], 8000, subtype=subtype)
    sound = read_recording(path)
    assert len(sound.samples) == frames
    assert np.abs(sound.samples[-320:].astype(int)).max() < 0.4 * 32_768, "no noise at its end"


def test_a_gsm_wav_without_a_length_has_its_whole_blocks(tmp_path: Path) -> None:
    path = tmp_path / "welcome.wav"
    soundfile.write(path, tone(440, 0.2, 8000).samples, 8000, subtype="GSM610")
    content = path.read_bytes()
    at = content.index(b"fact")
    path.write_bytes(content[:at] + b"junk" + content[at + 4 :])
    assert len(read_recording(path).samples) == 1600
