"""Failed registrations are read from a switch's own log: who tried to be a phone of ours, and was refused.

Asterisk and FreeSWITCH write a line for each, and neither has a brake for them. The log is followed over its turnover;
of a flood so much is read at each look, and the rest is skipped.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 1 << 19
"""Read at each look: some 2,500 lines, a few milliseconds."""

ASTERISK = re.compile(
    r"Request 'REGISTER' from '.*?sips?:(?P<user>[^@'>; ]*).*' failed for '(?P<address>[^']+):\d+' \(callid: \S+\) - "
    r"|Endpoint '(?P<trunk>[^']+)' \((?P<from>[^)]+?):\d+\) has no configured AORs"
)
"""A wrong password or a name that nobody has, and a REGISTER from the address of a trunk. Tried with Asterisk 22.10.

The last address of a line counts: a stranger may write one into the name that stands before it, and no space into a
Call-ID behind it (RFC 3261, 25.1).
"""
FREESWITCH = re.compile(
    r"SIP auth failure \(REGISTER\) on sofia profile '[^']*' for \[(?P<user>[^\]@]*)[^\]]*\] from ip (?P<address>\S+)"
    r"|Can't find user \[(?P<unknown>[^\]@]+)@[^\]]*\] from (?P<from>\S+)"
)
"""Source: FreeSWITCH's sofia_reg.c, as fail2ban's own filter has it."""


@dataclass(frozen=True, slots=True)
class FailedRegistration:
    """One refusal: the address that asked, and the user name that it gave."""

    address: str
    user: str


class RegistrationLog:
    """The failed registrations of one switch, by its log. What stood there before it was followed is not news."""

    def __init__(self, path: Path, pattern: re.Pattern[str]) -> None:
        self._path = path
        self._pattern = pattern
        self._inode = self._offset = 0
        with contextlib.suppress(OSError):  # whatever it will hold is news
            begun = path.stat()
            self._inode, self._offset = begun.st_ino, begun.st_size

    def new(self) -> tuple[list[FailedRegistration], int]:
        """Those since the last look, and how many bytes of a flood were skipped. Raises OSError."""
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                inode, size = found.st_ino, found.st_size
                if inode != self._inode or size < self._offset:
                    self._offset = 0  # turned over: what the old one had at its end is lost to us, a second's worth
                self._inode = inode
                skipped = max(0, size - self._offset - _MOST_BYTES)
                file.seek(self._offset + skipped)
                data = file.read(_MOST_BYTES)
        except FileNotFoundError:
            self._offset = 0
            return [], 0
        whole = data.rfind(b"\n") + 1
        self._offset += skipped + whole
        return [failed for line in data[:whole].splitlines() if (failed := self._of(line))], skipped

    def _of(self, line: bytes) -> FailedRegistration | None:
        found = self._pattern.search(line.decode("utf-8", "replace"))
        if found is None:
            return None
        words = found.groupdict()
        user = words["user"] or words.get("unknown") or ""
        return FailedRegistration(words["from"] or words["address"], user)
