"""Consents: who wished calls for a purpose, or refused them; when, by which way, until when, and where it can be heard.

Each word is a row. The last one on a purpose counts; a refusal is a row like a consent. A row that was noted by mistake
is undone, and then it has never been said.
"""

import re
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import get_args

import msgspec

from calls.errors import BadInput
from dialer.governor.questions import Channel, Consent
from dsl.spelling import nearest_hint
from hotline.persons.changing import changing, words
from hotline.persons.parties import Kind, Party
from hotline.store import opening
from hotline.store.opening import must_be_of_today

CHANNELS: tuple[str, ...] = get_args(Channel)
_PURPOSE = re.compile(r"[a-z][\w./-]{0,63}")
_MOST_EVIDENCE = 255
_SLACK_S = 300.0
"""Clocks of other systems may be ahead by so much."""
_COLUMNS = (
    "id, kind, subject, purpose, channel, given, at, until, evidence, source, author, noted_at, batch, "
    "over_at, over_by, over_why"
)


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of calls for one purpose. Instants are UTC epoch seconds."""

    purpose: str
    """A category, a scene, `all`, or what a policy names besides, such as `purchase`."""
    given: bool
    at: float
    channel: str = ""
    until: float | None = None
    evidence: str = ""
    source: str
    author: str

    def checked(self, now: float) -> "Word":
        """Itself. Raises BadInput for what cannot be so."""
        words(self.source, "-", self.author)
        if not _PURPOSE.fullmatch(self.purpose):
            raise BadInput(f"{self.purpose[:40]!r} is no purpose: a category, a scene, or all")
        if self.channel and self.channel not in CHANNELS:
            hint = nearest_hint(self.channel, CHANNELS)
            raise BadInput(f"no channel {self.channel[:40]!r}{hint}; there are {', '.join(CHANNELS)}")
        if self.at > now + _SLACK_S:
            raise BadInput("the consent would be of a time to come: it counts from when it was said")
        if self.until is not None and self.until <= self.at:
            raise BadInput("the consent ends before it begins")
        if len(self.evidence) > _MOST_EVIDENCE:
            raise BadInput(f"the evidence has more than {_MOST_EVIDENCE} signs: name the call or the document")
        return self


class Noted(msgspec.Struct, frozen=True):
    """A word as it stands in the store."""

    id: int
    kind: Kind
    subject: str
    purpose: str
    channel: str
    given: bool
    at: float
    until: float | None
    evidence: str
    source: str
    author: str
    noted_at: float
    batch: int
    over_at: float | None
    over_by: str
    over_why: str


def note(database: Path, party: Party, word: Word) -> int:
    """Write a word down; its number. The same word twice is one. Durable when it returns. Raises BadInput."""
    now = time.time()
    party, word = party.checked(), word.checked(now)
    with changing(database, party, now) as connection:
        return note_within(connection, party, word, now)


def note_within(connection: sqlite3.Connection, party: Party, word: Word, now: float, batch: int = 0) -> int:
    """As `note`, within a transaction."""
    known = connection.execute(
        "SELECT id FROM consents WHERE kind = ? AND subject = ? AND purpose = ? AND channel = ? AND given = ? "
        "AND at = ? AND until IS ? AND over_at IS NULL",
        (*party, word.purpose, word.channel, word.given, word.at, word.until),
    ).fetchone()
    if known is not None:
        return int(known[0])
    made = connection.execute(
        "INSERT INTO consents (kind, subject, purpose, channel, given, at, until, evidence, source, author, noted_at, "
        "batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(*party, word.purpose, word.channel, word.given, word.at, word.until, word.evidence, word.source),
            *(word.author, now, batch),
        ),
    )
    return int(made.lastrowid or 0)


def of_party(database: Path, party: Party, *, over: bool = False) -> list[Noted]:
    """All words of a party, the oldest first; with `over` those that were undone, too. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        where = "" if over else " AND over_at IS NULL"
        query = f"SELECT {_COLUMNS} FROM consents WHERE kind = ? AND subject = ?{where} ORDER BY at, id"
        return [Noted(*(*row[:5], bool(row[5]), *row[6:])) for row in connection.execute(query, party)]


def read(connection: sqlite3.Connection, party: Party) -> tuple[Consent, ...]:
    """The words of a party as the governor gets them."""
    query = (
        "SELECT purpose, given, at, evidence, until, channel FROM consents WHERE kind = ? AND subject = ? "
        "AND over_at IS NULL"
    )
    return tuple(
        Consent(purpose, bool(given), at, evidence, until, channel)
        for purpose, given, at, evidence, until, channel in connection.execute(query, party)
    )


def refusals(said: Iterable[Consent]) -> tuple[Consent, ...]:
    """Those that restrict."""
    return tuple(word for word in said if not word.given)
