"""Child processes of a bench: they die with it, and are spoken to in JSON lines."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from bench import machine
from calls.errors import HotlineError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_STOP_S = 5.0
_LONGEST_LINE = 1 << 24  # the latencies of some ten thousand calls
_LINES_SHOWN = 12
_STEP_S = 0.25

Reply = TypeVar("Reply")
Answer = TypeVar("Answer")


class ChildEnded(HotlineError):
    """A part of the bench did not start, or ended too soon; the message has the end of what it printed."""


class Child:
    """`python -m MODULE ARGUMENTS...`, started and stopped by `async with`. What it prints as errors goes to `log`."""

    def __init__(self, module: str, arguments: Sequence[str], log: Path) -> None:
        self.module = module
        self.log = log
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Its process id. Raises ChildEnded when it does not run."""
        if self._process is None or self._process.returncode is not None:
            raise ChildEnded(self._why())
        return self._process.pid

    def cpu_s(self) -> float:
        """Processor seconds that it has used. Raises ChildEnded."""
        return machine.cpu_s(self.pid)

    async def ask(self, request: msgspec.Struct, reply: type[Reply], timeout_s: float) -> Reply:
        """Send a request and wait for its answer. Raises ChildEnded."""
        self._send(msgspec.json.encode(request))
        return msgspec.json.decode(await self._line(timeout_s), type=reply)

    async def ready(self, timeout_s: float = 20.0) -> None:
        """Wait for its first line. Raises ChildEnded."""
        await self._line(timeout_s)

    async def __aenter__(self) -> Child:
        with self.log.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                limit=_LONGEST_LINE,
                start_new_session=True,  # a Ctrl-C is the bench's, which then ends its children in order
                preexec_fn=die_with_parent,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None
        if process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    def _send(self, line: bytes) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")

    async def _line(self, timeout_s: float) -> bytes:
        assert self._process is not None
        assert self._process.stdout is not None
        line = await within(timeout_s, self._process.stdout.readline())
        if line is None:
            raise ChildEnded(f"{self.module} did not answer within {timeout_s:g} s")
        if not line:
            raise ChildEnded(self._why())
        return line

    def _why(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"{self.module} has ended; its log is {self.log}", *lines[-_LINES_SHOWN:]])


async def within(patience_s: float, wanted: Awaitable[Answer]) -> Answer | None:
    """What is wanted; None where it does not come in time.

    The time is counted in steps of ours: on a machine that has none for us, or stands still, neither has the child.
    """
    asked = asyncio.ensure_future(wanted)
    try:
        for _ in range(max(1, round(patience_s / _STEP_S))):
            done, _ = await asyncio.wait({asked}, timeout=_STEP_S)
            if done:
                return asked.result()
        return None
    finally:
        asked.cancel()


async def requests() -> AsyncIterator[bytes]:
    """In a child: the lines of standard input, until it ends.

    Garbage is collected between them only: among thousands of ended calls that takes a third of a second, in which no
    phone sends or answers, and what is measured would be that.
    """
    gc.disable()
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        gc.collect()
        yield line


def reply(answer: msgspec.Struct) -> None:
    """In a child: the answer to the last line."""
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


def die_with_parent() -> None:
    """In a process that is about to become another one: `kill -9` of its parent is its end, too."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == 1:  # the parent died before the request took effect
        os._exit(1)
