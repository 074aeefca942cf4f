"""Snapshot files: a set of numbers on disk, read back in seconds, with a checksum over every byte.

    HLNUMBER 1\\n | one JSON line: {"numbers", "short", "pieces", …} | for each piece: key, length (8 bytes each, little
    endian), 16 bytes of BLAKE2b over both and the piece, the piece | 32 bytes of BLAKE2b over all before

A file is written beside its place and renamed: it is there whole, or not at all.
"""

import contextlib
import hashlib
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from calls.errors import BadInput
from hotline.site.number_set import NumberSet

_MAGIC = b"HLNUMBER 1\n"
_HEAD = struct.Struct("<QQ")
_DIGEST = 16
_TOTAL = 32
_MOST_HEADER = 64 << 20


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Numbers in E.164 as a set, and short codes."""

    numbers: NumberSet
    short: frozenset[str] = frozenset()

    def __contains__(self, number: str) -> bool:
        """Whether `number` (as `calls.numbers.e164` gives it) is in it."""
        if number[:1] != "+" or not number[1:].isdecimal():
            return number in self.short
        return int(number[1:]) in self.numbers

    def __len__(self) -> int:
        return len(self.numbers) + len(self.short)


class _Header(msgspec.Struct):
    numbers: int
    pieces: int
    short: list[str]


def write(path: Path, snapshot: Snapshot) -> None:
    """Put it there, whole and durable, for this user only. Raises OSError: then what was there before still is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    total = hashlib.blake2b(digest_size=_TOTAL)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for part in _parts(snapshot):
                total.update(part)
                file.write(part)
            file.write(total.digest())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()


def _parts(snapshot: Snapshot) -> Iterator[bytes]:
    header = _Header(len(snapshot.numbers), snapshot.numbers.piece_count, sorted(snapshot.short))
    yield _MAGIC + msgspec.json.encode(header) + b"\n"
    for key, piece in snapshot.numbers.pieces():
        head = _HEAD.pack(key, len(piece))
        yield head + hashlib.blake2b(head + piece, digest_size=_DIGEST).digest() + piece


def read(path: Path, between: Callable[[], None] = lambda: None) -> Snapshot:
    """The snapshot at `path`. Raises OSError, and BadInput for one that is cut, changed, or of another kind.

    `between` is called after each piece, which is some milliseconds of work. The library that reads a piece is given
    none whose checksum is wrong.
    """
    total = hashlib.blake2b(digest_size=_TOTAL)
    with path.open("rb") as file:
        begin = file.readline(_MOST_HEADER)
        line = file.readline(_MOST_HEADER)
        total.update(begin + line)
        try:
            if begin != _MAGIC:
                raise BadInput(f"{path}: no snapshot of numbers")
            header = msgspec.json.decode(line, type=_Header)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _broken(path) from error

        def pieces() -> Iterator[tuple[int, bytes]]:
            for _ in range(header.pieces):
                yield _piece(path, file, total)
                between()

        numbers = NumberSet.of_pieces(pieces())
        if file.read(_TOTAL + 1) != total.digest() or len(numbers) != header.numbers:
            raise _broken(path)
    return Snapshot(numbers, frozenset(header.short))


def _piece(path: Path, file: BinaryIO, total: "hashlib.blake2b") -> tuple[int, bytes]:
    head = file.read(_HEAD.size + _DIGEST)
    if len(head) != _HEAD.size + _DIGEST:
        raise _broken(path)
    key, length = _HEAD.unpack_from(head)
    if length > os.fstat(file.fileno()).st_size:
        raise _broken(path)
    piece = file.read(length)
    total.update(head)
    total.update(piece)
    if hashlib.blake2b(head[: _HEAD.size] + piece, digest_size=_DIGEST).digest() != head[_HEAD.size :]:
        raise _broken(path)
    return key, piece


def _broken(path: Path) -> BadInput:
    return BadInput(f"{path}: it was cut or changed since it was written; import the list again")
