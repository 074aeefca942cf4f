"""Many small writes as one packet: Linux holds what is written back while a socket is corked (tcp(7))."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Protocol

_TCP_CORK = getattr(socket, "TCP_CORK", None)  # Linux only; elsewhere each write leaves by itself, as it would have


class Corkable(Protocol):
    """A socket, or asyncio's stand-in for one."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None:
        """As of `socket.socket`."""


class Cork:
    """`with Cork(socket):` what is written inside leaves together at its end. Without a TCP socket it does nothing."""

    def __init__(self, corked: Corkable | None) -> None:
        self._socket = corked

    def __enter__(self) -> None:
        self._set(1)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._set(0)

    def _set(self, on: int) -> None:
        if self._socket is None or _TCP_CORK is None:
            return
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, _TCP_CORK, on)
        except OSError:  # closed meanwhile, or no TCP socket: whoever writes is told by the write itself
            self._socket = None
