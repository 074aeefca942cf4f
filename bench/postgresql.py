"""A real PostgreSQL of a bench's or a test's own: found or unpacked, started on a socket in a folder, ended with it.

PostgreSQL refuses to run as root: then it runs as the user `nobody`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from calls.errors import HotlineError

REPOSITORY = Path(__file__).resolve().parents[1]
_INSTALL = REPOSITORY / "postgresql" / "install.sh"
_NOBODY = 65_534
_START_S = 30.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class NoPostgresql(HotlineError):
    """There is none, or it does not start; the message says what to do."""


class Server:
    """A server with one database, `hotline`. It survives `kill()`: `start()` again recovers what was committed."""

    def __init__(self, folder: Path, programs: Path, fsync: bool = True) -> None:
        """`folder` is the server's own, and it may write there. Without `fsync` it survives `kill()` all the same, but
        no power cut."""
        self._fsync = fsync
        self.folder = folder
        self.url = f"postgresql://hotline@/hotline?host={folder}"
        self._programs = programs
        self._data = folder / "data"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make its files. Raises NoPostgresql."""
        self._run("initdb", "-D", str(self._data), "-U", "hotline", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")

    def start(self) -> None:
        """Returns once it answers. Raises NoPostgresql."""
        fsync = f"fsync={'on' if self._fsync else 'off'}"
        settings = ("listen_addresses=", f"unix_socket_directories={self.folder}", "jit=off", fsync)
        options = [word for setting in settings for word in ("-c", setting)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self._data), *options],
                stdout=log,
                stderr=log,
                preexec_fn=_die_with_parent,
                **self._as_whom(),
            )
        until = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise NoPostgresql(f"PostgreSQL does not start: {self._log.read_text(errors='replace')[-800:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As a machine that fails: at once, whatever it does. Its children end by themselves."""
        self._end(signal.SIGKILL)
        until = time.monotonic() + _START_S
        while self._answers() and time.monotonic() < until:
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, without tidying up: its files go with it."""
        self._end(signal.SIGQUIT)

    def freeze(self, frozen: bool) -> None:
        """All of its processes stop, or go on: connections stay, and nothing answers."""
        assert self._process is not None
        own = self._process.pid
        children = Path(f"/proc/{own}/task/{own}/children").read_text().split()  # a bare machine has no `ps`
        for pid in (own, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if frozen else signal.SIGCONT)

    def database(self, name: str, template: str = "template1") -> str:
        """The URL of one more database, a copy of `template` as it is now; nobody must be connected to that."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.replace("/hotline?", f"/{name}?")

    def drop(self, name: str) -> None:
        """Take a database away, whoever is connected to it. Raises psycopg.OperationalError where no server answers."""
        import psycopg

        with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url.replace("/hotline?", "/postgres?"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, text=True, check=False, **self._as_whom()
        )
        if done.returncode:
            raise NoPostgresql(f"{program}: {done.stderr.strip()[-800:]}")

    def _as_whom(self) -> dict[str, Any]:
        unpacked = next(iter(sorted(self._programs.parents[2].glob("*-linux-gnu*"))), None)
        ours = unpacked if self._programs.parts[1:3] != ("usr", "lib") else None
        environment = {**os.environ, "LC_ALL": "C", **({"LD_LIBRARY_PATH": str(ours)} if ours is not None else {})}
        whom = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"env": environment, "cwd": self.folder, **whom}


@contextlib.contextmanager
def running(fsync: bool = True) -> Iterator[Server]:
    """A server that is up, and all of it gone afterwards. Raises NoPostgresql."""
    programs = find()
    folder = Path(tempfile.mkdtemp(prefix="hotline-postgresql-"))  # a short path: a socket's has at most 107 characters
    try:
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)
            programs = _reachable(programs, folder)
        server = Server(folder, programs, fsync)
        server.create()
        server.start()
        try:
            import psycopg

            with psycopg.connect(server.url.replace("/hotline?", "/postgres?"), autocommit=True) as connection:
                connection.execute("CREATE DATABASE hotline")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find() -> Path:
    """The folder of its programs, after running `postgresql/install.sh` where there is none. Raises NoPostgresql."""
    done = subprocess.run([str(_INSTALL)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoPostgresql((done.stderr.strip().splitlines() or ["postgresql/install.sh failed"])[-1])
    return Path(done.stdout.strip().splitlines()[-1])


def _reachable(programs: Path, folder: Path) -> Path:
    """The same, or a copy where `nobody` may not come: a repository below /root, say."""
    seen = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(programs / "postgres")],
        check=False,
        user=_NOBODY,
        group=_NOBODY,
        extra_groups=[],
        cwd="/",
    )
    if seen.returncode == 0:
        return programs
    root = programs.parents[4]
    shutil.copytree(root / "usr", folder / "usr", symlinks=True)
    return folder / "usr" / programs.relative_to(root / "usr")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
    if os.getppid() == 1:  # the parent died before the request took effect
        os._exit(1)


if __name__ == "__main__":
    with running() as one:
        print(one.url, flush=True)
        sys.stdin.read()
