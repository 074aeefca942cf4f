"""Ports for what tests start."""

from __future__ import annotations

import socket


def is_free(port: int, kind: socket.SocketKind) -> bool:
    """Nobody uses this port of loopback now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
