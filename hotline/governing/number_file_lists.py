"""The site's do-not-call file as a list of the gate: hotline.yaml, `do_not_call`."""

import os
from collections.abc import Iterable
from pathlib import Path

from calls.errors import BadInput
from dialer.governor.questions import Listed
from hotline.site import number_file

DO_NOT_CALL = "do_not_call"
_MOST_TOLD = 3


class NumberFileLists:
    """The numbers of one file; None: nobody is listed. `refresh` reads it again when it has changed."""

    def __init__(self, path: Path | None, region: str) -> None:
        self._path = path
        self._region = region
        self._state: tuple[int, ...] = ()
        self._numbers: number_file.Numbers | None = None

    def refresh(self) -> None:
        """Read the file if it has changed; takes seconds for millions of numbers. Raises OSError and UnicodeError:
        until it can be read, nobody is called."""
        if self._path is None:
            return
        try:
            found = os.stat(self._path)
            state = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if state != self._state:
                self._numbers = number_file.read(self._path, self._region)
                self._state = state
        except (OSError, UnicodeError):
            self._numbers, self._state = None, ()
            raise

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        """`do_not_call`, or nothing. Raises BadInput while the file cannot be read, or has an unreadable line: somebody
        on it must not be called."""
        if self._path is None:
            return ()
        if self._numbers is None:
            raise BadInput(f"{self._path.name}: the do-not-call list cannot be read")
        if self._numbers.unreadable:
            first = self._numbers.unreadable[:_MOST_TOLD]
            raise BadInput("; ".join(f"{self._path.name}:{one.line}: {one.told}" for one in first))
        return (Listed(DO_NOT_CALL, source=self._path.name),) if number in self._numbers else ()

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        """As `lists_of`, for many."""
        return [self.lists_of(number, at) for number in numbers]

    def as_of(self, at: float) -> dict[str, float]:
        """Nothing: the file is the house's own list, and no copy."""
        return {}
