"""Searches of the call log: what is asked for, and a page of what was found. `hotline.store.searching` does them."""

import base64
from typing import Any, NamedTuple

import msgspec

from calls.errors import BadInput

MOST = 1_000
"""Calls of one page."""


class Cursor(NamedTuple):
    """The last call that was seen."""

    arrived_at: float
    call: str

    def text(self) -> str:
        """The cursor for an address or a command line: letters, digits, `-` and `_`."""
        return base64.urlsafe_b64encode(msgspec.json.encode(tuple(self))).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """The cursor of a text. Raises BadInput for one that is none."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return cls(*msgspec.json.decode(raw, type=tuple[float, str]))
        except (ValueError, msgspec.MsgspecError) as error:
            raise BadInput(f"{text[:60]!r} is no cursor: take the one that the page before ended with") from error


class CallSearch(msgspec.Struct, frozen=True):
    """A search; None: whatever it is. `since` (included) and `until` (not) are arrivals, UTC epoch seconds."""

    number: str | None = None
    """As `calls.numbers.e164` writes it: of who called, or of whom the house called."""
    since: float | None = None
    until: float | None = None
    agent: str | None = None
    """Who had a talk in the call, the last one or another."""
    queue: str | None = None
    """The one that the call was in last."""
    outcome: str | None = None
    direction: str | None = None
    said: str | None = None
    """Words of a transcript of the call, as `searched` of `hotline.store.said` writes them."""
    after: Cursor | None = None


class Page(NamedTuple):
    """Rows of the call log, newest first; and where the next page begins, if there is one."""

    rows: list[dict[str, Any]]
    next: Cursor | None


class Messages(NamedTuple):
    """Messages, newest first, each with its call's `caller`, `called` and `arrived_at`; and where the next page
    begins, if there is one."""

    rows: list[dict[str, Any]]
    next: Cursor | None
