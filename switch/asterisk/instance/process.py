"""A process is one Asterisk as a child of ours: started until it answers, stopped, killed, started again.

The child dies with its parent, whatever the parent dies of: a demonstration, a test or a bench leaves nothing behind.
In production the service manager is the parent of Asterisk, not the controller: calls outlive the controller.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from switch.accounts import AgentAccount
from switch.asterisk.instance import upkeep
from switch.asterisk.instance.configuration import control_socket, write_configuration
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.log_keeper import LogKeeper
from switch.asterisk.instance.memory import MemoryKeeper
from switch.asterisk.instance.settings import AsteriskSettings, port_is_free

START_DEADLINE_S = 30.0
STOP_DEADLINE_S = 5.0
_POLL_S = 0.05
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_COMPLAINTS = (" ERROR[", " WARNING[")
_LINES_SHOWN = 8


class AsteriskStartError(Exception):
    """Asterisk did not come up; the message names the cause and where its log is."""


class AsteriskProcess:
    """One instance, by its settings. `async with AsteriskProcess(...) as asterisk:` starts and stops it."""

    def __init__(self, settings: AsteriskSettings, installation: Installation) -> None:
        self.settings = settings
        self.installation = installation
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: tuple[asyncio.Task[None], ...] = ()
        self._keeper: MemoryKeeper | None = None

    @property
    def memory_given_back(self) -> int:
        """How often this one has given memory back in a quiet minute, since it was started."""
        return self._keeper.times if self._keeper is not None else 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def running(self) -> bool:
        """Whether the process is there; `answers` of `upkeep` says whether it takes calls."""
        return self.pid is not None

    @property
    def console_file(self) -> Path:
        """What Asterisk prints before its own log is open, and when it crashes."""
        return self.settings.log_file.with_name("console.log")

    async def start(self, deadline_s: float = START_DEADLINE_S) -> None:
        """Writes the configuration, starts, and returns once ARI answers; raises AsteriskStartError."""
        if self.running:
            return
        self._require_free_ports()
        await asyncio.to_thread(write_configuration, self.settings, self.installation)
        command = (*self.installation.command, "-f", "-C", str(self.settings.etc_dir / "asterisk.conf"))
        with self.console_file.open("ab") as console:
            self._process = await asyncio.create_subprocess_exec(
                *command,
                # At start the SIP stack looks the host's own name up; where nothing answers for it that must not be
                # 20 s. Calls look nothing up (media_address of pjsip.conf).
                env={"RES_OPTIONS": "timeout:1 attempts:2", **os.environ},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                start_new_session=True,  # a Ctrl-C at the terminal is the parent's to deal with
                preexec_fn=_prepare_child(os.getpid()),
            )
        try:
            await asyncio.wait_for(self._until_ready(), deadline_s)
            _schedule_in_batches(self._process.pid)
            self._keeper = self.memory()
            self._keeping = (asyncio.create_task(self._keeper.run()), asyncio.create_task(self.log_keeper().run()))
        except TimeoutError:
            await self.kill()
            raise AsteriskStartError(self._why(f"did not answer within {deadline_s:g} s")) from None
        except BaseException:
            await self.kill()
            raise

    async def stop(self, deadline_s: float = STOP_DEADLINE_S) -> None:
        """Ends it in good order (calls are hung up), after the deadline by force. Harmless when it does not run."""
        self._stop_keeping()
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), deadline_s)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends it at once, as a crash would: no BYE is sent, nothing is written."""
        self._stop_keeping()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def memory(self) -> MemoryKeeper:
        """Looks after the memory of the one that runs: once a minute, and whenever it is asked to."""
        assert self._process is not None
        return MemoryKeeper(control_socket(self.settings), self._process.pid)

    def log_keeper(self) -> LogKeeper:
        """Looks after the log of the one that runs, and after its call records."""
        settings = self.settings
        records = settings.call_record_file if settings.call_records else None
        return LogKeeper(control_socket(settings), settings.log_file, settings.log_turnover, records)

    def _stop_keeping(self) -> None:
        for task in self._keeping:
            task.cancel()
        self._keeping = ()

    async def ended(self) -> int:
        """Waits until it has ended, for whatever reason; its exit code (0 when it never ran)."""
        return await self._process.wait() if self._process is not None else 0

    async def restart(self) -> None:
        """Stop, then start with the configuration written anew."""
        await self.stop()
        await self.start()

    async def set_accounts(self, accounts: tuple[AgentAccount, ...]) -> None:
        """See `upkeep.set_accounts`."""
        await upkeep.set_accounts(self.settings, accounts)

    async def set_fallback(self, dialplan: str) -> None:
        """See `upkeep.set_fallback`."""
        await upkeep.set_fallback(self.settings, dialplan)

    async def __aenter__(self) -> AsteriskProcess:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _require_free_ports(self) -> None:
        """Asterisk itself boots happily without its SIP port: only the calls would be missing."""
        settings = self.settings
        for what, address, port, kind in (
            ("SIP", settings.sip_address, settings.sip_port, socket.SOCK_DGRAM),
            ("ARI", settings.ari_address, settings.ari_port, socket.SOCK_STREAM),
        ):
            if not port_is_free(address, port, kind):
                raise AsteriskStartError(
                    f"{what} port {port} of {address} is taken or not ours:"
                    " stop what listens there, or set another port"
                )

    async def _until_ready(self) -> None:
        assert self._process is not None
        while self._process.returncode is None:
            try:
                if await upkeep.answers(self.settings):
                    return
            except PermissionError:
                raise AsteriskStartError(self._why("refuses the ARI password of its own configuration")) from None
            await asyncio.sleep(_POLL_S)
        raise AsteriskStartError(self._why(f"ended with code {self._process.returncode} while starting"))

    def _why(self, what: str) -> str:
        """The message of a failed start, with the first complaints of the logs."""
        lines = [line for path in (self.console_file, self.settings.log_file) for line in _complaints(path)]
        return "\n".join([f"Asterisk {what}; its log is {self.settings.log_file}", *lines[:_LINES_SHOWN]])


def _complaints(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines = path.read_text(errors="replace").splitlines()
    return [line for line in lines if any(kind in line for kind in _COMPLAINTS)]


def _schedule_in_batches(pid: int) -> None:
    """Each 20 ms of music wake a thread for each waiting caller: let none interrupt the one that wakes them all.

    Measured with 300 callers on a busy machine: 68 for 76 % of a core, latencies of calls as before. Done once it is
    up, because Asterisk sets the default policy at its start; threads that come later inherit it.
    """
    if sys.platform != "linux":
        return
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(OSError):  # it has ended, or a container forbids it: it costs more then, and works
            os.sched_setscheduler(int(thread), os.SCHED_BATCH, os.sched_param(0))


def _prepare_child(parent: int) -> Callable[[], None]:
    """What the child does between fork and exec: die with the parent, and have enough descriptors for its calls.

    The kernel sends the signal when the parent's *thread* ends that forked, so start from a thread that lives as long.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before the request took effect
                os._exit(1)
        os.umask(0o077)  # recordings and logs are for this user only
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))

    return prepare
