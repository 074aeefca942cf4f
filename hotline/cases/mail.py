"""Intake by e-mail: a message as a contact, known again by its Message-ID.

A message is somebody else's text: what is read of it is bounded, markup is taken out, attachments are only counted.
"""

import email
import email.policy
import email.utils
import hashlib
import re
from email.message import EmailMessage
from html.parser import HTMLParser

from calls.errors import BadInput
from complaints.intake.contact import Channel, Contact

MOST_BYTES = 10_000_000
_MOST_TEXT = 20_000
_QUOTED = re.compile(r"^(?:>.*|.*(?:写道|wrote):\s*)$")
_SPACES = re.compile(r"[ \t\u3000]+")


def contact_of(raw: bytes, received_at: float, channel: Channel = "email", category: str = "complaint") -> Contact:
    """The contact that a message is. `received_at` (UTC epoch seconds) stands where its own date cannot be read, or is
    later. Raises BadInput for what is no message, cannot be read, or is too long."""
    if len(raw) > MOST_BYTES:
        raise BadInput(f"a message of {len(raw)} bytes; at most {MOST_BYTES} are read")
    try:
        return _read(raw, received_at, channel, category)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"this message cannot be read: {type(error).__name__}") from error


def _read(raw: bytes, received_at: float, channel: Channel, category: str) -> Contact:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    sender = _header(message, "from")
    if not sender:
        raise BadInput("this is no e-mail: it has no sender (From)")
    name, address = email.utils.parseaddr(sender)
    subject, text, files = _header(message, "subject")[:500], _text(message), _attachments(message)
    return Contact(
        channel,
        _source(message, raw),
        min(_date(message) or received_at, received_at),
        text=text[:_MOST_TEXT],
        subject=subject,
        name=name[:64],
        category=category,
        fields={"email": address[:200], **({"attachments": files} if files else {})},
    )


def _source(message: EmailMessage, raw: bytes) -> str:
    """The message's own id; of one without, a hash of the whole."""
    own = _header(message, "message-id").strip()
    return own[:200] if own else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, LookupError, IndexError):  # headers of strangers break the library's parser in many ways
        return ""


def _date(message: EmailMessage) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(_header(message, "date")).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _text(message: EmailMessage) -> str:
    """The words of the message itself, without what it quotes below."""
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = part.get_content()
    except (LookupError, ValueError, AttributeError):  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if part.get_content_subtype() == "html":
        text = _words_of(text)
    lines = [_SPACES.sub(" ", line).strip() for line in str(text).splitlines()]
    kept = [line for line in lines if not _QUOTED.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _attachments(message: EmailMessage) -> int:
    return sum(1 for _ in message.iter_attachments()) if message.is_multipart() else 0


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "blockquote")
        if tag in ("br", "p", "div", "li", "tr"):
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "blockquote") and self._hidden > 0

    def parse_marked_section(self, i: int, report: int = 0) -> int:
        """Pass over `<![…>`, as mail programs of offices write it: a comment (HTML, 13.2.5.41). The library's own way
        takes it for SGML, and breaks off with AssertionError at what is none."""
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _words_of(html: str) -> str:
    parser = _Words()
    parser.feed(html[: 10 * _MOST_TEXT])
    parser.close()  # else the words behind the last tag are lost where an & stands in them
    return "".join(parser.words)
