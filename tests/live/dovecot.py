"""A real Dovecot of a test's own: mailboxes by IMAP and IMAP over TLS, and a server of outgoing mail (submission) that
asks for TLS and a password. Started, killed and started again, on loopback, as an ordinary user.

Where root runs it, it is the user `nobody`: Dovecot's servants are started by an ordinary user as well.
"""

from __future__ import annotations

import contextlib
import ctypes
import grp
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.ports import free_port

USER, PASSWORD = "complaints", "secret"
_INSTALL_SCRIPT = Path(__file__).with_name("install_dovecot.sh")
_NOBODY = 65_534
_START_S = 30.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PORTS = range(19_400, 19_700)
"""Its own: a killed server comes back to its ports."""

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
libexec_dir = {programs}
mail_plugin_dir = {programs}/modules
login_plugin_dir = {programs}/modules/login
import_environment = TZ LD_LIBRARY_PATH
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
default_vsz_limit = 0
first_valid_uid = 0
first_valid_gid = 0
protocols = imap submission
listen = 127.0.0.1
disable_plaintext_auth = yes
auth_username_chars =
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
hostname = mail.bank.example
submission_relay_host = 127.0.0.1
submission_relay_port = {relay_port}
submission_relay_trusted = no
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
  }}
}}
service submission-login {{
  chroot =
  inet_listener submission {{
    port = {submission_port}
  }}
  inet_listener submissions {{
    port = {submissions_port}
    ssl = yes
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""


class Dovecot:
    """The server. What was put into its mailboxes outlives a kill."""

    def __init__(self, folder: Path, installed: Path, whom: dict[str, Any]) -> None:
        """`folder` is its own, and whoever it runs as may write there."""
        self.imap_port, self.imaps_port, self.submission_port, self.submissions_port, self.relay_port = (
            free_port(among=_PORTS) for _ in range(5)
        )
        self.folder = folder
        self.certificate = folder / "certificate.pem"
        self._installed = installed
        self._whom = whom
        self._process: subprocess.Popen[bytes] | None = None
        self._configure()

    def start(self) -> None:
        """Returns once it takes connections. Raises RuntimeError, with its log, where it does not."""
        (self.folder / "run" / "master.pid").unlink(missing_ok=True)
        usr, config = self._installed / "usr", str(self.folder / "dovecot.conf")
        # `dovecot` by itself would ask /usr/bin/doveconf for its configuration, a path that is compiled in
        command = [str(usr / "bin" / "doveconf"), "-f", "service=master", "-c", config, "-m", "master"]
        command += ["-e", str(usr / "sbin" / "dovecot"), "-F", "-c", config]
        libraries = (usr / "lib" / "dovecot", usr / "lib" / "dovecot" / "modules" / "old-stats", self._libraries())
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, libraries))}
        with (self.folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                command, stdout=out, stderr=out, env=environment, preexec_fn=_die_with_parent, **self._whom
            )
        until = time.monotonic() + _START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Dovecot does not start: {self.said()}")
            time.sleep(0.02)

    @property
    def is_up(self) -> bool:
        """It runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a machine that fails: all of its programs at once."""
        if self._process is not None and self.is_up:
            for pid in (self._process.pid, *self._children()):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def said(self) -> str:
        """Its log so far."""
        return "".join(
            (self.folder / name).read_text(errors="replace") for name in ("out", "log") if (self.folder / name).exists()
        )

    @contextlib.contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        """The mailbox as a person's program has it open."""
        box = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=20.0)
        box.login(USER, PASSWORD)
        box.select(f'"{folder}"')
        yield box
        box.logout()

    def _children(self) -> list[int]:
        assert self._process is not None
        own = self._process.pid
        return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def _answers(self) -> bool:
        try:
            for port in (self.imap_port, self.submission_port):
                with socket.create_connection(("127.0.0.1", port), 5.0) as opened:
                    if not opened.recv(200).startswith((b"* OK", b"220 ")):
                        return False
        except OSError:
            return False
        return True

    def _libraries(self) -> Path:
        facts = dict(line.split("=", 1) for line in (self._installed / ".complete").read_text().splitlines())
        return self._installed / facts["libraries"]

    def _configure(self) -> None:
        uid, gid = self._whom.get("user", os.getuid()), self._whom.get("group", os.getgid())
        text = _CONFIG.format(
            folder=self.folder,
            programs=self._installed / "usr" / "lib" / "dovecot",
            user=pwd.getpwuid(uid).pw_name,
            group=grp.getgrgid(gid).gr_name,
            uid=uid,
            gid=gid,
            imap_port=self.imap_port,
            imaps_port=self.imaps_port,
            submission_port=self.submission_port,
            submissions_port=self.submissions_port,
            relay_port=self.relay_port,
        )
        for name in ("run", "state", "mail"):
            (self.folder / name).mkdir()
        (self.folder / "dovecot.conf").write_text(text)
        (self.folder / "users").write_text(f"{USER}:{PASSWORD}\n投诉:密码 secret\n", encoding="utf-8")
        (self.folder / "run" / "modules").symlink_to(self._installed / "usr" / "lib" / "dovecot" / "modules")
        _certify(self.folder)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, uid, gid, follow_symlinks=False)


def _certify(folder: Path) -> None:
    """A certificate of this test's own, for `localhost`, that nobody trusts unless they are told to."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    subprocess.run([*command, *subject, "-keyout", key, "-out", certificate], check=True, capture_output=True)


@contextlib.contextmanager
def running() -> Iterator[Dovecot]:
    """A server that is up, and all of it gone afterwards."""
    installed = Path(subprocess.run([_INSTALL_SCRIPT], capture_output=True, text=True, check=True).stdout.split()[-1])
    folder = Path(tempfile.mkdtemp(prefix="hotline-dovecot-"))  # a short path: a socket's has at most 107 characters
    whom: dict[str, Any] = {}
    try:
        folder.chmod(0o755)
        if os.geteuid() == 0:
            whom = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
            installed = _reachable(installed, folder)
        (folder / "own").mkdir()
        server = Dovecot(folder / "own", installed, whom)
        try:
            server.start()
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reachable(installed: Path, folder: Path) -> Path:
    """The same, or a copy where `nobody` may not come: a repository below /root, say."""
    program = installed / "usr" / "bin" / "doveconf"
    may = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(program)],
        check=False,
        user=_NOBODY,
        group=_NOBODY,
        extra_groups=[],
        cwd="/",
    )
    if may.returncode == 0:
        return installed
    shutil.copytree(installed, folder / "dovecot", symlinks=True)
    return folder / "dovecot"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
