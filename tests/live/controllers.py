"""Controllers of the live tests: processes of their own, forked from one of each worker that has loaded the server.

A controller that begins as a program loads for more than a second of a core what the one before it has loaded, and the
live tests start a hundred of them. Tests of the program itself, and the benches, start it as everybody does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

_SERVER = (
    "hotline.cli.main",
    "hotline.cli.serve",
    "hotline.server.wiring",
    "hotline.server.serving",
    "hotline.web.app",
    "hotline.provisioning.asterisk",
    "hotline.versions.publishing",
    "hotline.versions.voices",
    "speech.whisper.engine",
    "switch.asterisk.adapter",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
    "uvloop",
    "pydantic.v1",  # FastAPI asks it about each annotation
)
"""What `hotline serve` loads. One that is missing here is loaded by each controller, and costs no more than that."""
_forks = multiprocessing.get_context("forkserver")


class ForkedController:
    """`hotline serve` of a folder; of asyncio's Process what is asked of a controller."""

    def __init__(self, root: Path, folder: Path, log: Path) -> None:
        """`root` is the folder that it begins in; standard error goes to the end of `log`."""
        _forks.set_forkserver_preload([*_SERVER])
        # daemon: a test that is cut short leaves none behind
        self._process = _forks.Process(target=_serve, args=(root, folder, log, dict(os.environ)), daemon=True)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, of a signal the negative number; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Raises ProcessLookupError: it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError(self.pid)
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Return once it has ended, with its exit code."""
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


def _serve(root: Path, folder: Path, log: Path, environment: Mapping[str, str]) -> None:
    """What the child does, as the program would."""
    from hotline.cli.main import app

    os.chdir(root)
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    sys.argv = ["hotline", "serve", "--site", str(folder)]
    app()
