"""A file of telephone numbers, read as people write it: by hand, by a spreadsheet, by another system.

A number a line, with whatever stands beside it (`13800138000,Zhang`); quotes, `="…"`, a byte order mark, full-width
digits, `.0` behind the number; UTF-8, UTF-16 or GB18030. `#` begins a comment, and the first line may be a heading. A
line without a number that can be read is told: somebody on it must not be called.
"""

import codecs
import hashlib
import io
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calls.numbers import e164, masked_within

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


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line, counted from 1, and what is wrong with it; its numbers are masked."""

    line: int
    told: str


@dataclass(slots=True)
class Numbers:
    """Numbers of a file: eight bytes each for those in E.164, sorted; short codes beside them."""

    international: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    short: frozenset[str] = frozenset()
    unreadable: tuple[UnreadableLine, ...] = ()

    def __contains__(self, number: str) -> bool:
        """Whether `number` (as `e164` gives it) is in the file; microseconds."""
        if not number.startswith("+") or not number[1:].isdecimal():
            return number in self.short
        wanted = np.uint64(int(number[1:]))
        at = int(np.searchsorted(self.international, wanted))
        return at < len(self.international) and bool(self.international[at] == wanted)

    def __len__(self) -> int:
        return len(self.international) + len(self.short)


def checksum(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, region: str, between: Callable[[], None] = lambda: None) -> Numbers:
    """The numbers of the file as dialled in `region` (ISO 3166). Raises OSError, and UnicodeError for no text at all.

    `between` is called after every fraction of a millisecond of work: to let others go on, and to end it by an
    exception.
    """
    international, work = array("Q"), 0
    short: set[str] = set()
    unreadable: list[UnreadableLine] = []
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=_encoding(path)) as file:
        for count, line in enumerate(file, start=1):
            work += 1
            if work > _WORK_AT_A_TIME:
                work = 0
                between()
            line = line.strip()
            if (found := _USUAL.fullmatch(line)) and (number := e164(found[1], region)).startswith("+"):
                international.append(int(number[1:]))
                continue
            work += _WORK_OF_THE_REST
            try:
                for number in numbers_in(line, region, heading=count == 1):
                    if number.startswith("+"):
                        international.append(int(number[1:]))
                    else:
                        short.add(number)
            except ValueError as error:
                unreadable.append(UnreadableLine(count, str(error)))
    sorted_once = np.frombuffer(international, np.uint64) if international else np.empty(0, np.uint64)
    return Numbers(np.sort(sorted_once), frozenset(short), tuple(unreadable))


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
    return "utf-8-sig"
