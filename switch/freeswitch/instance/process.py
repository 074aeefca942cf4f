"""A process is one FreeSWITCH of our own, as a child of ours."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from pathlib import Path

import structlog

from calls.errors import SwitchAway
from switch.freeswitch.instance.configuration import write_configuration
from switch.freeswitch.instance.settings import FreeSwitchSettings

log = structlog.get_logger(__name__)

START_DEADLINE_S = 20.0
FIRST_START_DEADLINE_S = 120.0
"""Two keys of 4096 bits are made first: 3 to 11 s on an idle machine, over 20 on a busy one."""
KEYS = ("dtls-srtp.pem", "wss.pem")
"""switch_core_media.c and switch_msrp.c, 1.10.12. Files that are there are kept, whatever is in them."""
_WHOLE = (b"PRIVATE KEY-----", b"-----END CERTIFICATE-----")
STOP_DEADLINE_S = 10.0
_ATTEMPTS = 4


def command_line(program: str, settings: FreeSwitchSettings) -> Sequence[str]:
    """How the switch is started: in the foreground, without console, all its folders inside the run directory."""
    run = settings.run_dir
    folders = {
        "-conf": settings.etc_dir,
        "-log": run / "log",
        "-db": run / "db",
        "-run": run / "run",
        "-temp": run / "tmp",
        "-cache": run / "cache",
        "-storage": run / "state",
        "-recordings": settings.recording_dir,
        "-certs": settings.keys_dir,
    }
    return [program, "-nf", "-nc", "-nonat", *(str(word) for pair in folders.items() for word in pair)]


class FreeSwitchProcess:
    """One FreeSWITCH: `start`, `stop`, `kill`, and `start` again over the same run directory."""

    def __init__(self, settings: FreeSwitchSettings, program: str) -> None:
        self.settings = settings
        self._program = program
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; None when it does not run."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Writes the configuration, starts, and returns once its event socket answers. Raises SwitchAway.

        One start of ninety stands still before the first module is loaded (1.10.12), on a busy machine two in a row: it
        is killed and tried again. The first start of a run directory has a longer time, for the keys that it makes.
        """
        if self.pid is not None:
            raise RuntimeError("it runs already")
        write_configuration(self.settings)
        deadline_s = START_DEADLINE_S
        if self._makes_keys():
            deadline_s = FIRST_START_DEADLINE_S
            log.info("first start: keys are made", folder=str(self.settings.keys_dir), at_most_s=deadline_s)
        for _ in range(_ATTEMPTS):
            await self._spawn()
            try:
                async with asyncio.timeout(deadline_s):
                    await self._until_it_listens()
                return
            except TimeoutError:
                await self.kill()
                self._makes_keys()
        fault = f"FreeSWITCH did not open its event socket in {deadline_s:g} s, {_ATTEMPTS} times"
        raise SwitchAway(f"{fault}: {self._log_tail()}")

    def _makes_keys(self) -> bool:
        """Whether a start makes keys. What a killed start has left of one is removed: it would be taken for a key."""
        paths = [self.settings.keys_dir / name for name in KEYS]
        if self.settings.certificates_dir is None:  # else somebody's own, who knows what is in them
            for path in paths:
                if path.exists() and not all(part in path.read_bytes() for part in _WHOLE):
                    path.unlink()
        return not all(path.exists() for path in paths)

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *command_line(self._program, self.settings),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            umask=0o077,  # recordings and logs are for this user only
            start_new_session=True,  # a Ctrl-C at the controller is not one at the switch: calls go on
        )

    async def _until_it_listens(self) -> None:
        assert self._process is not None
        address, port = self.settings.event_socket_address, self.settings.event_socket_port
        while True:
            if self._process.returncode is not None:
                raise SwitchAway(f"FreeSWITCH ended with {self._process.returncode}: {self._log_tail()}")
            try:
                reader, writer = await asyncio.open_connection(address, port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            with contextlib.suppress(OSError):
                greeting = await reader.readline()
                writer.close()
                await writer.wait_closed()
                if greeting:
                    return

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Ends it in order: calls are hung up. Kills it if that takes too long."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends it at once, as a crash would."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.kill()
        await process.wait()

    def _log_tail(self) -> str:
        path: Path = self.settings.log_file
        return path.read_text(errors="replace")[-2000:] if path.exists() else "it wrote no log"
