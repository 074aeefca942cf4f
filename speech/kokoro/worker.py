"""The process that Kokoro runs in: `python -m speech.kokoro.worker`, asked and answering over its pipes.

A question is a length of 4 bytes and JSON with `style` (256 numbers) and `symbols` (numbers of the model); the answer a
length and samples of 16 bits at 24 kHz. Nothing else is written to stdout. It ends when its stdin does.

A process and not a thread: four hundred megabytes and a whole core are kept away from the calls, at a lower priority,
and a fault in the engine ends no call.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import msgspec
import numpy as np

from speech import memory
from speech.kokoro.weights import read_style, read_weights
from speech.pipes import read, write
from speech.voice import Samples

_NICE = 5
_FULL = 32767.0


class Question(msgspec.Struct, array_like=True):
    """Symbols to be said by a speaker; `speed` 1 is the speaker's own."""

    speaker: str
    symbols: list[int]
    speed: float


def load() -> Any:
    """The model, ready to run on one thread. Raises VoiceError where the weights are not there."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # two were slower, and callers' audio needs the other core
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it keeps 140 MB, and is no quicker
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(read_weights(), options, providers=["CPUExecutionProvider"])


def say(session: Any, question: Question) -> Samples:
    """The sound of one piece."""
    row = read_style(question.speaker)[len(question.symbols)]
    given = {
        "tokens": np.array([[0, *question.symbols, 0]], np.int64),
        "style": row.reshape(1, -1),
        "speed": np.array([question.speed], np.float32),
    }
    (sound,) = session.run(None, given)
    return np.asarray(np.round(np.clip(sound.ravel(), -1, 1) * _FULL), np.int16)


def main() -> None:
    """Load, tell so by an empty message, then answer until nobody asks any more."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    session = load()
    memory.give_back()
    write(answers, b"")
    while (asked := read(sys.stdin.buffer)) is not None:
        write(answers, say(session, msgspec.json.decode(asked, type=Question)).tobytes())
        memory.give_back()


if __name__ == "__main__":
    main()
