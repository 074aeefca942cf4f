"""A file of telephone numbers, read as people write it: by hand, by a spreadsheet, by another system.

A number a line, with whatever stands beside it (`13800138000,Zhang`); quotes, `="…"`, a byte order mark, full-width
digits, `.0` behind the number; UTF-8, UTF-16 or GB18030. `#` begins a comment, and the first line may be a heading. A
line without a number that can be read is told: somebody on it must not be called.
"""

import codecs
import hashlib
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from calls.numbers import e164, masked_within
from hotline.site import usual_lines
from hotline.site.number_set import NumberSet

_USUAL = re.compile(
    r"[\"'=]{0,2}((?:(?:\+|00)?86)?1[3-9][0-9]{9})[\"']?(?:\.0+)?"
    r"(?:[,;\t](?:[^\d#]|\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b)*)?"
)
"""Most lines of a long list; all that the general way does besides gives the same."""
_BESIDE = re.compile(r"[,;\t|，；、]")
_RUN = re.compile(r"\+?[(\d][\d\s().\-‐-―−/]*")
_WHOLE = re.compile(r"\+[0-9]{7,15}")
_APART = re.compile(r"[\s/]+")
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}(?!\d)日?(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?")
_ROUNDED = re.compile(r"(?<!\d)\d+(?:\.\d+)?E\+?\d+(?!\d)", re.IGNORECASE)
_AS_A_FRACTION = re.compile(r"(?<=\d{7})\.0+(?!\d)")
_EXTENSION = re.compile(r"\s*(?:转|分机|ext\.?|x)\s*\d{1,6}$", re.IGNORECASE)
_SHORT = re.compile(r"[0-9*#]{2,8}")
_MOBILE_BEGUN = re.compile(r"\+861[3-9]")
_MOBILE_LENGTH = len("+8613800138000")
_WORK_AT_A_TIME = 40
_WORK_OF_THE_REST = 12
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line, counted from 1, and what is wrong with it; its numbers are masked."""

    line: int
    told: str


class Part(NamedTuple):
    """What some lines of a file held, and how far the file is read."""

    international: npt.NDArray[np.uint64]
    """E.164 without the plus, in any order."""
    short: tuple[str, ...]
    unreadable: tuple[UnreadableLine, ...]
    lines: int
    bytes_read: int


@dataclass(slots=True)
class Numbers:
    """Numbers of a file: those in E.164 as an exact set of two bytes each or less; short codes beside them."""

    international: NumberSet = field(default_factory=NumberSet)
    short: frozenset[str] = frozenset()
    unreadable: tuple[UnreadableLine, ...] = ()

    def __contains__(self, number: str) -> bool:
        """Whether `number` (as `e164` gives it) is in the file; a microsecond."""
        if not number.startswith("+") or not number[1:].isdecimal():
            return number in self.short
        return int(number[1:]) in self.international

    def __len__(self) -> int:
        return len(self.international) + len(self.short)


def checksum(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, region: str, between: Callable[[], None] = lambda: None) -> Numbers:
    """The numbers of the file as dialled in `region` (ISO 3166). Raises OSError, and UnicodeError for no text at all.

    `between` is called after every millisecond of work or so: to let others go on, and to end it by an exception.
    """
    international, short, unreadable = NumberSet(), set[str](), list[UnreadableLine]()
    for part in parts(path, region, between):
        international.add(part.international)
        short.update(part.short)
        unreadable += part.unreadable
    between()
    return Numbers(international.freeze(), frozenset(short), tuple(unreadable))


def parts(path: Path, region: str, between: Callable[[], None] = lambda: None) -> Iterator[Part]:
    """The file piece by piece, some thousand lines each, so that a hundred million need no memory. As `read`."""
    line = 0
    for block, bytes_read in _blocks(path):
        usual = usual_lines.read(block, region)
        international = array("Q")
        short: list[str] = []
        unreadable: list[UnreadableLine] = []
        work = 0
        for place, begins, ends in usual.others:
            work += 1
            if work > _WORK_AT_A_TIME:
                work = 0
                between()
            text = block[begins:ends].decode("utf-8").strip()
            if (found := _USUAL.fullmatch(text)) and (number := e164(found[1], region)).startswith("+"):
                international.append(int(number[1:]))
                continue
            work += _WORK_OF_THE_REST
            try:
                for number in numbers_in(text, region, heading=line + place == 0):
                    if number.startswith("+"):
                        international.append(int(number[1:]))
                    else:
                        short.append(number)
            except ValueError as error:
                unreadable.append(UnreadableLine(line + place + 1, str(error)))
        between()
        line += usual.lines
        read = [usual.numbers, np.frombuffer(international, np.uint64)] if international else [usual.numbers]
        yield Part(np.concatenate(read), tuple(short), tuple(unreadable), line, bytes_read)


def numbers_in(line: str, region: str, *, heading: bool = False) -> Iterator[str]:
    """Each number of a line, as `e164` gives it. Raises ValueError with what is wrong when there is none to be read.

    `heading`: it may be one, of words alone.
    """
    text = unicodedata.normalize("NFKC", line.partition("#")[0]).strip().strip("\ufeff")
    if not text or (heading and not any(sign.isdigit() for sign in text)):
        return
    if found := _ROUNDED.search(text):
        raise ValueError(f"{found[0]}: a spreadsheet has rounded this number; write its digits, as text")
    fields = [_AS_A_FRACTION.sub("", one.strip(" \"'=")) for one in _BESIDE.split(_DATE.sub("", text))]
    read = [number for one in fields for number in _of_field(one, region)]
    if not read and _SHORT.fullmatch(fields[0]):
        read = [e164(fields[0], region)]
    if not read:
        raise ValueError(f"{masked_within(text)[:60]}: no telephone number can be read here")
    for number in read:
        if _MOBILE_BEGUN.match(number) and len(number) != _MOBILE_LENGTH:
            wrong = "too few" if len(number) < _MOBILE_LENGTH else "too many"
            raise ValueError(f"{masked_within(text)[:60]}: {wrong} digits for a mobile number of China")
    yield from read


def _of_field(text: str, region: str) -> list[str]:
    """The whole numbers (E.164) in one field; one that has several sets them off by blanks, `/` or words."""
    numbers = []
    for run in _RUN.findall(_EXTENSION.sub("", text)):
        number = e164(run, region)
        several = [number] if _WHOLE.fullmatch(number) else [e164(part, region) for part in _APART.split(run)]
        numbers += [one for one in several if _WHOLE.fullmatch(one)]
    return numbers


def _blocks(path: Path) -> Iterator[tuple[bytes, int]]:
    """Whole lines in UTF-8, each ended by a line feed, with the bytes of the file that are read by then."""
    encoding = _encoding(path)
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)()
    rest, bytes_read = b"", 0
    with path.open("rb") as file:
        while part := file.read(_BLOCK):
            while part.endswith(b"\r") and (more := file.read(1)):
                part += more
            bytes_read += len(part)
            if decoder is not None:
                part = decoder.decode(part).encode("utf-8")
            if b"\r" in part:
                part = part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            head, feed, tail = part.rpartition(b"\n")
            if feed:
                yield rest + head + feed, bytes_read
                rest = tail
            else:
                rest += tail
    if decoder is not None:
        rest += decoder.decode(b"", final=True).encode("utf-8")
    if rest:
        yield rest + b"\n", bytes_read


def _encoding(path: Path) -> str:
    """UTF-16 by its mark; UTF-8 with a mark or without, else what Chinese spreadsheets write."""
    with path.open("rb") as file:
        begin = file.read(4)
        if begin.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        file.seek(0)
        try:
            while part := file.read(1 << 16):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig" if begin.startswith(codecs.BOM_UTF8) else "utf-8"
