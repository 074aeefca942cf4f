"""The audit log of everybody who looked at whole numbers. One JSON object a line, only appended to."""

import getpass
import os
import time
from pathlib import Path

import orjson


def note(state: Path, what: str, about: str) -> None:
    """Write it down before it is shown. Raises OSError when that is impossible: then nothing is shown."""
    row = {"at": time.time(), "who": getpass.getuser(), "uid": os.getuid(), "what": what, "about": about}
    descriptor = os.open(state / "audit.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, orjson.dumps(row) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
