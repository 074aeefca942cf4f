"""G.711, the ear, RTP's bytes and the record: what a phone's sound is made of."""

from __future__ import annotations

import wave
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phones import rtp
from phones.audio import PACKET_SAMPLES, Clip, load_wav, murmur, tone
from phones.ear import OTHER, SILENT, Ear
from phones.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode
from phones.sdp import PCMA, PCMU

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("code", "law", "linear"),
    [  # ITU-T G.711 tables 1a and 2a: the ends of the scale, the middle, and one inner value; 16-bit scaled
        (0x80, PCMU, 32124),
        (0x00, PCMU, -32124),
        (0xFF, PCMU, 0),
        (0xEF, PCMU, 132),
        (0xAA, PCMA, 32256),
        (0x2A, PCMA, -32256),
        (0xD5, PCMA, 8),
        (0x55, PCMA, -8),
    ],
)
def test_levels_of_the_recommendation(code: int, law: int, linear: int) -> None:
    decode = ulaw_decode if law == PCMU else alaw_decode
    assert decode(np.array([code], np.uint8))[0] == linear


def test_every_code_word_returns_to_itself() -> None:
    codes = np.arange(256, dtype=np.uint8)
    again = ulaw_encode(ulaw_decode(codes))
    assert np.flatnonzero(again != codes).tolist() == [0x7F]  # minus zero, which has no linear value of its own
    assert (alaw_encode(alaw_decode(codes)) == codes).all()


@given(st.integers(-32_768, 32_767))
def test_the_error_is_within_half_a_step(value: int) -> None:
    sample = np.array([value], np.int16)
    clipped = max(-32_124, min(32_124, value))
    assert abs(int(ulaw_decode(ulaw_encode(sample))[0]) - clipped) <= (abs(clipped) + 132) / 32
    assert abs(int(alaw_decode(alaw_encode(sample))[0]) - value) <= max(
        8, abs(value) / 32 + 512 * (abs(value) > 32_256)
    )


def test_the_ear_tells_tones_silence_and_speech_apart() -> None:
    ear = Ear((400.0, 700.0))
    rows = [tone(400, 0.02), tone(700, 0.02, level=0.02), tone(1000, 0.02), murmur(Random(5), 0.02)]
    for law in (PCMU, PCMA):
        codes = np.stack([np.frombuffer(clip.payload(law), np.uint8) for clip in rows])
        silence = np.full((1, PACKET_SAMPLES), 0xFF if law == PCMU else 0xD5, np.uint8)
        labels = ear.labels(np.vstack((codes, silence)), np.full(5, law == PCMA) if law == PCMA else None)
        assert labels.tolist() == [1, 2, OTHER, OTHER, SILENT]
    assert ear.tone_of(2) == 700
    assert ear.tone_of(OTHER) is None
    with pytest.raises(ValueError, match="not 1000"):
        ear.label_of(1000)


def test_a_key_goes_out_as_the_standard_has_it() -> None:
    packets = rtp.key_packets("5", 0.1)
    assert [packet.duration for packet in packets] == [160, 320, 480, 640, 800, 960, 960, 960]
    assert [packet.end for packet in packets] == [False] * 5 + [True] * 3
    assert rtp.encode_key(packets[-1]) == bytes([5, 0x80 | 10, 0x03, 0xC0])


@given(st.sampled_from(rtp.KEYS), st.integers(0, 0xFFFF), st.booleans())
def test_keys_round_trip(key: str, duration: int, end: bool) -> None:
    event = rtp.KeyEvent(key, duration, end)
    assert rtp.parse_key(rtp.encode_key(event)) == event


@given(st.binary(max_size=200))
def test_noise_raises_only_rtp_errors(data: bytes) -> None:
    try:
        assert 12 <= rtp.payload_start(data) <= len(data)
        rtp.parse_key(data)
    except rtp.RtpError:
        return


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_a_wav_of_any_rate_sounds_the_same(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    at = np.arange(rate)
    samples = (np.sin(2 * np.pi * 400 * at / rate) * 10_000).astype(np.int16)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.repeat(samples, 2).tobytes())
    clip = load_wav(path)
    assert clip.duration_s == 1.0
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert spectrum.argmax() == 400


def test_a_clip_is_whole_packets_ending_in_silence() -> None:
    payload = Clip(np.full(161, 5000, np.int16)).payload(PCMU)
    assert len(payload) == 2 * PACKET_SAMPLES
    assert payload[161:] == b"\xff" * 159
    with pytest.raises(ValueError, match="non-empty"):
        Clip(np.zeros(0, np.int16))


def test_speech_from_one_seed_is_one_speech() -> None:
    assert (murmur(Random(1), 1).samples == murmur(Random(1), 1).samples).all()
    assert (murmur(Random(1), 1).samples != murmur(Random(2), 1).samples).any()
