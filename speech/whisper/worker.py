"""The process that the ear runs in: `python -m speech.whisper.worker AT_ONCE`, asked and answering over its pipes.

Messages are as in `speech.pipes`: a `Question` each way in, an `Answer` each way out, in the order in which they are
ready. The first one out is empty: the models are loaded. It ends when its stdin does.

A process and not a thread: its memory and its cores are kept away from the calls, at a lower priority, and a fault in
an engine ends no call.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import IO

import msgspec
import numpy as np

from speech import memory
from speech.levelling import resample
from speech.pipes import read, write
from speech.utterances import Understood
from speech.whisper.transcriber import Transcriber
from speech.whisper.voice_activity import RATE, Sound

_NICE = 5
_FULL = 32768.0


class Question(msgspec.Struct, array_like=True):
    """An utterance: `samples` of 16 bits, little-endian, mono, `rate` of them a second."""

    number: int
    language: str
    hints: tuple[str, ...]
    rate: int
    samples: bytes


class Answer(msgspec.Struct, array_like=True):
    """Its words, and how sure the engine is of them; `error` where it failed."""

    number: int
    text: str = ""
    confidence: float = 0.0
    error: str = ""


def sound_of(question: Question) -> Sound:
    """An utterance at the rate of the models, each sample from -1 to 1."""
    samples = np.frombuffer(question.samples, "<i2") / _FULL
    at_rate = samples if question.rate == RATE else resample(samples, question.rate, RATE)
    return np.asarray(at_rate, np.float32)


def main() -> None:
    """Load, tell so by an empty message, then answer until nobody asks any more."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    at_once = int(sys.argv[1])
    transcriber = Transcriber(at_once)
    transcriber.transcribe(np.zeros(RATE, np.float32), "zh", ("您好",), bare=True)  # the first time is slower
    memory.give_back()
    lock = threading.Lock()
    write(answers, b"")
    with ThreadPoolExecutor(at_once) as pool:
        while (asked := read(sys.stdin.buffer)) is not None:
            pool.submit(_answer, transcriber, asked, answers, lock)


def _answer(transcriber: Transcriber, asked: bytes, answers: IO[bytes], lock: threading.Lock) -> None:
    question = msgspec.msgpack.decode(asked, type=Question)
    try:
        heard: Understood = transcriber.transcribe(sound_of(question), question.language, question.hints)
        answer = Answer(question.number, heard.text, heard.confidence)
    except Exception as error:  # noqa: BLE001 - whatever an engine raises is this utterance's failure, and told
        answer = Answer(question.number, error=f"{type(error).__name__}: {error}")
    with lock, contextlib.suppress(BrokenPipeError):  # nobody asks any more
        write(answers, msgspec.msgpack.encode(answer))
    memory.give_back()


if __name__ == "__main__":
    main()
