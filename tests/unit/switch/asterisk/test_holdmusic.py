"""The chime: encoded as libsndfile would, quiet, and without a click where it repeats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from switch.asterisk.instance.holdmusic import alaw, chime, ulaw, write_hold_music

pytestmark = pytest.mark.unit

EVERY_SAMPLE = np.arange(-32768, 32768, dtype=np.int16)


@pytest.mark.parametrize(("subtype", "encode", "step"), [("ULAW", ulaw, 1024), ("ALAW", alaw, 1024)])
def test_every_sample_decodes_to_within_its_quantisation_step(
    tmp_path: Path, subtype: str, encode: object, step: int
) -> None:
    assert callable(encode)
    file = tmp_path / "x.raw"
    file.write_bytes(encode(EVERY_SAMPLE))
    decoded, _ = soundfile.read(
        file, dtype="int16", samplerate=8000, channels=1, format="RAW", subtype=subtype, endian="FILE"
    )
    error = np.abs(decoded.astype(int) - EVERY_SAMPLE.astype(int))
    assert error.max() <= step
    # Logarithmic: small samples are nearly exact.
    assert error[np.abs(EVERY_SAMPLE.astype(int)) < 256].max() <= 16


def test_the_chime_is_quieter_than_speech_and_repeats_without_a_click() -> None:
    samples = chime().astype(int)
    assert len(samples) == 24 * 8000
    assert np.abs(samples).max() <= 5000
    inside = np.abs(np.diff(samples)).max()
    assert abs(samples[0] - samples[-1]) <= inside


def test_music_in_place_is_left_alone(tmp_path: Path) -> None:
    write_hold_music(tmp_path)
    (tmp_path / "chime.ulaw").write_bytes(b"mine")
    write_hold_music(tmp_path)
    assert (tmp_path / "chime.ulaw").read_bytes() == b"mine"
