"""An installation of Asterisk is the system's own, or one that was unpacked into a folder by `asterisk/install.sh`.

An unpacked Asterisk belongs to another release of the distribution than the system, so it comes with a C library of its
own. It is started through that library's loader, which needs no chroot, no root and no change of the system.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 20
REPOSITORY = Path(__file__).resolve().parents[3]
INSTALL_SCRIPT = REPOSITORY / "asterisk" / "install.sh"

_SYSTEM_MODULES = (
    "/usr/lib/*-linux-gnu/asterisk/modules",
    "/usr/lib64/asterisk/modules",
    "/usr/lib/asterisk/modules",
    "/usr/local/lib/asterisk/modules",
)
_SYSTEM_DATA = ("/usr/share/asterisk", "/var/lib/asterisk", "/usr/local/share/asterisk")


class AsteriskNotFoundError(Exception):
    """No usable Asterisk; the message says the one thing to do."""


@dataclass(frozen=True)
class Installation:
    """An Asterisk that can be started."""

    command: tuple[str, ...]  # what starts it, before its own options
    version: str  # as it prints it, such as "22.10.1+dfsg+~cs6.17.60671434-1"
    modules_dir: Path
    data_dir: Path  # sounds, and the documentation without which no module loads

    @property
    def major(self) -> int:
        """The release series, such as 22."""
        return int(self.version.split(".", 1)[0])


def default_root() -> Path:
    """The folder for an unpacked Asterisk: `HOTLINE_ASTERISK_ROOT`, else `.local/asterisk` of the project."""
    configured = os.environ.get("HOTLINE_ASTERISK_ROOT")
    return Path(configured) if configured else REPOSITORY / ".local" / "asterisk"


def locate(root: Path | None = None) -> Installation | None:
    """The Asterisk to use, None when there is none yet: one that is unpacked, else the system's if not too old.

    With `HOTLINE_ASTERISK=unpacked` in the environment the system's is never used.
    """
    if found := _unpacked(root or default_root()):
        return found
    return None if os.environ.get("HOTLINE_ASTERISK") == "unpacked" else _of_the_system()


def locate_or_install(root: Path | None = None) -> Installation:
    """As `locate`, after running `asterisk/install.sh` where nothing is there yet; blocks for as long as that takes.

    Raises AsteriskNotFoundError with the script's last line, which says what to do.
    """
    root = root or default_root()
    if found := locate(root):
        return found
    environment = {**os.environ, "HOTLINE_ASTERISK_ROOT": str(root)}
    done = subprocess.run(
        [str(INSTALL_SCRIPT)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = locate(root)
    if done.returncode != 0 or found is None:
        lines = done.stderr.strip().splitlines() or ["asterisk/install.sh failed: run it by hand to see why"]
        raise AsteriskNotFoundError(lines[-1])
    return found


def _unpacked(root: Path) -> Installation | None:
    description = root / ".complete"
    if not description.is_file():
        return None
    entries = dict(line.split("=", 1) for line in description.read_text().splitlines() if "=" in line)
    root = root.resolve()
    loader = [str(root / entries["loader"]), "--library-path", str(root / entries["libraries"])]
    return Installation(
        command=(*loader, str(root / entries["program"])),
        version=entries["version"],
        modules_dir=root / entries["modules"],
        data_dir=root / entries["data"],
    )


def _of_the_system() -> Installation | None:
    program = shutil.which("asterisk")
    if program is None:
        return None
    printed = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=10, check=False).stdout
    version = re.match(r"Asterisk (\d+)(\S*)", printed)
    if version is None or int(version[1]) < OLDEST_MAJOR:
        return None
    modules = next((path for pattern in _SYSTEM_MODULES for path in sorted(Path("/").glob(pattern[1:]))), None)
    data = next((Path(path) for path in _SYSTEM_DATA if (Path(path) / "documentation").is_dir()), None)
    if modules is None or data is None:
        return None
    return Installation((program,), version[1] + version[2], modules, data)
