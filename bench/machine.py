"""The machine of a run: what it is, and who used its processors. Linux: from /proc."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

_TICKS_S = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def facts(asterisk: str | None = None) -> dict[str, Any]:
    """What a report says of the machine; `asterisk` is its version where one took part."""
    load = os.getloadavg()[0]
    known = {"cpu": _cpu_name(), "cores": os.cpu_count(), "python": platform.python_version(), "load_before": load}
    return known if asterisk is None else {**known, "asterisk": asterisk}


def cpu_s(pid: int) -> float:
    """Processor seconds that a process has used: all its threads, and the children that it has waited for.

    Raises ProcessLookupError when it is gone.
    """
    try:
        line = (_PROC / str(pid) / "stat").read_text()
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    # After the name, which may hold spaces and brackets: utime, stime, cutime, cstime are fields 14 to 17 (proc(5)).
    used = line.rpartition(")")[2].split()[11:15]
    return sum(map(int, used)) / _TICKS_S


def resident_mb(pid: int, what: str = "VmRSS") -> float:
    """MB of memory that a process holds now (VmRSS), or at most held so far (VmHWM).

    Raises ProcessLookupError when it is gone.
    """
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))


def busy_s() -> float:
    """Processor seconds that everybody on this machine has used since it started, all cores together."""
    user, nice, system, _, _, irq, soft_irq, steal = map(int, (_PROC / "stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft_irq + steal) / _TICKS_S


def _cpu_name() -> str:
    for line in (_PROC / "cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
