"""SIP messages as values: bytes in, a `Request` or a `Response` out, and back. No I/O, no state.

Sources: RFC 3261 (grammar in section 25, compact header names in section 20), RFC 3581 (rport).
Whatever the bytes are, `parse` either returns a message or raises `SipError`; nothing else escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SIP_VERSION = "SIP/2.0"
MAGIC_COOKIE = "z9hG4bK"  # RFC 3261 8.1.1.7: a branch that begins so is unique
MAX_DATAGRAM_BYTES = 65_535

_TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+\Z")
_STATUS_LINE = re.compile(r"SIP/2\.0 ([1-6][0-9][0-9]) ([^\r\n]*)\Z")
_CSEQ = re.compile(r"([0-9]{1,10})[ \t]+([A-Za-z0-9\-.!%*_+`'~]+)\Z")
_DIGITS = re.compile(r"[0-9]{1,9}\Z")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME_ADDR = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^<>]*)>\s*(.*)\Z', re.DOTALL)
_URI = re.compile(
    r"(sips?):(?:([^@]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::([0-9]{1,5}))?(?:[;?].*)?\Z", re.DOTALL
)
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?:[ \t]*:[ \t]*([0-9]{1,5}))?\Z")

_LONG_NAMES = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
    "r": "refer-to",
    "o": "event",
    "x": "session-expires",
}
_MANDATORY = ("via", "from", "to", "call-id", "cseq")


class SipError(ValueError):
    """These bytes (or these values) are not a SIP message that we can use. The text says where."""


class Headers:
    """Header fields in their order on the wire; names compare without case, compact forms are expanded."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: list[tuple[str, str, str]] = []
        for name, value in fields:
            self.add(name, value)

    def add(self, name: str, value: str) -> None:
        """Append a field. Raises SipError for a name that is no token or a value that could forge a field."""
        if not _TOKEN.match(name):
            raise SipError(f"header name {name!r} is not a token")
        if _CONTROLS.search(value):
            raise SipError(f"header {name}: a control character in its value")
        key = name.lower()
        self._fields.append((_LONG_NAMES.get(key, key), name, value.strip(" \t")))

    def get(self, name: str) -> str | None:
        """The first value of that name, or None."""
        key = name.lower()
        for have, _, value in self._fields:
            if have == key:
                return value
        return None

    def require(self, name: str) -> str:
        """The first value of that name; SipError when there is none."""
        value = self.get(name)
        if value is None:
            raise SipError(f"no {name} header")
        return value

    def all(self, name: str) -> list[str]:
        """Each value of that name; lists joined by commas are taken apart (RFC 3261 7.3.1)."""
        key = name.lower()
        values: list[str] = []
        for have, _, value in self._fields:
            if have == key:
                values.extend(split_list(value))
        return values

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for _, name, value in self._fields)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return [(k, v) for k, _, v in self._fields] == [(k, v) for k, _, v in other._fields]

    __hash__ = None  # type: ignore[assignment]  # mutable, so not hashable: Python's own idiom

    def __repr__(self) -> str:
        return f"Headers({list(self)!r})"


@dataclass(slots=True)
class Request:
    """A SIP request. `body` is bytes as they travel; Content-Length is written by `encode`, never kept."""

    method: str
    uri: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


@dataclass(slots=True)
class Response:
    """A SIP response, 100 to 699."""

    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


Message = Request | Response


@dataclass(frozen=True, slots=True)
class Uri:
    """The parts of a sip: URI that a phone needs. `port` is 5060 when the URI names none."""

    user: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class NameAddr:
    """`"Display" <uri>;tag=x` of From, To, Contact, Route."""

    display: str
    uri: str
    params: dict[str, str]

    @property
    def tag(self) -> str:
        """The tag, or an empty string (a To before any answer)."""
        return self.params.get("tag", "")


@dataclass(frozen=True, slots=True)
class Via:
    """The top Via: who sent this, and under which branch."""

    transport: str
    host: str
    port: int
    branch: str


def parse(data: bytes) -> Message:
    """Take one datagram apart. Raises SipError for everything that is not a whole, well-formed message."""
    if len(data) > MAX_DATAGRAM_BYTES:
        raise SipError("longer than a datagram can be")
    head, separator, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    if not separator:
        raise SipError("no empty line after the header")
    try:
        lines = head.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        raise SipError("header is not UTF-8") from None
    headers = _parse_fields(lines[1:])
    length = headers.get("content-length")
    if length is not None:
        if not _DIGITS.match(length):
            raise SipError(f"Content-Length {length!r} is not a number")
        if int(length) > len(body):
            raise SipError(f"body cut off: {len(body)} of {length} bytes")
        body = body[: int(length)]  # RFC 3261 18.3: what follows it in the datagram is discarded
    for name in _MANDATORY:
        if name not in headers:
            raise SipError(f"no {name} header")
    message = _with_start_line(lines[0], headers, body)
    _, method = cseq_of(headers)
    if isinstance(message, Request) and message.method != method:
        raise SipError(f"CSeq names {method}, the request is {message.method}")
    return message


def encode(message: Message) -> bytes:
    """One datagram; Content-Length is ours, in bytes. Raises SipError for what would not parse again."""
    if isinstance(message, Request):
        if not _TOKEN.match(message.method) or not message.uri or re.search(r"[\s\x00-\x1f\x7f]", message.uri):
            raise SipError("request line has a bad method or URI")
        start = f"{message.method} {message.uri} {SIP_VERSION}"
    else:
        start = f"{SIP_VERSION} {message.status} {message.reason}"
        if not _STATUS_LINE.match(start) or _CONTROLS.search(message.reason):
            raise SipError("status line has a bad status or reason")
    lines = [start]
    lines += [f"{name}: {value}" for name, value in message.headers if name.lower() not in ("content-length", "l")]
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    try:
        return "\r\n".join(lines).encode() + message.body
    except UnicodeEncodeError:
        raise SipError("a header cannot be written as UTF-8") from None


def cseq_of(headers: Headers) -> tuple[int, str]:
    """(number, method) of the CSeq header. Raises SipError."""
    match = _CSEQ.match(headers.require("cseq"))
    if match is None or int(match[1]) >= 2**31:  # RFC 3261 8.1.1.5
        raise SipError("bad CSeq")
    return int(match[1]), match[2]


def parse_via(value: str) -> Via:
    """One Via value. Raises SipError."""
    first, *params = (part.strip(" \t") for part in value.split(";"))
    protocol, _, sent_by = first.partition(" ")
    pieces = protocol.split("/")
    host = _HOST_PORT.match(sent_by.strip(" \t"))
    if len(pieces) != 3 or pieces[0] != "SIP" or host is None:
        raise SipError(f"bad Via {value!r}")
    branch = next((p.partition("=")[2] for p in params if p.partition("=")[0].lower() == "branch"), "")
    return Via(pieces[2], host[1], _port(host[2]), branch)


def parse_name_addr(value: str) -> NameAddr:
    """From, To, Contact, Route. Raises SipError."""
    match = _NAME_ADDR.match(value)
    if match is not None:
        quoted, plain, uri, rest = match.groups()
        display = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip()
    else:  # addr-spec without <>: what follows a semicolon belongs to the header, not to the URI
        uri, semicolon, rest = value.strip().partition(";")
        display, rest = "", semicolon + rest
    if not uri or re.search(r"[\s<>\"]", uri):
        raise SipError(f"no address in {value!r}")
    params: dict[str, str] = {}
    for part in rest.split(";"):
        name, _, content = part.strip().partition("=")
        if name:
            params[name.strip().lower()] = content.strip().strip('"')
    return NameAddr(display, uri, params)


def format_name_addr(display: str, uri: str, tag: str = "") -> str:
    """The display name is always quoted, so that any Unicode name is legal."""
    quoted = display.replace("\\", "\\\\").replace('"', '\\"')
    return (f'"{quoted}" ' if display else "") + f"<{uri}>" + (f";tag={tag}" if tag else "")


def parse_uri(uri: str) -> Uri:
    """A sip: or sips: URI. Raises SipError."""
    match = _URI.match(uri)
    if match is None:
        raise SipError(f"not a sip URI: {uri!r}")
    user = (match[2] or "").partition(":")[0].partition(";")[0]
    return Uri(user, match[3].strip("[]"), _port(match[4]))


def split_list(value: str) -> list[str]:
    """Split at commas that are neither in quotes nor in angle brackets."""
    if "," not in value:
        return [value.strip()]
    items, start, quoted, depth, escaped = [], 0, False, 0, False
    for index, char in enumerate(value):
        if escaped:
            escaped = False
        elif char == "\\" and quoted:
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char in "<>":
            depth += 1 if char == "<" else -1
        elif char == "," and not quoted and depth <= 0:
            items.append(value[start:index].strip())
            start = index + 1
    return [*items, value[start:].strip()]


def _parse_fields(lines: list[str]) -> Headers:
    unfolded: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t") and unfolded:  # RFC 3261 7.3.1: a line that begins with space continues
            unfolded[-1] += " " + line.strip(" \t")
        else:
            unfolded.append(line)
    headers = Headers()
    for line in unfolded:
        name, colon, value = line.partition(":")
        if not colon:
            raise SipError(f"header line without a colon: {line[:40]!r}")
        headers.add(name.rstrip(" \t"), value)
    return headers


def _with_start_line(line: str, headers: Headers, body: bytes) -> Message:
    status = _STATUS_LINE.match(line)
    if status is not None and not _CONTROLS.search(status[2]):
        return Response(int(status[1]), status[2], headers, body)
    parts = line.split(" ")
    if len(parts) != 3 or parts[2] != SIP_VERSION or not _TOKEN.match(parts[0]) or not parts[1]:
        raise SipError(f"bad start line {line[:60]!r}")
    if re.search(r"[\s\x00-\x1f\x7f]", parts[1]):
        raise SipError("control character in the request URI")
    return Request(parts[0], parts[1], headers, body)


def _port(text: str | None) -> int:
    if text is None:
        return 5060
    if not 0 < int(text) < 65536:
        raise SipError(f"port {text} out of range")
    return int(text)
