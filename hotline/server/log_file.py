"""The log file of a server that writes one: turned over by size and day, the past gzipped beside the event loop."""

import contextlib
import io
import os
import threading
import time
from pathlib import Path
from typing import TextIO

from calls.errors import BadInput
from switch.log_files import DAY_S, Turnover, put_aside, tidy


class LogFile(io.TextIOBase):
    """A text stream that appends to `path`, for this user only. `write` raises OSError as a file does."""

    def __init__(self, path: Path, turnover: Turnover) -> None:
        """Raises BadInput when the file cannot be opened."""
        self._path = path
        self._turnover = turnover
        self._tidying: threading.Thread | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if turnover.due(path, time.time()):
                put_aside(path, time.time())
            self._open()
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror}; hotline.yaml, log.file names it") from error
        self._tidy()

    def write(self, text: str) -> int:
        """Append, and turn the file over before that where it is time."""
        size = len(text.encode())
        now = time.time()
        if self._size and (self._size + size > self._turnover.max_bytes or now >= self._until):
            with contextlib.suppress(OSError):  # it goes on growing, rather than a line be lost
                self._turn(now)
        self._file.write(text)
        self._size += size
        return len(text)

    def flush(self) -> None:
        """Hand what is written to the system."""
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        """Close it, once the past is in order."""
        if self._tidying is not None:
            self._tidying.join()
        self._file.close()
        super().close()

    def _turn(self, now: float) -> None:
        self._file.flush()
        put_aside(self._path, now)
        old = self._file
        self._open()
        old.close()
        self._tidy()

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._file: TextIO = os.fdopen(descriptor, "a", encoding="utf-8")
        self._size = os.fstat(descriptor).st_size
        now = time.time()
        self._until = now - now % DAY_S + self._turnover.max_days * DAY_S  # at midnight, UTC

    def _tidy(self) -> None:
        if self._tidying is not None and self._tidying.is_alive():
            return  # what it does not see is done the next time

        def in_order() -> None:
            with contextlib.suppress(OSError):  # a full disk: the next time
                tidy(self._path, self._turnover, time.time())

        self._tidying = threading.Thread(target=in_order, name="log-tidy", daemon=True)
        self._tidying.start()
