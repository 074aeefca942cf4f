"""Netstrings, as Kamailio's evapi frames its messages: `5:hello,`. No I/O.

Source: https://cr.yp.to/proto/netstrings.txt
"""

LONGEST = 65_536
"""Bytes; a question of the gate has some hundreds."""


class NotANetstring(ValueError):
    """What came is framed by no netstring, or by one that is too long: the link is of no use any more."""


def netstring(message: bytes) -> bytes:
    """One message, framed."""
    return b"%d:%b," % (len(message), message)


class Reader:
    """Takes bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole now. Raises NotANetstring."""
        buffer = self._pending + data
        messages, begin = [], 0
        while (colon := buffer.find(b":", begin, begin + 7)) >= 0:
            digits = buffer[begin:colon]
            if not digits.isdigit() or (length := int(digits)) > LONGEST:
                raise NotANetstring(f"{digits[:8]!r} is no length of a message")
            end = colon + 1 + length
            if len(buffer) <= end:
                break
            if buffer[end : end + 1] != b",":
                raise NotANetstring("a message does not end where it says")
            messages.append(buffer[colon + 1 : end])
            begin = end + 1
        else:
            if len(buffer) - begin >= 7:
                raise NotANetstring("there is no length of a message")
        self._pending = buffer[begin:]
        return messages
