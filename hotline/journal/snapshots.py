"""Snapshots of the router's state in the store: how often one is taken, how it is packed, and which of them stay.

A busy house's state is 1.7 MB, most of it numbers and instants: packed it is a fifth. Packing takes some 15 ms, so the
store's thread does it, while it binds the row; zlib lets go of the interpreter meanwhile, and the event loop goes on.
"""

import zlib
from collections.abc import Sequence
from itertools import pairwise

EVERY = 5_000
"""Events between two snapshots: a restart replays at most so many, in well under a second."""
APART = 50_000
"""Events between two of the older ones that stay: a replay of a call or a day begins at most so many before it."""
NEWEST = 4
"""So many of the newest stay: a start goes back to the one before where it cannot read one."""

_LEVEL = 1  # a quarter of level 6's time, for an eighth more bytes
_PACKED = b"x"  # begins what zlib writes; a state that is not packed is JSON, and begins with a brace


class Packed:
    """A state that is packed when SQLite asks for the value: in the thread of the writer, and once."""

    __slots__ = ("_packed", "_state")

    def __init__(self, state: bytes) -> None:
        self._state = state
        self._packed: bytes | None = None

    def __conform__(self, protocol: object) -> bytes:
        """The value that is bound, as the sqlite3 module asks an object for it."""
        if self._packed is None:
            self._packed = zlib.compress(self._state, _LEVEL)
            self._state = b""
        return self._packed


def unpacked(stored: bytes) -> bytes:
    """The state of a row, also of one that a release before wrote as it was. Raises ValueError where it is broken."""
    if not stored.startswith(_PACKED):
        return stored
    try:
        return zlib.decompress(stored)
    except zlib.error as error:
        raise ValueError(f"the snapshot is broken: {error}") from error


def superfluous(numbers: Sequence[int]) -> list[int]:
    """Those of the snapshots with these `numbers` (of their last event, ascending) without which a replay begins at
    most APART events earlier.

    The oldest stays, because the journal begins there, and so do the NEWEST. One that does not stand whole EVERYs
    behind the one before was taken for a reason, and stays: after a publish, so that a replay needs no version from
    before it, which may have been deleted; at an orderly stop.
    """
    gone: list[int] = []
    if not numbers:
        return gone
    kept = numbers[0]
    for number, following in pairwise(numbers[1 : 1 - NEWEST]):
        if following - kept <= APART and (number - kept) % EVERY == 0:
            gone.append(number)
        else:
            kept = number
    return gone
