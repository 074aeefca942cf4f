"""End-pointing finds where an utterance begins and ends in a row of frames, by their level.

It needs no model and no clock: time is counted in sound.

The noise floor follows the level down at once and up slowly, so a voice, which pauses between syllables, stands out
of a noisy street as well as of a quiet room. What is too short to be a word (a click, a cough's edge) begins nothing.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calls.ids import Seconds
from speech.voice import Samples

FRAME_S: Seconds = 0.02

Moment = Literal["silence", "began", "speech", "ended"]


@dataclass(frozen=True, slots=True)
class Endpointing:
    """Limits of what counts as speech. Levels are in dB; 0 dBFS is a square wave of full scale."""

    least_dbfs: float = -42.0
    """Quieter is never a voice: a line's own noise is near -60."""
    above_floor_db: float = 8.0
    begin_s: Seconds = 0.1
    """So much voice within twice that time begins an utterance."""
    end_s: Seconds = 0.7
    """So much silence ends it: pauses within a sentence are shorter."""
    rise_db_s: float = 3.0
    """How fast the noise floor follows a level that stays up."""


class Endpointer:
    """Takes frames of FRAME_S one after the other. After `ended` make a new one."""

    def __init__(self, settings: Endpointing = Endpointing()) -> None:
        self._settings = settings
        self._floor_db = -70.0
        self._needed = max(1, round(settings.begin_s / FRAME_S))
        self._lately: deque[bool] = deque(maxlen=2 * self._needed)
        self._speaking = False
        self.quiet_s: Seconds = 0.0
        """So much silence since the last voice of the utterance."""

    def hear(self, frame: Samples) -> Moment:
        """The moment that this frame is."""
        voiced = self._is_voiced(frame)
        if not self._speaking:
            self._lately.append(voiced)
            if sum(self._lately) < self._needed:
                return "silence"
            self._speaking = True
            return "began"
        self.quiet_s = 0.0 if voiced else self.quiet_s + FRAME_S
        return "ended" if self.quiet_s >= self._settings.end_s else "speech"

    def _is_voiced(self, frame: Samples) -> bool:
        power = float(np.mean(np.square(frame, dtype=np.float64)))
        level_db = 10 * math.log10(power) - _FULL_SCALE_DB if power > 0 else _SILENCE_DB
        settings = self._settings
        self._floor_db = min(level_db, self._floor_db + settings.rise_db_s * FRAME_S)
        self._floor_db = max(self._floor_db, _SILENCE_DB)
        return level_db > max(settings.least_dbfs, self._floor_db + settings.above_floor_db)


_FULL_SCALE_DB = 20 * math.log10(32_768)
_SILENCE_DB = -90.0
