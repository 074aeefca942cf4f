"""The Event Socket protocol, without I/O: bytes in, typed events out; commands in, bytes out.

The protocol in a page. Lines end with LF. Each side sends *frames*: a block of `Name: value` lines, an empty line, and,
if the block has `Content-Length`, that many **bytes** of body. What the switch sends is told apart by `Content-Type`:

| Content-Type                       | body                | becomes            |
|------------------------------------|---------------------|--------------------|
| auth/request                       | none                | `AuthRequested`    |
| command/reply                      | none                | `CommandReplied`   |
| api/response                       | the answer, as text | `CommandReplied`   |
| text/event-plain, text/event-json  | one event           | `Event`            |
| text/disconnect-notice             | text                | `DisconnectNotice` |
| text/rude-rejection                | text                | `Rejected`         |
| log/data                           | a line of its log   | `LogLine`          |
| anything else                      | any                 | `UnknownFrame`     |

Replies carry no id. They come in the order of the commands, so a command once written keeps its place in the row for
ever, also when nobody waits for it any more. Events may stand between any two frames.

A plain event is itself a block of header lines whose *values* are percent-encoded. They are split first and decoded
after: a caller whose name holds `%0A` stays one value of one header.
"""

from switch.freeswitch.wire.commands import (
    Api,
    Auth,
    BackgroundApi,
    Command,
    Connect,
    Execute,
    Exit,
    Filter,
    HangUpMessage,
    Linger,
    MyEvents,
    NoEvents,
    RemoveFilter,
    SendEvent,
    Subscribe,
    Unsubscribe,
    wake,
)
from switch.freeswitch.wire.conversation import Conversation
from switch.freeswitch.wire.errors import CommandRefused, PeerFault
from switch.freeswitch.wire.events import Event, parse_json_event, parse_plain_event
from switch.freeswitch.wire.framing import Frame, FrameReader, Limits
from switch.freeswitch.wire.received import (
    AuthRequested,
    CommandReplied,
    DisconnectNotice,
    LogLine,
    Received,
    Rejected,
    UnknownFrame,
)

__all__ = [
    "Api",
    "Auth",
    "AuthRequested",
    "BackgroundApi",
    "Command",
    "CommandRefused",
    "CommandReplied",
    "Connect",
    "Conversation",
    "DisconnectNotice",
    "Event",
    "Execute",
    "Exit",
    "Filter",
    "Frame",
    "FrameReader",
    "HangUpMessage",
    "Limits",
    "Linger",
    "LogLine",
    "MyEvents",
    "NoEvents",
    "PeerFault",
    "Received",
    "Rejected",
    "RemoveFilter",
    "SendEvent",
    "Subscribe",
    "UnknownFrame",
    "Unsubscribe",
    "parse_json_event",
    "parse_plain_event",
    "wake",
]
