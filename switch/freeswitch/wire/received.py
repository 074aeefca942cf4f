"""Frames of the other side besides events: one type for each kind."""

from collections.abc import Mapping

import msgspec

from switch.freeswitch.wire.commands import Command
from switch.freeswitch.wire.events import Event


class AuthRequested(msgspec.Struct, frozen=True):
    """The switch wants `Auth` first."""


class CommandReplied(msgspec.Struct, frozen=True):
    """The answer to `command`. `place` counts the commands of this connection from 0, so that a waiter finds its own.

    `text` is `Reply-Text` of a command, or the whole body of an `api`. `headers` are the frame's own; values are
    decoded for the answer to `Connect` alone, which is the one that the switch encodes.
    """

    place: int
    command: Command
    text: str
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether it worked. The switch spells failures `-ERR …`, `-ERROR`, `-ERR -ERR …`, `-USAGE: …`."""
        return not self.text.startswith("-")


class DisconnectNotice(msgspec.Struct, frozen=True):
    """The switch is about to close. `lingering`: not yet, events of the ended call still come (outbound sockets)."""

    text: str
    lingering: bool


class Rejected(msgspec.Struct, frozen=True):
    """Its access list does not let us in."""

    text: str


class LogLine(msgspec.Struct, frozen=True):
    """A line of the switch's log, which came because somebody sent `log`."""

    level: str
    text: str


class UnknownFrame(msgspec.Struct, frozen=True):
    """A frame of a type that we do not know: to be logged, not to be dropped in silence."""

    content_type: str
    headers: Mapping[str, str]
    body: bytes


Received = AuthRequested | CommandReplied | Event | DisconnectNotice | Rejected | LogLine | UnknownFrame
"""All that a conversation may tell."""
