"""Ports for what tests start."""

from __future__ import annotations

import os
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
WORKERS = max(WORKER + 1, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
"""Which of the processes of this run we are, and of how many: each has ports of its own, for a port that is free when
one looks may be another's by the time it is bound."""


def is_free(port: int, kind: socket.SocketKind) -> bool:
    """Nobody uses this port of loopback now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
