"""Messages on the pipes between an engine's process and who asks it: a length of 4 bytes, then so many bytes."""

from __future__ import annotations

import struct
from typing import IO

LENGTH = struct.Struct("<I")


def write(pipe: IO[bytes], content: bytes) -> None:
    """Put one message on a pipe."""
    pipe.write(LENGTH.pack(len(content)) + content)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes | None:
    """The next message; None when the other side is gone."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = pipe.read(length)
    return content if len(content) == length else None
