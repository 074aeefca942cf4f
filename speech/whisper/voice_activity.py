"""Voice activity finds where somebody speaks within an utterance: silero's network, 32 ms at a time.

The endpointer goes by level alone, so a door, a cough or music may be an utterance to it. Here those are told from
speech, before the recogniser makes words up of them; and silence at both ends is cut off.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from speech.whisper.weights import read_voice_activity

RATE = 16_000
_STEP = 512
_BEFORE = 64
"""Samples of the step before that the network sees again."""
_STATE = 128

Sound: TypeAlias = NDArray[np.float32]


class VoiceActivity:
    """Loaded once, asked from any thread. Raises SpeechError where it is not installed."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            read_voice_activity(), options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, sound: Sound) -> Sound:
        """How sure it is that somebody speaks, from 0 to 1, for each 32 ms of 16 kHz sound."""
        count = -(-len(sound) // _STEP)
        padded = np.zeros(_BEFORE + count * _STEP, np.float32)
        padded[_BEFORE : _BEFORE + len(sound)] = sound
        steps = np.lib.stride_tricks.sliding_window_view(padded, _BEFORE + _STEP)[::_STEP]
        state = np.zeros((1, 1, _STATE), np.float32)
        found, _, _ = self._session.run(None, {"input": np.ascontiguousarray(steps), "h": state, "c": state})
        return np.asarray(found, np.float32).reshape(-1)


def spoken(
    sound: Sound, probabilities: Sound, *, sure: float = 0.5, least_s: float = 0.1, around_s: float = 0.25
) -> Sound:
    """The sound from the first to the last step with speech, and `around_s` more at both ends; empty where there is
    less than `least_s` of speech in it."""
    steps = np.flatnonzero(probabilities >= sure)
    if len(steps) * _STEP < least_s * RATE:
        return sound[:0]
    around = round(around_s * RATE)
    return sound[max(0, steps[0] * _STEP - around) : (steps[-1] + 1) * _STEP + around]


def turns(
    probabilities: Sound, *, sure: float = 0.5, pause_s: float = 0.6, least_s: float = 0.2, longest_s: float = 25.0
) -> list[tuple[float, float]]:
    """Where somebody speaks, in seconds: with no pause as long as `pause_s` within, and cut after `longest_s`."""
    step_s = _STEP / RATE
    found: list[tuple[float, float]] = []
    for step in np.flatnonzero(probabilities >= sure):
        begin, end = float(step) * step_s, float(step + 1) * step_s
        if found and begin - found[-1][1] < pause_s and end - found[-1][0] <= longest_s:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return [(begin, end) for begin, end in found if end - begin >= least_s]
