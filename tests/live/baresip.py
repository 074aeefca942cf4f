"""A stranger's phone: baresip, driven as a person drives it, by its own commands.

It says a tone (`says` in Hz) and writes what it hears into WAV files, so that both ways of a talk can be measured
without a sound card. (Its module `sndfile` writes: with `aufile` as its player it crashes at a hold, 1.1.0.)
Each phone is a process with a folder of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from phones.audio import RATE_HZ
from tests.live.conftest import until
from tests.live.site_files import record
from tests.ports import audio_ports, free_port, is_free

INSTALL_SCRIPT = Path(__file__).with_name("install_baresip.sh")
_REPOSITORY = Path(__file__).parents[2]
_MODULES = ("ctrl_tcp", "menu", "ausine", "aufile", "aubridge", "sndfile", "g711", "opus", "srtp", "account")
_WAV_HEADER = 44
_HEARD_S = 0.5
"""So much of the newest sound is looked at."""
_PURITY = 0.5
_STATUS = re.compile(r"audio=\d+/(\d+) \(bit/s\)")
_SAYS_S = 120.0
"""At the end of the file it hangs up."""

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:{sip_port}
sip_trans_def {transport}
net_interface 127.0.0.1
call_local_timeout 120
call_max_calls 4
call_hold_other_calls yes
call_accept no
audio_player aubridge,nobody
snd_path {folder}
audio_source {source}
audio_alert aubridge,nobody
ausrc_channels 1
auplay_channels 1
audio_txmode poll
audio_level no
audio_telev_pt 101
rtp_tos 0
rtp_ports {rtp_first}-{rtp_last}
rtp_timeout 0
jitter_buffer_delay 1-5
opus_bitrate 28000
opus_stereo no
opus_sprop_stereo no
ctrl_tcp_listen 127.0.0.1:{control_port}
ringback_disabled yes
ring_aufile none
callwaiting_aufile none
ringback_aufile none
notfound_aufile none
busy_aufile none
error_aufile none
sip_autoanswer_aufile none
module_path {modules}
{loaded}
"""


class Baresip:
    """One phone of one account. `async with` starts it; at the end no process is left.

    `events` has everything that it told, as it told it.
    """

    def __init__(
        self,
        folder: Path,
        user: str,
        registrar: tuple[str, int],
        password: str = "",
        *,
        says: int = 1800,
        codecs: str = "PCMA",
        settings: str = "",
        transport: str = "udp",
        line: str = "",
    ) -> None:
        """`line` is the whole line of its `accounts`, in place of one that is made of the other values: `settings` are
        more parameters of the account (`;mediaenc=srtp`), `codecs` baresip's own names, the best first."""
        self.folder, self.user, self.says = folder, user, says
        self.events: list[dict[str, Any]] = []
        self._control_port = free_port(socket.SOCK_STREAM)
        audio = audio_ports(20)
        installed = _installed()
        root = installed["root"]
        folder.mkdir(parents=True)
        modules = root / installed["modules"]
        config = _CONFIG.format(
            sip_port=_sip_port(),
            transport=transport,
            folder=folder,
            source=self._source(codecs),
            rtp_first=audio[0],
            rtp_last=audio[-1],
            control_port=self._control_port,
            modules=modules,
            loaded="\n".join(f"module {name}.so" for name in _MODULES),
        )
        (folder / "config").write_text(config)
        host, port = registrar
        again = f";auth_user={user};auth_pass={password};regint=60" if password else ";regint=0"
        account = f"<sip:{user}@{host}:{port};transport={transport}>{again};audio_codecs={codecs}{settings}\n"
        (folder / "accounts").write_text(line or account)
        (folder / "contacts").write_text("")
        loader = [str(root / installed["loader"]), "--library-path", str(root / installed["libraries"])]
        self._command = [*loader, str(root / installed["program"]), "-f", str(folder)]
        self._process: asyncio.subprocess.Process
        self._writer: asyncio.StreamWriter
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._reading: asyncio.Task[None]
        self._asked = 0

    def _source(self, codecs: str) -> str:
        """What it says: baresip's own sine has 48 kHz only, and a source that is resampled does not start again after a
        hold ("Invalid argument", 1.1.0); so for G.711 it is a file of 8 kHz."""
        if codecs.startswith("opus"):
            return f"ausine,{self.says}"
        file = self.folder / "says.wav"
        record(file, self.says, _SAYS_S)
        return f"aufile,{file}"

    async def __aenter__(self) -> Baresip:
        with (self.folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder
            )
        try:
            reader = await self._connect()
        except BaseException:
            await self.kill()
            raise
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(self, *error: object) -> None:
        self._reading.cancel()
        self._writer.close()
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 3.0)
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()

    @property
    def log(self) -> str:
        """What it printed."""
        return (self.folder / "log").read_text(errors="replace")

    # -- its commands

    async def do(self, command: str, parameters: str = "") -> str:
        """One of baresip's own long commands (`dial`, `accept`, `hold`, …); its answer in words."""
        self._asked += 1
        token = str(self._asked)
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        body = json.dumps({"command": command, "params": parameters, "token": token}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        said = await asyncio.wait_for(answer, 20.0)
        if command != "resume":  # says "Invalid argument", and does it (1.1.0)
            assert said["ok"], (command, parameters, said)
        return str(said.get("data", ""))

    async def told(self, kind: str, since: int = 0, deadline_s: float = 10.0) -> dict[str, Any]:
        """The first event of this type from number `since` on."""
        found: list[dict[str, Any]] = []

        def there() -> bool:
            found[:] = [event for event in self.events[since:] if event["type"] == kind]
            return bool(found)

        try:
            await until(there, deadline_s)
        except TimeoutError:
            raise AssertionError(f"{self.user}: no {kind} in {self.events[since:]}\n{self.log[-2000:]}") from None
        return found[0]

    async def registered(self) -> None:
        """Return once the registrar took it."""
        await until(lambda: " 200 OK" in self.log, every_s=0.05)  # may have come before we could listen

    async def dial(self, number: str) -> None:
        """Call; return once it is up."""
        since = len(self.events)
        await self.do("dial", number)
        await self.told("CALL_ESTABLISHED", since)

    async def rings(self, since: int = 0, deadline_s: float = 10.0) -> dict[str, Any]:
        """The call that rings."""
        return await self.told("CALL_INCOMING", since, deadline_s)

    async def accept(self) -> None:
        """Pick up."""
        since = len(self.events)
        await self.do("accept")
        await self.told("CALL_ESTABLISHED", since)

    # -- its network

    def stop(self) -> None:
        """Its network dies: nothing is sent, nothing is answered any more."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """The network is back."""
        self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """Power off."""
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            self._process.kill()
        await self._process.wait()

    # -- what it hears

    def sound(self) -> np.ndarray[Any, np.dtype[np.int16]]:
        """Everything that it heard, 8,000 samples a second: of all its calls, one after the other."""
        parts = [np.zeros(0, np.int16)]
        for file in sorted(self.folder.glob("*-dec.wav"), key=lambda path: path.stat().st_ctime_ns):
            raw = file.read_bytes()
            if len(raw) > _WAV_HEADER:
                rate = int.from_bytes(raw[24:28], "little")
                parts.append(np.frombuffer(raw[_WAV_HEADER : len(raw) // 2 * 2], "<i2")[:: max(1, rate // RATE_HZ)])
        return np.concatenate(parts)

    async def hear(self, hz: int, deadline_s: float = 10.0) -> None:
        """Return once half a second of what it hears from now on was that tone."""
        before = len(self.sound())
        try:
            await until(lambda: _is_tone(self.sound()[before:], hz), deadline_s, 0.05)
        except TimeoutError:
            heard_s = (len(self.sound()) - before) / RATE_HZ
            raise AssertionError(f"{self.user} hears no {hz} Hz in {heard_s:.1f} s\n{self.log[-2000:]}") from None

    async def receives(self, bit_s: int = 60_000) -> None:
        """Return once it receives so much audio: what its status line says, of the last three seconds."""

        def so() -> bool:
            figures = _STATUS.findall(self.log)
            return bool(figures) and int(figures[-1]) >= bit_s

        await until(so, 10.0, 0.1)

    async def hear_none(self, hz: int, for_s: float = 1.0) -> None:
        """Return when it did not hear that tone for so long; a moment is given for what is still under way."""
        await asyncio.sleep(_HEARD_S)
        before = len(self.sound())
        await asyncio.sleep(for_s)
        assert not _is_tone(self.sound()[before:], hz), f"{self.user} hears {hz} Hz"

    # -- the wire of ctrl_tcp: netstrings of JSON

    async def _connect(self) -> asyncio.StreamReader:
        async with asyncio.timeout(10.0):
            while True:
                assert self._process.returncode is None, self.log
                try:
                    reader, self._writer = await asyncio.open_connection("127.0.0.1", self._control_port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    return reader

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                said = json.loads((await reader.readexactly(size + 1))[:-1])
                if said.get("event"):
                    self.events.append(said)
                elif (answer := self._answers.pop(said.get("token", ""), None)) is not None:
                    answer.set_result(said)


def _installed() -> Mapping[str, Any]:
    """What install_baresip.sh left, after running it where there is nothing."""
    configured = os.environ.get("HOTLINE_BARESIP_ROOT")
    root = Path(configured) if configured else _REPOSITORY / ".local" / "baresip"
    if not (root / ".complete").exists():
        subprocess.run([str(INSTALL_SCRIPT)], check=True, stdout=subprocess.DEVNULL)
    entries = dict(line.split("=", 1) for line in (root / ".complete").read_text().splitlines())
    return {**entries, "root": root.resolve()}


def _sip_port() -> int:
    """One that is free for UDP and TCP: baresip wants both, whatever it uses."""
    while not is_free(port := free_port(socket.SOCK_DGRAM), socket.SOCK_STREAM):
        pass
    return port


def _is_tone(sound: np.ndarray[Any, np.dtype[np.int16]], hz: int) -> bool:
    """Whether the newest half second is this tone; False where there is not so much."""
    newest = sound[-int(RATE_HZ * _HEARD_S) :].astype(np.float64)
    if len(newest) < RATE_HZ * _HEARD_S or not newest.any():
        return False
    at = np.exp(-2j * np.pi * hz * np.arange(len(newest)) / RATE_HZ)
    return bool(abs(newest @ at) ** 2 * 2 / (len(newest) * (newest @ newest)) > _PURITY)
