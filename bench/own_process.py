"""A measurement in a process of its own: what memory it takes is not mixed with what was there before."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_MB = 1024.0


def measured(function: str, *words: str) -> dict[str, Any]:
    """What `MODULE:FUNCTION` returns, called with `words` in a new process. Raises CalledProcessError."""
    command = [sys.executable, "-m", "bench.own_process", function, *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]  # whatever the function returned


def memory_mb(what: str = "VmRSS") -> float:
    """Of this process: resident now (VmRSS), or at most so far (VmHWM)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == what:
            return int(value.split()[0]) / _MB
    raise ValueError(what)


def _main() -> None:
    module, _, name = sys.argv[1].partition(":")
    print(json.dumps(getattr(importlib.import_module(module), name)(*sys.argv[2:])))


if __name__ == "__main__":
    _main()
