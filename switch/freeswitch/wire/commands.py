"""Commands: each is a value that knows its bytes.

Everything that reaches the wire passes `_line` or `_token`. The switch ends a command at the first LF or CR, and its
strings at NUL: a value with one of these would smuggle in a second command, so it is refused, never cleaned.
"""

import re
from typing import Literal

import msgspec

from switch.freeswitch.wire.errors import CommandRefused

MAX_COMMAND_BYTES = 1 << 20
"""The switch itself gives up at 10 MB; nothing that we say comes near one."""

_UNSAFE = re.compile(r"[\r\n\0]").search
_TOKEN = re.compile(r"[A-Za-z0-9_.:@+-]+").fullmatch


def _line(text: str, what: str) -> str:
    """`text` unchanged, if it stays one line on the wire."""
    found = _UNSAFE(text)
    if found is not None:
        raise CommandRefused(f"{what} has {found.group()!r} at {found.start()}: {text[:80]!r}")
    return text


def _token(text: str, what: str) -> str:
    """`text` unchanged, if it is one word of harmless signs: a name, a uuid."""
    if _TOKEN(text) is None:
        raise CommandRefused(f"{what} is not a plain word: {text[:80]!r}")
    return text


def _bytes(text: str) -> bytes:
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as fault:
        raise CommandRefused(f"not encodable as UTF-8: {fault}") from fault
    if len(data) > MAX_COMMAND_BYTES:
        raise CommandRefused(f"a command of {len(data)} bytes, more than {MAX_COMMAND_BYTES}")
    return data


class Command(msgspec.Struct, frozen=True, gc=False):
    """Base of all commands."""

    def encode(self) -> bytes:
        """The whole command as it goes out. Raises CommandRefused."""
        raise NotImplementedError  # each command has its own; a Struct cannot be an ABC


class Auth(Command, frozen=True):
    """The password, as answer to `AuthRequested`."""

    password: str

    def encode(self) -> bytes:
        return _bytes(f"auth {_line(self.password, 'the password')}\n\n")

    def __repr__(self) -> str:
        return "Auth(password=…)"  # never to be seen in a log


class Api(Command, frozen=True):
    """An API command that the connection itself waits for. For quick ones only: a slow one holds back all events."""

    name: str
    arguments: str = ""

    def encode(self) -> bytes:
        name, arguments = _token(self.name, "an API command"), _line(self.arguments, "an API argument")
        return _bytes(f"api {name} {arguments}\n\n" if arguments else f"api {name}\n\n")


class BackgroundApi(Command, frozen=True):
    """An API command on a thread of the switch; its result comes as BACKGROUND_JOB with our own `job`."""

    name: str
    arguments: str
    job: str

    def encode(self) -> bytes:
        name, arguments = _token(self.name, "an API command"), _line(self.arguments, "an API argument")
        job = _token(self.job, "a job id")
        return _bytes(f"bgapi {name} {arguments}\nJob-UUID: {job}\n\n")


class Execute(Command, frozen=True):
    """Run a dialplan application on a channel. `execution` comes back as `Application-UUID`.

    `lock` makes it wait for those before it on that channel. The argument goes in a header: it is one line.
    """

    leg: str
    application: str
    argument: str = ""
    execution: str = ""
    loops: int = 1
    lock: bool = False

    def encode(self) -> bytes:
        lines = [
            f"sendmsg {_token(self.leg, 'a leg')}",
            "call-command: execute",
            f"execute-app-name: {_token(self.application, 'an application')}",
        ]
        if self.argument:
            lines.append(f"execute-app-arg: {_line(self.argument, 'an application argument')}")
        if self.execution:
            lines.append(f"Event-UUID: {_token(self.execution, 'an execution id')}")
        if self.loops != 1:
            lines.append(f"loops: {self.loops:d}")
        if self.lock:
            lines.append("event-lock: true")
        return _bytes("\n".join(lines) + "\n\n")


class HangUpMessage(Command, frozen=True):
    """End a channel by message. `cause` is one of the switch's own names: NORMAL_CLEARING, USER_BUSY …"""

    leg: str
    cause: str

    def encode(self) -> bytes:
        leg, cause = _token(self.leg, "a leg"), _token(self.cause, "a cause")
        return _bytes(f"sendmsg {leg}\ncall-command: hangup\nhangup-cause: {cause}\n\n")


class SendEvent(Command, frozen=True):
    """Fire an event into the switch. `body` may be any text without NUL: its length goes with it, in bytes."""

    name: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def encode(self) -> bytes:
        lines = [f"sendevent {_token(self.name, 'an event name')}"]
        for name, value in self.headers:
            if name.lower() == "content-length":
                raise CommandRefused("Content-Length is ours to count")
            lines.append(f"{_token(name, 'a header name')}: {_line(value, 'a header value')}")
        if "\0" in self.body:
            raise CommandRefused("a body with NUL")
        body = _bytes(self.body)
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return _bytes("\n".join(lines) + "\n\n") + body


class Subscribe(Command, frozen=True):
    """Have these events sent. `custom` are subclasses of CUSTOM. Adds to what is subscribed already."""

    names: tuple[str, ...]
    custom: tuple[str, ...] = ()
    form: Literal["plain", "json"] = "json"

    def encode(self) -> bytes:
        return _bytes(f"event {self.form} {_event_names(self.names, self.custom)}\n\n")


class Unsubscribe(Command, frozen=True):
    """Have these events no longer sent."""

    names: tuple[str, ...]
    custom: tuple[str, ...] = ()

    def encode(self) -> bytes:
        return _bytes(f"nixevent {_event_names(self.names, self.custom)}\n\n")


def _event_names(names: tuple[str, ...], custom: tuple[str, ...]) -> str:
    words = [_token(name, "an event name") for name in names]
    if custom:
        # After the word CUSTOM every word is a subclass: so it comes last.
        words += ["CUSTOM", *(_token(name, "a subclass") for name in custom)]
    if not words:
        raise CommandRefused("no event named")
    return " ".join(words)


class NoEvents(Command, frozen=True):
    """Stop all events, and throw away those that wait in the switch."""

    def encode(self) -> bytes:
        return b"noevents\n\n"


class Filter(Command, frozen=True):
    """Of the subscribed events have only those sent whose header is this. BACKGROUND_JOB has no Unique-ID."""

    header: str
    value: str

    def encode(self) -> bytes:
        header, value = _token(self.header, "a header name"), _line(self.value, "a filter value")
        return _bytes(f"filter {header} {value}\n\n")


class RemoveFilter(Command, frozen=True):
    """Take back a `Filter`."""

    header: str
    value: str

    def encode(self) -> bytes:
        header, value = _token(self.header, "a header name"), _line(self.value, "a filter value")
        return _bytes(f"filter delete {header} {value}\n\n")


class Connect(Command, frozen=True):
    """First word on an outbound socket; the answer holds all of the call."""

    def encode(self) -> bytes:
        return b"connect\n\n"


class MyEvents(Command, frozen=True):
    """On an outbound socket: the events of this call alone."""

    form: Literal["plain", "json"] = "json"

    def encode(self) -> bytes:
        return _bytes(f"myevents {self.form}\n\n")


class Linger(Command, frozen=True):
    """On an outbound socket: stay for so long after the call's end, so that its last events come."""

    seconds: int

    def encode(self) -> bytes:
        if self.seconds < 1:
            raise CommandRefused(f"to linger for {self.seconds} s")
        return _bytes(f"linger {self.seconds:d}\n\n")


class Exit(Command, frozen=True):
    """Have the switch close the connection."""

    def encode(self) -> bytes:
        return b"exit\n\n"


def wake() -> bytes:
    """One empty line. The switch skips it without an answer, but it ends the sleep of up to 20 ms in which a quiet
    connection's events wait: the cheapest way to have them now.
    """
    return b"\n"
