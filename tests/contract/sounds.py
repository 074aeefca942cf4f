"""What can be heard in a file: the known sounds, each a tone of its own, and silence. And files that sound so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from calls.ids import Seconds
from phones.audio import RATE_HZ, tone
from tests.contract.rig import PROMPTS, Recorded

TONES = {"caller": 500.0, "agent": 800.0, "supervisor": 1200.0, "low": 300.0, "high": 1600.0}
_AUDIBLE = 0.01
_BLOCK_S = 0.1
_FRAME_S = 0.02


def write_prompts(folder: Path) -> None:
    folder.mkdir()
    for name, seconds in PROMPTS.items():
        soundfile.write(folder / f"{name}.wav", tone(TONES[name], seconds).samples, RATE_HZ)


def listen(path: Path | str) -> Recorded:
    """What is in a file."""
    samples, rate = soundfile.read(path, always_2d=True)
    sides = [sounds_in(samples[:, side], rate) for side in range(samples.shape[1])]
    return Recorded(sides[0], sides[-1] if len(sides) > 1 else set(), len(samples) / rate, _silence(samples, rate))


def write(path: Path, recorded: Recorded) -> None:
    """A stereo file in which `listen` hears this: first the longest silence, then all sounds of a side in turn."""
    silent = np.zeros(round(recorded.silent_s * RATE_HZ), np.int16)
    sounding_s = recorded.duration_s - recorded.silent_s
    sides = [np.concatenate((silent, _in_turn(side, sounding_s))) for side in (recorded.left, recorded.right)]
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack(sides, axis=1), RATE_HZ)


def _in_turn(sounds: set[str], seconds: Seconds) -> np.ndarray:
    whole = np.zeros(round(seconds * RATE_HZ), np.int16)
    for part, name in zip(np.array_split(whole, max(1, len(sounds))), sorted(sounds), strict=False):
        part[:] = tone(TONES[name], seconds).samples[: len(part)]
    return whole


def sounds_in(samples: np.ndarray, rate: int) -> set[str]:
    """The known tones in a track, of a block's length at least."""
    heard = set()
    length = int(rate * _BLOCK_S)
    for start in range(0, len(samples) - length, length):
        block = samples[start : start + length]
        if np.abs(block).mean() > _AUDIBLE:
            hz = np.argmax(np.abs(np.fft.rfft(block))) * rate / length
            heard |= {name for name, tone_hz in TONES.items() if abs(tone_hz - hz) < 15}
    return heard


def _silence(samples: np.ndarray, rate: int) -> Seconds:
    """The longest stretch without a sound on any side."""
    length = int(rate * _FRAME_S)
    quiet = longest = 0
    for start in range(0, len(samples) - length, length):
        quiet = quiet + 1 if np.abs(samples[start : start + length]).mean() < _AUDIBLE else 0
        longest = max(longest, quiet)
    return longest * _FRAME_S
