"""A proxy as a child of ours: unpacked by `gate/install.sh`, configured, started until it listens, and stopped.

For tests, benches and a first try. In production the service manager runs Kamailio: it must go on refusing while the
controller is away.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from calls.errors import HotlineError

REPOSITORY = Path(__file__).resolve().parents[2]
INSTALL_SCRIPT = REPOSITORY / "gate" / "install.sh"
_UP_S = 15.0
_LOOK_S = 0.05


class ProxyError(HotlineError):
    """The proxy is not there, or did not start; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A Kamailio that can be started."""

    command: tuple[str, ...]
    modules: Path
    version: str


def located() -> Proxy | None:
    """The one that was unpacked; None where there is none yet."""
    root = _root()
    try:
        lines = (root / ".complete").read_text().splitlines()
    except OSError:
        return None
    found = dict(line.split("=", 1) for line in lines)
    libraries = root / found["libraries"]
    paths = f"{libraries}:{libraries / 'kamailio'}"
    command = (str(root / found["loader"]), "--library-path", paths, str(root / found["program"]))
    return Proxy(command, root / found["modules"], found["version"])


def located_or_installed() -> Proxy:
    """As `located`, after running `gate/install.sh` where nothing is there yet; blocks. Raises ProxyError."""
    if found := located():
        return found
    done = subprocess.run([str(INSTALL_SCRIPT)], capture_output=True, text=True, check=False)
    found = located()
    if done.returncode != 0 or found is None:
        raise ProxyError((done.stderr.strip().splitlines() or ["gate/install.sh failed: run it by hand"])[-1])
    return found


def _root() -> Path:
    configured = os.environ.get("HOTLINE_KAMAILIO_ROOT")
    return Path(configured) if configured else REPOSITORY / ".local" / "kamailio"


class ProxyProcess:
    """A running one. `async with ProxyProcess(folder, text, decider_port):` starts and stops it."""

    def __init__(self, folder: Path, text: str, decider_port: int) -> None:
        """`text` is its configuration; `folder` gets that, for this user only, its log and its sockets."""
        self._folder, self._text, self._decider_port = folder, text, decider_port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """What it says."""
        return self._folder / "kamailio.log"

    async def __aenter__(self) -> ProxyProcess:
        """Start; returns once it listens. Raises ProxyError with the end of its log."""
        proxy = await asyncio.to_thread(located_or_installed)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / "kamailio.cfg"
        path.touch(mode=0o600)
        path.write_text(self._text)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *proxy.command,
                *("-f", str(path), "-DD", "-E", "-m", "64", "-M", "8", "-Y", str(self._folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            async with asyncio.timeout(_UP_S):
                while not await self._listens():
                    if self._process.returncode is not None:
                        raise ProxyError(f"the proxy ended with code {self._process.returncode}:\n{self._said()}")
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            await self.stop()
            raise ProxyError(f"the proxy does not listen after {_UP_S:g} s:\n{self._said()}") from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """End it and its workers."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 5.0)
        except TimeoutError:
            os.killpg(self._process.pid, 9)
            await self._process.wait()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._decider_port)
        except OSError:
            return False
        writer.close()
        return True

    def _said(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        wrong = [line for line in lines if "ERROR" in line or "CRITICAL" in line]
        return "\n".join((wrong or lines)[:8])
