"""The write-ahead files: the journal's newest events, which the store does not have yet if the controller is killed.

The store commits in groups, up to a tenth of a second after the first row of a group. What was done meanwhile is known
to people: a caller heard the next prompt, an agent heard "signed in". So each event is handed to the operating system
before it is acted on: one write, some microseconds, no waiting for the disk. It survives the death of the process;
against a power cut there is the store, which waits for the disk.

Two files take turns. The one that is full rests until the other is, and by then its events are long in the store; if
they are not (the disk is full, and the store waits), the other one grows on.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from calls.ids import Instant
from hotline.journal.reading import Entry, decoder

_FULL_BYTES = 1_000_000  # some 5,000 events: minutes of a busy house, hundreds of commits

_numbered = msgspec.json.Decoder(tuple[int, float, msgspec.Raw])


class WriteAhead:
    """Both files, `-tail1` and `-tail2` beside the store. Used by one controller at a time."""

    def __init__(self, database: Path) -> None:
        self._paths = tuple(database.with_name(f"{database.name}-tail{number}") for number in (1, 2))
        self._descriptors: list[int] = []
        self._turn = 0
        self._bytes = 0
        self._given = [0, 0]
        """For each file, how many rows the store had been given when its last event was: once they are committed,
        the file holds nothing that the store does not have."""

    def open(self, unstored: Sequence[Entry], given: int) -> None:
        """Begin with what the store does not have yet, the last of the `given` rows; all else is deleted.

        On a disk that is full the files of the last controller go on. Raises OSError where there are none either.
        """
        try:
            self._begin_with(unstored)
        except OSError:
            for path in self._paths:
                _cut(path, unstored[-1].seq if unstored else 0)
            self._given = [given, given]
        else:
            if self._paths[1].exists():
                os.truncate(self._paths[1], 0)
            self._given = [given, 0]
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptors = [os.open(path, flags, 0o600) for path in self._paths]
        self._bytes = os.fstat(self._descriptors[0]).st_size

    def _begin_with(self, unstored: Sequence[Entry]) -> None:
        """In one rename, so that a controller that is killed here leaves them too."""
        unfinished = self._paths[0].with_suffix(".new")
        try:
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(b"".join(_line(seq, at, msgspec.json.encode(event)) for seq, at, event in unstored))
            os.replace(unfinished, self._paths[0])
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def add(self, seq: int, at: Instant, event: bytes, given: int, committed: int) -> None:
        """Append event number `seq`. `given` and `committed` are the rows of the store, this event's included.

        A full disk loses this line and nothing else: the store reports it, and keeps what is still to be written.
        """
        other = 1 - self._turn
        if self._bytes >= _FULL_BYTES and committed >= self._given[other]:
            self._turn, self._bytes = other, 0
            os.ftruncate(self._descriptors[other], 0)
        line = _line(seq, at, event)
        try:  # noqa: SIM105 - suppress would cost as much as the line, and this is done for each event
            os.write(self._descriptors[self._turn], line)
        except OSError:
            pass
        self._bytes += len(line)
        self._given[self._turn] = given

    def after(self, seq: int) -> list[Entry]:
        """The entries that follow `seq` without a gap; a line that was cut short counts as missing."""
        found: dict[int, Entry] = {}
        for path in self._paths:
            for line in path.read_bytes().split(b"\n") if path.exists() else ():
                with contextlib.suppress(msgspec.MsgspecError):
                    number, at, event = _numbered.decode(line)
                    if number > seq:
                        found[number] = Entry(number, at, decoder.decode(event))
        entries: list[Entry] = []
        while (entry := found.get(seq + 1)) is not None:
            entries.append(entry)
            seq += 1
        return entries

    def close(self, *, stored: bool) -> None:
        """An orderly end. Once all of it is `stored` the files are emptied: callers' data stays in one place."""
        for descriptor in self._descriptors:
            if stored:
                os.ftruncate(descriptor, 0)
            os.close(descriptor)
        self._descriptors = []


def _cut(path: Path, last: int) -> None:
    """Drop in place, for which no disk is too full, what stands after event `last`: its numbers are given again."""
    if not path.exists():
        return
    kept = end = 0
    for line in path.read_bytes().split(b"\n"):
        end += len(line)
        with contextlib.suppress(msgspec.MsgspecError):
            if _numbered.decode(line)[0] > last:
                break
            kept = end
        end += 1
    os.truncate(path, kept)


def _line(seq: int, at: Instant, event: bytes) -> bytes:
    """A line begins with its line break, so that one that was cut short spoils no other."""
    return b"\n[%d,%a,%b]" % (seq, at, event)
