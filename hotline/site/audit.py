"""The audit log of everybody who looked at whole numbers, looked one up, or heard a recording.

One JSON object a line, only appended to. Each line has a hash over itself and the line before it, so a line that is
changed, taken out or put in breaks the chain there; one that is cut off at the end shows to whoever kept the last hash.
What stands in a log of before the chain is sealed by the first line that has a hash.
"""

import fcntl
import getpass
import hashlib
import os
import time
from pathlib import Path
from typing import NamedTuple

import orjson

FILE = "audit.log"
_LONGEST = 65_536


class Head(NamedTuple):
    """The last line, by its number from 1, and its hash: keep it elsewhere, nobody can cut the log off before it."""

    row: int
    hash: str


class Verified(NamedTuple):
    """What a walk along the chain found. `fault` empty: nothing was altered; else `row` is the first altered line.

    `before`: lines of before the chain, which are whole as its first line found them.
    """

    rows: int
    before: int
    head: Head
    fault: str = ""
    row: int = 0


def note(state: Path, what: str, about: str, web_client: str | None = None) -> None:
    """Write it down before it is shown. Raises OSError when that is impossible: then nothing is shown.

    `web_client`: the name behind the token of an HTTP request; without it, the user of the machine who runs this.
    """
    who = {"who": getpass.getuser(), "uid": os.getuid()} if web_client is None else {"who": f"web:{web_client}"}
    row = {"at": time.time(), **who, "what": what, "about": about}
    descriptor = os.open(state / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # several processes write, and each line hangs on the one before it
        before = _before(descriptor)
        os.write(descriptor, _line({**row, "hash": _hash(before, orjson.dumps(row))}))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify(state: Path, known: Head | None = None) -> Verified:
    """Walk along the whole log. With `known`, a head that somebody kept, also see that it is still there.

    Raises OSError; a site without the log has nothing that could be altered.
    """
    try:
        with (state / FILE).open("rb") as log:
            fcntl.flock(log, fcntl.LOCK_SH)
            lines = log.read().splitlines(keepends=True)
    except FileNotFoundError:
        lines = []
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()  # of a writer that died in it: nobody was shown anything for it
    last, before, unchained = "", 0, hashlib.sha256()
    for number, line in enumerate(lines, 1):
        row = _read(line)
        hashed = row.pop("hash", None)
        if hashed is None and not last and row:
            unchained.update(line)
            before += 1
            continue
        if before and not last:
            last = unchained.hexdigest()
        fault = ""
        if not row or hashed != _hash(last, orjson.dumps(row)) or _line({**row, "hash": hashed}) != line:
            fault = f"line {number} does not say what was written, or does not follow the line before it"
        elif known is not None and number == known.row and hashed != known.hash:
            fault = f"line {number} is not the one that was kept: the log was written anew"
        if fault:
            return Verified(number - 1, before, Head(number - 1, last), fault, number)
        last = str(hashed)
    head = Head(len(lines), last)
    if known is not None and known.row > len(lines):
        return Verified(len(lines), before, head, f"lines {len(lines) + 1} to {known.row} were cut off", len(lines) + 1)
    return Verified(len(lines), before, head)


def _before(descriptor: int) -> str:
    """The hash that the next line hangs on; of a log of before the chain, that of the whole file. What a writer that
    died left of a line is taken off."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - _LONGEST)
    end = os.pread(descriptor, size - begin, begin)
    if end and not end.endswith(b"\n"):
        end = end[: end.rfind(b"\n") + 1]
        os.ftruncate(descriptor, begin + len(end))
    if not end:
        return ""
    row = _read(end.splitlines()[-1])
    if "hash" in row:
        return str(row["hash"])
    return hashlib.sha256(os.pread(descriptor, begin + len(end), 0)).hexdigest()


def _read(line: bytes) -> dict[str, object]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return row if isinstance(row, dict) else {}


def _line(row: dict[str, object]) -> bytes:
    return orjson.dumps(row) + b"\n"


def _hash(before: str, row: bytes) -> str:
    return hashlib.sha256(before.encode() + b"\n" + row).hexdigest()
