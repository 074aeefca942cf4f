"""Received packets of many sockets in one block of memory, each with the kernel's own arrival time.

recvmmsg(2) drains a socket in one call without an object for each packet, and SO_TIMESTAMPNS has the kernel
note when each packet came, so a drain that comes 200 ms later still tells the arrival to the microsecond.
Linux only, like the switch beside which these phones run.
"""

from __future__ import annotations

import ctypes
import socket
import time

import numpy as np
import numpy.typing as npt

SO_TIMESTAMPNS = 35  # asm-generic/socket.h; Python's socket module has no name for it
ROW_BYTES = 512  # 60 ms of G.711 with header and extensions; longer ones are cut, and said to be by their length
_CONTROL_BYTES = 32  # CMSG_SPACE(sizeof(struct timespec))


class _IoVec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class _MessageHeader(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
        ("padding", ctypes.c_int),  # struct msghdr ends on eight bytes
        ("received", ctypes.c_uint),  # struct mmsghdr: the length of the datagram
    ]


_HEADER_BYTES = ctypes.sizeof(_MessageHeader)
_recvmmsg = ctypes.CDLL(None, use_errno=False).recvmmsg
_recvmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_recvmmsg.restype = ctypes.c_int


def wants_arrival_times(sock: socket.socket) -> None:
    """Have the kernel stamp each datagram of this socket."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


def monotonic_offset_ns() -> int:
    """Subtract it from the kernel's (real time) stamps to have them on the line of time.monotonic()."""
    before = time.monotonic_ns()
    real = time.time_ns()
    return real - (before + time.monotonic_ns()) // 2


class Arena:
    """`rows` of `ROW_BYTES` each. `fill` adds what a socket holds, `clear` starts over."""

    def __init__(self, rows: int = 1024, per_socket: int = 32) -> None:
        self.rows = rows
        self.per_socket = per_socket
        self.used = 0
        self.data: npt.NDArray[np.uint8] = np.zeros((rows, ROW_BYTES), np.uint8)
        self._control = np.zeros((rows, _CONTROL_BYTES), np.uint8)
        vectors = (_IoVec * rows)()
        headers = (_MessageHeader * rows)()
        for row in range(rows):
            vectors[row].base = self.data.ctypes.data + row * ROW_BYTES
            vectors[row].length = ROW_BYTES
            headers[row].vectors = ctypes.addressof(vectors) + row * ctypes.sizeof(_IoVec)
            headers[row].vector_count = 1
            headers[row].control = self._control.ctypes.data + row * _CONTROL_BYTES
            headers[row].control_length = _CONTROL_BYTES
        self._keep = (vectors, headers)  # the kernel writes through these addresses
        self._headers_at = ctypes.addressof(headers)
        as_bytes = np.frombuffer(memoryview(headers).cast("B"), np.uint8).reshape(rows, _HEADER_BYTES)
        at = _MessageHeader.control_length.offset
        self._control_lengths = as_bytes[:, at : at + 8].view(np.uint64)
        at = _MessageHeader.received.offset
        self._lengths = as_bytes[:, at : at + 4].view(np.uint32)
        self._stamps = self._control[:, 16:32].view(np.int64)  # after the 16 bytes of struct cmsghdr

    @property
    def full(self) -> bool:
        """No room for what one more socket may hold."""
        return self.rows - self.used < self.per_socket

    def fill(self, fd: int) -> int:
        """Take what waits in a socket, at most `per_socket` datagrams; how many that were. Never blocks."""
        count: int = _recvmmsg(
            fd, self._headers_at + self.used * _HEADER_BYTES, self.per_socket, socket.MSG_DONTWAIT, None
        )
        if count <= 0:  # nothing there, or the far port is closed: both mean that no sound came
            return 0
        self.used += count
        return count

    def lengths(self) -> npt.NDArray[np.int64]:
        """(used,) bytes in each row."""
        return self._lengths[: self.used, 0].astype(np.int64)

    def arrivals_ns(self) -> npt.NDArray[np.int64]:
        """(used,) arrival of each row, nanoseconds on the line of time.monotonic_ns()."""
        stamps = self._stamps[: self.used]
        arrivals: npt.NDArray[np.int64] = stamps[:, 0] * 1_000_000_000 + stamps[:, 1] - monotonic_offset_ns()
        return arrivals

    def set_length(self, row: int, length: int) -> None:
        """After a row was rewritten in place."""
        self._lengths[row, 0] = length

    def clear(self) -> None:
        """Forget the rows; their arrays must not be kept past this."""
        self._control_lengths[: self.used] = _CONTROL_BYTES  # the kernel has written what it used
        self.used = 0
