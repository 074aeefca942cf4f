"""Ports for what tests start."""

from __future__ import annotations

import itertools
import os
import secrets
import socket

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
WORKERS = max(WORKER + 1, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
"""Which of the processes of this run we are, and of how many: each has ports of its own, for a port that is free when
one looks may be another's by the time it is bound."""
# Below the ports that Linux gives to clients (32768 and up). The parts of `make test` run at once, each in its own.
# Where a run begins in them is chance, so that two runs at once on one machine hardly ever meet.
_FIRST = int(os.environ.get("HOTLINE_FIRST_PORT", "12000"))
_PORTS = range(_FIRST, _FIRST + 1000, 2)
_turn = itertools.count(secrets.randbelow(10_000))
_AUDIO = range(20_000, 32_000)
_audio_next = [0]
"""Where the next row of these begins."""


def is_free(port: int, kind: socket.SocketKind) -> bool:
    """Nobody uses this port of loopback now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, among: range = _PORTS) -> int:
    """A port that nobody uses now and that no test of this run was given lately."""
    ours = among[WORKER::WORKERS]
    for _ in ours:
        port = ours[next(_turn) % len(ours)]
        if is_free(port, kind):
            return port
    raise RuntimeError(f"no port free in {among}")


def audio_ports(count: int = 200) -> range:
    """So many ports in a row for the audio of one switch or phone, an even number, from an even one on.

    All are free now, and no test of this run was given them lately, however many ports others want: a switch binds one
    when a call comes, and not before.
    """
    share = len(_AUDIO) // WORKERS // 2 * 2
    ours = _AUDIO[WORKER * share : (WORKER + 1) * share]
    for _ in range(share // count):
        at = ours.index(_audio_next[0]) if _audio_next[0] in ours else next(_turn) % (share // 2) * 2
        at = at if at + count <= share else 0
        ports = ours[at : at + count]
        _audio_next[0] = ports.stop
        if all(is_free(port, socket.SOCK_DGRAM) for port in ports):
            return ports
    raise RuntimeError(f"no {count} ports in a row are free in {ours}")
