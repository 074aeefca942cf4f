"""A conversation puts the two directions of a connection together: each reply answers one command.

```
          send(command) -> (place, bytes)            receive(bytes) -> [Received]
                │                                          ▲
                ▼                                          │
        row of commands that wait ────── matched in ──── frames
              (oldest first)               order
```
"""

from collections import deque
from urllib.parse import unquote

from switch.freeswitch.wire.commands import Api, Command, Connect
from switch.freeswitch.wire.errors import CommandRefused, PeerFault
from switch.freeswitch.wire.events import parse_json_event, parse_plain_event
from switch.freeswitch.wire.framing import DEFAULT_LIMITS, Frame, FrameReader, Limits
from switch.freeswitch.wire.received import (
    AuthRequested,
    CommandReplied,
    DisconnectNotice,
    LogLine,
    Received,
    Rejected,
    UnknownFrame,
)

MAX_WAITING = 10_000
"""Commands written and not yet answered. Past this the switch is stuck, and more would only grow the heap."""


class Conversation:
    """The protocol of one connection. Knows no socket and no clock.

    >>> talk = Conversation()
    >>> talk.send(Api("status"))
    (0, b'api status\\n\\n')
    >>> [reply] = talk.receive(b"Content-Type: api/response\\nContent-Length: 3\\n\\nUP\\n")
    >>> reply.place, reply.text
    (0, 'UP\\n')
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._reader = FrameReader(limits)
        self._waiting: deque[Command] = deque()
        self._sent = 0

    @property
    def waiting(self) -> int:
        """Commands written whose reply has not come."""
        return len(self._waiting)

    @property
    def buffered(self) -> int:
        """Bytes received that are not yet told."""
        return self._reader.buffered

    def send(self, command: Command) -> tuple[int, bytes]:
        """The command's place in the row, and its bytes, to be written at once and whole.

        Raises CommandRefused; then nothing is remembered and nothing may be written.
        """
        if len(self._waiting) >= MAX_WAITING:
            raise CommandRefused(f"{MAX_WAITING} commands wait for their reply already")
        data = command.encode()
        place = self._sent
        self._sent += 1
        self._waiting.append(command)
        return place, data

    def receive(self, data: bytes | bytearray | memoryview) -> list[Received]:
        """Take bytes, tell all that they complete. Raises PeerFault."""
        self.feed(data)
        return list(iter(self.tell, None))

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes; `tell` has the rest. For a reader that wants to pause between two things told."""
        self._reader.feed(data)

    def tell(self) -> Received | None:
        """The next thing that is complete; None until more bytes come. Raises PeerFault."""
        frame = self._reader.next_frame()
        return None if frame is None else self._understand(frame)

    def _understand(self, frame: Frame) -> Received:
        match frame.headers.get("Content-Type", ""):
            case "text/event-json":
                return parse_json_event(frame.body)
            case "text/event-plain":
                return parse_plain_event(frame.body, self._limits)
            case "api/response":
                return self._replied(frame, _text(frame))
            case "command/reply":
                return self._replied(frame, frame.headers.get("Reply-Text", ""))
            case "auth/request":
                return AuthRequested()
            case "text/disconnect-notice":
                lingering = frame.headers.get("Content-Disposition", "") == "linger"
                return DisconnectNotice(_text(frame), lingering)
            case "text/rude-rejection":
                return Rejected(_text(frame))
            case "log/data":
                return LogLine(frame.headers.get("Log-Level", ""), _text(frame))
            case other:
                return UnknownFrame(other, frame.headers, frame.body)

    def _replied(self, frame: Frame, text: str) -> CommandReplied:
        if not self._waiting:
            raise PeerFault(f"a reply to nothing: {text[:80]!r}")
        command = self._waiting[0]
        # A refused `api` may be answered as a command; nothing else is ever answered as an `api`.
        if frame.content_type == "api/response" and not isinstance(command, Api):
            raise PeerFault(f"an API answer to {type(command).__name__}")
        self._waiting.popleft()
        place = self._sent - len(self._waiting) - 1
        if isinstance(command, Connect):
            headers = {name: unquote(value) for name, value in frame.headers.items()}
            return CommandReplied(place, command, headers.get("Reply-Text", "").strip(), headers)
        return CommandReplied(place, command, text, frame.headers)


def _text(frame: Frame) -> str:
    return frame.body.decode("utf-8", "replace")
