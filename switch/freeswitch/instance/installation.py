"""An installation of FreeSWITCH is somebody's own: no package registry that needs no account has one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from calls.errors import BadInput

VARIABLE = "HOTLINE_FREESWITCH_PROGRAM"
USUAL = (
    "/usr/local/freeswitch/bin/freeswitch",
    "/usr/local/bin/freeswitch",
    "/usr/bin/freeswitch",
    "/opt/freeswitch/bin/freeswitch",
)
"""Where its own build, packages and images put it."""
_ANSWER_S = 20.0
OLDEST = (1, 10)

ADVICE = (
    "Bring a FreeSWITCH 1.10 (docs/freeswitch.md says with which modules), and say where its program is:"
    " make run SWITCH=freeswitch FREESWITCH=/opt/freeswitch/bin/freeswitch,"
    f" or {VARIABLE} in the environment. Without one, make run shows the same house on Asterisk."
)


def locate(usual: Sequence[str] = USUAL) -> str | None:
    """The program to run: HOTLINE_FREESWITCH_PROGRAM, else `freeswitch` of the PATH, else a usual place; or None."""
    configured = os.environ.get(VARIABLE)
    if configured:
        return configured
    return shutil.which("freeswitch") or next((path for path in usual if os.access(path, os.X_OK)), None)


def required(given: str = "", usual: Sequence[str] = USUAL) -> str:
    """The one that is given, else that of `locate`, tried: it can be started, and is not too old.

    Raises BadInput, which says what to do.
    """
    program = given or locate(usual)
    if program is None:
        places = ", ".join(str(Path(path).parent) for path in usual)
        raise BadInput(f"no freeswitch in PATH, {places}. {ADVICE}")
    version = version_of(program)
    if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < OLDEST:
        raise BadInput(f"{program} is FreeSWITCH {version}, which is too old. {ADVICE}")
    return program


def version_of(program: str) -> str:
    """As it prints it, such as "1.10.12-release~64bit". Raises BadInput where it is no FreeSWITCH."""
    try:
        done = subprocess.run(
            [program, "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else "it does not answer -version"
        raise BadInput(f"{program} cannot be started: {reason}. {ADVICE}") from error
    _, found, rest = done.stdout.partition("FreeSWITCH version: ")
    if not found:
        raise BadInput(f"{program} is no FreeSWITCH: asked for -version it says {done.stdout.strip()[:80]!r}. {ADVICE}")
    return rest.split()[0]
