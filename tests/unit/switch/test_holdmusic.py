"""The chime: quiet, without a click where it repeats, and never a key; in the files that each switch wants."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from phones.ear import Ear
from switch.holdmusic import chime, write_hold_music

pytestmark = pytest.mark.unit

DTMF = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


def test_the_chime_is_quieter_than_speech_and_repeats_without_a_click() -> None:
    samples = chime().astype(int)
    assert len(samples) == 24 * 8000
    assert np.abs(samples).max() <= 5000
    inside = np.abs(np.diff(samples)).max()
    assert abs(samples[0] - samples[-1]) <= inside


def test_no_moment_of_it_is_a_key() -> None:
    """A key is a low and a high tone, each a good part of the power (Q.24): never so in any 40 ms."""
    frames = (chime() / 32768).reshape(-1, 320) * np.hanning(320)
    power = np.square(frames).sum(axis=1) + 1e-9
    at = np.arange(320) / 8000
    share = np.array([np.abs(frames @ np.exp(-2j * np.pi * hertz * at)) ** 2 / power for hertz in DTMF]) / 120
    low, high = share[:4].max(axis=0), share[4:].max(axis=0)
    assert np.minimum(low, high).max() < 0.2


def test_no_packet_of_it_is_taken_for_a_test_tone(tmp_path: Path) -> None:
    """Whatever 20 ms of it a packet holds, in either codec."""
    write_hold_music(tmp_path, ".ulaw", ".alaw")
    ear = Ear()
    for law in ("ulaw", "alaw"):
        codes = np.frombuffer((tmp_path / f"chime.{law}").read_bytes(), np.uint8)
        for first in range(0, 160, 8):
            packets = np.roll(codes, -first).reshape(-1, 160)
            labels = ear.labels(packets, np.full(len(packets), law == "alaw"))
            assert {ear.tone_of(label) for label in labels.tolist() if label > 0} == set()


def test_every_file_holds_the_same_music(tmp_path: Path) -> None:
    write_hold_music(tmp_path, ".sln", ".ulaw", ".alaw", ".wav")
    music = chime()
    assert (tmp_path / "chime.sln").read_bytes() == music.astype("<i2").tobytes()
    with wave.open(str(tmp_path / "chime.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 8000)
        assert file.readframes(file.getnframes()) == music.astype("<i2").tobytes()
    for law in ("ulaw", "alaw"):
        path = tmp_path / f"chime.{law}"
        back, _ = soundfile.read(path, dtype="int16", samplerate=8000, channels=1, format="RAW", subtype=law.upper())
        assert np.abs(back.astype(int) - music).max() <= 128  # half a step at its loudest, 5,000


def test_music_in_place_is_left_alone(tmp_path: Path) -> None:
    write_hold_music(tmp_path, ".ulaw", ".alaw")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chime.alaw", "chime.ulaw"]
    (tmp_path / "chime.ulaw").write_bytes(b"mine")
    write_hold_music(tmp_path, ".sln", ".ulaw", ".alaw")
    assert (tmp_path / "chime.ulaw").read_bytes() == b"mine"
    assert (tmp_path / "chime.sln").exists()
