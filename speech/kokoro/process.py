"""Kokoro's process, from the side that asks: started when first needed, asked one piece at a time, and stopped.

Synchronous: call it from a thread. A process that does not answer in time is killed, and the next question starts
another.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec
import numpy as np

from speech.kokoro.weights import INSTALL, is_installed
from speech.kokoro.worker import Question
from speech.pipes import read, write
from speech.voice import Samples, VoiceError

_ROOT = Path(__file__).parents[2]
_STOP_S = 5.0
_WORKER = (sys.executable, "-m", "speech.kokoro.worker")


class KokoroProcess:
    """Safe to ask from many threads: they wait for each other. `load_s` bounds the loading, `piece_s` one answer.

    `command` is what runs it.
    """

    def __init__(self, *, load_s: float = 120.0, piece_s: float = 120.0, command: Sequence[str] = _WORKER) -> None:
        self._command = command
        self._load_s = load_s
        self._piece_s = piece_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._finalizer: weakref.finalize[[subprocess.Popen[bytes], IO[bytes]], KokoroProcess] | None = None

    def load(self) -> None:
        """Start it, so that the first sentence does not wait for that. Raises VoiceError."""
        with self._lock:
            self._running()

    def ask(self, question: Question) -> Samples:
        """The sound of one piece, at 24 kHz. Raises VoiceError: not installed, or no answer in time."""
        with self._lock:
            process = self._running()
            answer = self._exchange(process, msgspec.json.encode(question), self._piece_s)
        return np.frombuffer(answer, np.int16)

    def memory_mb(self) -> float:
        """Resident memory of the process (`/proc`); 0 while there is none."""
        if self._process is None:
            return 0.0
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self._process.pid}/status").read_text()
            return int(status.partition("VmRSS:")[2].split()[0]) / 1024
        return 0.0

    def processor_s(self) -> float:
        """Seconds of a core that the process has taken, loading too (`/proc`); 0 while there is none."""
        if self._process is None:
            return 0.0
        with contextlib.suppress(OSError):
            after_its_name = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2].split()
            return (int(after_its_name[11]) + int(after_its_name[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0

    def close(self) -> None:
        """Stop it and wait for its end."""
        with self._lock:
            if self._finalizer is not None:
                self._finalizer()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._command == _WORKER and not is_installed():
            raise VoiceError(INSTALL)
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # a Ctrl-C for the server does not end a sentence half-way
            )
        except OSError as error:
            errors.close()
            raise VoiceError(f"Kokoro's process does not start: {error.strerror}", retryable=True) from error
        self._process, self._errors = process, errors
        self._finalizer = weakref.finalize(self, _stop, process, errors)
        self._exchange(process, None, self._load_s)
        return process

    def _exchange(self, process: subprocess.Popen[bytes], asked: bytes | None, deadline_s: float) -> bytes:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(deadline_s, process.kill)
        timer.start()
        try:
            if asked is not None:
                write(process.stdin, asked)
            answer = read(process.stdout)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self._process = None
            process.kill()
            process.wait()
            last_words = self._last_words()
            assert self._finalizer is not None
            self._finalizer()
            raise VoiceError(f"Kokoro's process ended: {last_words}", retryable=True)
        return answer

    def _last_words(self) -> str:
        """The last line that the process wrote of itself."""
        lines: list[bytes] = []
        if self._errors is not None:
            self._errors.seek(0)
            lines = self._errors.read().strip().splitlines()
        return lines[-1].decode("utf-8", "replace") if lines else "it did not answer in time, or was killed"


def _stop(process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
    """Its stdin ends, so it does; one that does not is killed."""
    errors.close()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
