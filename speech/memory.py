"""Memory that a process of an engine has freed goes back to the system: glibc keeps 100 to 200 MB of it otherwise."""

from __future__ import annotations

import contextlib
import ctypes


def give_back() -> None:
    """Some milliseconds; after loading, and after each piece of work. Nothing, where the C library has no such call."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
