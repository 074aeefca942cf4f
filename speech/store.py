"""Sounds on disk, by content: whatever goes into a sound is hashed to its name, so a name never changes its meaning.

A sound is three files beside one another, 8 kHz mono: `.ulaw` and `.alaw` as a trunk carries them (no transcoding for
each listener) and `.wav`, 16 bits, for people and for other codecs. Calls refer to the *stem*, the path without ending.

Each file is written beside its place and renamed into it, the `.wav` last: a sound is there whole or not at all. The
three check each other: a `.wav` whose encodings are not those files is damaged, and is built again. (A change too small
for G.711 to carry is not seen, nor would it be heard.)
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import os
import struct
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec
import numpy as np

from calls.g711 import alaw_codes, ulaw_codes
from speech.voice import Pcm, Samples, SoundError

RATE = 8000
ENDINGS = (".ulaw", ".alaw", ".wav")
_WAV_HEADER = 44
_PART = ".part-"
_STALE_S = 3600.0
_parts = itertools.count()

Stat: TypeAlias = tuple[int, int]  # size in bytes, time of change in ns


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """A sound as it was written: its length in samples, and when each file (in order of ENDINGS) was last changed."""

    frames: int
    changed_ns: tuple[int, int, int]

    @property
    def size(self) -> int:
        """Bytes of the three files."""
        return 4 * self.frames + _WAV_HEADER

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / RATE


def digest(*ingredients: str) -> str:
    """The name of what these make. Their `repr` tells each apart from the next, and is quick."""
    return hashlib.sha256(repr(ingredients).encode()).hexdigest()[:40]


def encode(pcm: Pcm) -> tuple[bytes, bytes, bytes]:
    """The contents of a sound's files, in the order of ENDINGS. Raises ValueError at another rate than RATE."""
    if pcm.rate != RATE:
        raise ValueError(f"sounds are kept at {RATE} Hz, not {pcm.rate}")
    ulaw, alaw = (_g711(pcm.samples, codes) for codes in (ulaw_codes(), alaw_codes()))
    return ulaw, alaw, _wav(pcm.samples.astype("<i2").tobytes())


def _g711(samples: Samples, codes: bytes) -> bytes:
    return np.frombuffer(codes, np.uint8)[samples.astype(np.int16).view(np.uint16)].tobytes()


class SoundStore:
    """A folder of sounds. Synchronous: call it from a thread when the event loop must go on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def stem(self, name: str) -> Path:
        """Where a sound is or will be, without ending."""
        return self.folder / name[:2] / name[2:]

    def write(self, name: str, pcm: Pcm) -> Kept:
        """Put a sound in its place, whole. Raises SoundError when the disk is full or the folder is not ours."""
        stem = self.stem(name)
        contents = encode(pcm)
        try:
            stem.parent.mkdir(parents=True, exist_ok=True)
            for ending, content in zip(ENDINGS, contents, strict=True):
                replace_file(Path(f"{stem}{ending}"), content)
            return Kept(len(pcm.samples), self._changed(stem))
        except OSError as error:
            raise _explained(error, self.folder) from error

    def verify(self, name: str) -> Kept | None:
        """Read a sound and compare its three files; None when it is not there or damaged."""
        stem = self.stem(name)
        try:
            mulaw, alaw, wav = (Path(f"{stem}{ending}").read_bytes() for ending in ENDINGS)
            changed_ns = self._changed(stem)
        except OSError:
            return None
        if len(wav) < _WAV_HEADER or wav != _wav(wav[_WAV_HEADER:]):
            return None
        samples = np.frombuffer(wav, "<i2", offset=_WAV_HEADER).astype(np.int16)
        if not len(samples) or _g711(samples, ulaw_codes()) != mulaw or _g711(samples, alaw_codes()) != alaw:
            return None
        return Kept(len(samples), changed_ns)

    def scan(self, only: Collection[str] | None = None) -> dict[str, Stat]:
        """Size and time of every file, or of those of the sounds named, by name with ending.

        Removes what a killed writer left over an hour ago.
        """
        found: dict[str, Stat] = {}
        try:
            groups = [entry for entry in os.scandir(self.folder) if len(entry.name) == 2 and entry.is_dir()]
        except FileNotFoundError:
            return {}
        for group in groups:
            for entry in os.scandir(group.path):
                name = group.name + entry.name
                if _PART in name:
                    _remove_if_stale(entry)
                elif only is None or name.partition(".")[0] in only:
                    about = entry.stat()  # the costly part: some microseconds a file
                    found[name] = (about.st_size, about.st_mtime_ns)
        return found

    @staticmethod
    def is_as_kept(name: str, kept: Kept, scanned: Mapping[str, Stat]) -> bool:
        """Whether the files of a sound are those that were written: same sizes, not touched since."""
        sizes = (kept.frames, kept.frames, 2 * kept.frames + _WAV_HEADER)
        for ending, size, changed_ns in zip(ENDINGS, sizes, kept.changed_ns, strict=True):
            if scanned.get(name + ending) != (size, changed_ns):
                return False
        return True

    def remove(self, name: str) -> None:
        """Forget a sound; a switch that is playing it goes on, as its file stays until it is closed."""
        for ending in reversed(ENDINGS):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(f"{self.stem(name)}{ending}")

    @staticmethod
    def _changed(stem: Path) -> tuple[int, int, int]:
        mulaw, alaw, wav = (os.stat(f"{stem}{ending}").st_mtime_ns for ending in ENDINGS)
        return mulaw, alaw, wav


def replace_file(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Write beside and rename: a reader sees the old file or the new one, and a failure leaves nothing behind.

    `durable` waits until the disk has it: for a file that names others, not for each of ten thousand sounds, which a
    later look would find short and build again. Raises OSError.
    """
    part = path.with_name(f"{path.name}{_PART}{os.getpid()}-{next(_parts)}")
    try:
        with open(part, "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def write_durably(path: Path, content: bytes) -> None:
    """`replace_file`, on the disk when it returns. Raises SoundError that says what to do."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content, durable=True)
    except OSError as error:
        raise _explained(error, path.parent) from error


def _explained(error: OSError, folder: Path) -> SoundError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SoundError(f"disk full: no room for sounds in {folder}; free some or move the folder, then try again")
    return SoundError(f"sounds cannot be written to {folder}: {error.strerror}")


def _remove_if_stale(entry: os.DirEntry[str]) -> None:
    with contextlib.suppress(OSError):
        if time.time() - entry.stat().st_mtime > _STALE_S:
            os.unlink(entry.path)


def _wav(data: bytes) -> bytes:
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        RATE,
        2 * RATE,
        2,
        16,
        b"data",
        len(data),
    )
    return header + data
