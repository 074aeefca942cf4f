"""Music that loops without a seam and that no switch takes for a key."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from speech.levelling import loudness
from speech.store import ENDINGS
from speech.tones import BEEP, MUSIC, beep, music, write_tones

pytestmark = pytest.mark.unit

DTMF = (697, 770, 852, 941, 1209, 1336, 1477, 1633)


@pytest.fixture(scope="module")
def loop() -> np.ndarray:
    return music().samples.astype(float) / 32768


def test_music_is_long_quiet_and_never_still(loop: np.ndarray) -> None:
    assert 28 <= len(loop) / 8000 <= 35
    assert -30 < loudness(loop, 8000) < -20
    assert np.abs(loop).max() < 0.3
    seconds = loop[: len(loop) // 8000 * 8000].reshape(-1, 8000)
    assert (np.square(seconds).mean(axis=1) > 1e-5).all()


def test_the_end_leads_into_the_beginning(loop: np.ndarray) -> None:
    steps = np.abs(np.diff(np.concatenate([loop, loop[:8000]])))
    assert steps[len(loop) - 1] <= np.percentile(steps, 99)


def test_no_moment_of_music_is_a_key(loop: np.ndarray) -> None:
    """A key is a low and a high tone, each a good part of the power (Q.24): never so in any 40 ms."""
    frames = loop[: len(loop) // 320 * 320].reshape(-1, 320) * np.hanning(320)
    power = np.square(frames).sum(axis=1) + 1e-9
    at = np.arange(320) / 8000
    share = np.array([np.abs(frames @ np.exp(-2j * np.pi * hertz * at)) ** 2 / power for hertz in DTMF]) / 120
    low, high = share[:4].max(axis=0), share[4:].max(axis=0)
    assert np.minimum(low, high).max() < 0.2


def test_a_beep_has_soft_ends() -> None:
    samples = beep().samples
    assert np.abs(samples[[0, -1]]).max() == 0
    assert np.abs(samples).max() > 9000


def test_tones_are_written_once(tmp_path: Path) -> None:
    stems = write_tones(tmp_path)
    assert set(stems) == {MUSIC, BEEP}
    paths = [Path(f"{stem}{ending}") for stem in stems.values() for ending in ENDINGS]
    assert all(path.stat().st_size > 2000 for path in paths)
    assert sorted(path.name for path in stems[MUSIC].parent.iterdir()) == [f"default{end}" for end in sorted(ENDINGS)]
    for path in paths:
        os.utime(path, ns=(1, 1))
    write_tones(tmp_path)
    assert all(path.stat().st_mtime_ns == 1 for path in paths)
