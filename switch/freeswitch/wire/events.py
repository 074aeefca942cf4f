"""One event of the switch, from its plain or its JSON form.

Both forms give the same `Event`. JSON values are raw text. Plain values are percent-encoded UTF-8, and are decoded
when they are read, not before: an event has a hundred headers, and an adapter reads ten.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from switch.freeswitch.wire.errors import PeerFault
from switch.freeswitch.wire.framing import DEFAULT_LIMITS, Limits, content_length, split_headers

_UNDEFINED = "_undef_"  # how the switch writes an empty value in a plain event

_decode_flat = msgspec.json.Decoder(dict[str, str]).decode
_decode_any = msgspec.json.Decoder(dict[str, Any]).decode


class PlainHeaders(Mapping[str, str]):
    """Headers of a plain event, decoded one by one as they are read."""

    __slots__ = ("_raw",)

    def __init__(self, raw: dict[str, str]) -> None:
        self._raw = raw

    def __getitem__(self, name: str) -> str:
        return _decoded(self._raw[name])

    def get(self, name: str, default: Any = None) -> Any:
        """As any mapping's, which would raise and catch to find that a header is not there."""
        value = self._raw.get(name)
        return default if value is None else _decoded(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return f"PlainHeaders({dict(self)!r})"


def _decoded(value: str) -> str:
    if value == _UNDEFINED:
        return ""
    return unquote(value) if "%" in value else value


class Event:
    """Something that happened in the switch.

    `headers` maps the switch's own names to decoded values; a value that is a list there is one string here, written
    `ARRAY::a|:b` as the switch itself does. `body` is text, empty when there is none.
    """

    __slots__ = ("body", "headers", "name")

    def __init__(self, headers: Mapping[str, str], body: str = "") -> None:
        name = headers.get("Event-Name")
        if not name:
            raise PeerFault("an event without Event-Name")
        self.name = name
        self.headers = headers
        self.body = body

    def get(self, name: str, default: str = "") -> str:
        """A header's value, or `default`."""
        return self.headers.get(name, default)

    def variable(self, name: str, default: str = "") -> str:
        """A channel variable as the event carries it, or `default`."""
        return self.headers.get("variable_" + name, default)

    @property
    def leg(self) -> str:
        """The channel that it is about (`Unique-ID`); empty when about none."""
        return self.headers.get("Unique-ID", "")

    @property
    def subclass(self) -> str:
        """The kind of a CUSTOM event; empty for others."""
        return self.headers.get("Event-Subclass", "")

    @property
    def sequence(self) -> int:
        """The switch's own count of events; 0 when it says none. In order within a channel, not across."""
        text = self.headers.get("Event-Sequence", "")
        return int(text) if text.isascii() and text.isdigit() else 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Event):
            return NotImplemented
        return self.body == other.body and dict(self.headers) == dict(other.headers)

    __hash__ = None  # type: ignore[assignment]  # equal by value and holding a dict, so not to be hashed

    def __repr__(self) -> str:
        return f"<Event {self.subclass or self.name} {self.leg or '-'} #{self.sequence}>"


def parse_plain_event(body: bytes, limits: Limits = DEFAULT_LIMITS) -> Event:
    """The body of a `text/event-plain` frame. Raises PeerFault.

    Split first, decode after. Its own Content-Length, in bytes, must be exactly what follows its header block.
    """
    headers = _split_usual(body, limits)
    return Event(PlainHeaders(headers)) if headers is not None else _parse_by_line(body, limits)


def _split_usual(body: bytes, limits: Limits) -> dict[str, str] | None:
    """The headers of an event as nearly all are: no body, nothing odd. None for any other, be it right or wrong.

    Its lines are made a JSON object, which C then splits in less time. That says the same as splitting line by line:
    quotes stand only where a `: ` or a line's end stood, so a line with none or two of `: ` is no JSON.
    """
    if not body.endswith(b"\n\n") or b'"' in body or b"\\" in body:
        return None
    head = body[:-2]
    lines = head.count(b"\n") + 1
    try:
        headers = _decode_flat(b'{"%b"}' % head.replace(b": ", b'":"').replace(b"\n", b'","'))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    usual = len(headers) == lines <= limits.header_lines and "" not in headers and "Content-Length" not in headers
    return headers if usual else None


def _parse_by_line(body: bytes, limits: Limits) -> Event:
    head, empty_line, rest = body.partition(b"\n\n")
    block = head.decode("utf-8", "replace").removesuffix("\n")
    headers = split_headers(block, limits.header_lines)
    length = content_length(headers, limits.body_bytes)
    if len(rest) != length:
        raise PeerFault(f"an event says {length} bytes of body and has {len(rest)}")
    if length and not empty_line:
        raise PeerFault("an event with a body and no end of headers")
    return Event(PlainHeaders(headers), rest.decode("utf-8", "replace"))


def parse_json_event(body: bytes) -> Event:
    """The body of a `text/event-json` frame. Raises PeerFault."""
    try:
        headers = _decode_flat(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        headers = _decode_odd(body)
    text = headers.pop("_body", "")
    return Event(headers, text)


def _decode_odd(body: bytes) -> dict[str, str]:
    """A JSON event with bytes that are not UTF-8 (the switch passes a phone's bytes on), or with values not text."""
    try:
        found = _decode_any(body.decode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError) as fault:
        raise PeerFault(f"not a JSON event: {fault}") from fault
    return {name: _as_text(value) for name, value in found.items()}


def _as_text(value: object) -> str:
    match value:
        case str():
            return value
        case list():
            return "ARRAY::" + "|:".join(str(item) for item in value)
        case _:
            return msgspec.json.encode(value).decode()
