"""The audit log of everybody who looked at whole numbers, looked one up, or heard a recording.

One JSON object a line, only appended to.
"""

import getpass
import os
import time
from pathlib import Path

import orjson


def note(state: Path, what: str, about: str, web_client: str | None = None) -> None:
    """Write it down before it is shown. Raises OSError when that is impossible: then nothing is shown.

    `web_client`: the name behind the token of an HTTP request; without it, the user of the machine who runs this.
    """
    who = {"who": getpass.getuser(), "uid": os.getuid()} if web_client is None else {"who": f"web:{web_client}"}
    row = {"at": time.time(), **who, "what": what, "about": about}
    descriptor = os.open(state / "audit.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, orjson.dumps(row) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
