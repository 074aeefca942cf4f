"""The lock of a site's folder: one controller each. A second one would overwrite the write-ahead files of the first.

The kernel holds the lock for the open file and lets go of it as the process dies, however that dies. No program that
the controller starts inherits the file.
"""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from calls.errors import BadInput

log = structlog.get_logger("hotline")

_WAIT_S = 3.0
"""A controller that was just killed, or that is about to stop, may take so long to be gone."""
_LOOK_AGAIN_S = 0.05


@contextlib.asynccontextmanager
async def alone(path: Path) -> AsyncIterator[None]:
    """Hold the lock file `path`, with our process id in it. Raises BadInput while another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}. Make the folder writable, and free space on the disk.") from error
    try:
        await _take(descriptor, path)
        with contextlib.suppress(OSError):  # a disk that is full: the lock holds, whatever is in the file
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, b"%d\n" % os.getpid(), 0)
        yield
    finally:
        os.close(descriptor)


async def _take(descriptor: int, path: Path) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _WAIT_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if loop.time() >= until:
                holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
                raise BadInput(
                    f"another `hotline serve` runs in this folder, process {holder}. Stop that one first."
                ) from error
            await asyncio.sleep(_LOOK_AGAIN_S)
        except OSError as error:  # a file system that has no locks
            advice = "see to it that one controller serves this folder; a local disk has locks"
            log.warning("the folder cannot be locked", path=str(path), error=str(error), advice=advice)
            return
        else:
            return
