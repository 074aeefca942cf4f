"""The register of persons: their tier, zone and region, and which numbers and accounts are theirs."""

import re
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from calls.errors import BadInput
from hotline.persons.changing import changing, noted, words
from hotline.persons.parties import Party
from hotline.store import opening
from hotline.store.opening import must_be_of_today

LinkKind = Literal["number", "account"]
_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_TIER = re.compile(r"[\w.-]{1,32}")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody tells of a person. None: nothing is said of it; empty: it is taken off."""

    tier: str | None = None
    zone: str | None = None
    region: str | None = None
    numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    source: str
    author: str

    def checked(self) -> "Told":
        """Itself. Raises BadInput for a tier or region that is none."""
        words(self.source, "-", self.author)
        if self.tier and not _TIER.fullmatch(self.tier):
            raise BadInput(f"{self.tier[:40]!r} is no tier: letters, digits, . - and _, at most 32")
        if self.region and not _REGION.fullmatch(self.region):
            raise BadInput(f"{self.region[:40]!r} is no region of ISO 3166-2, such as CN-31")
        return self


class Link(msgspec.Struct, frozen=True):
    """A number or an account that is a person's."""

    id: int
    person: str
    kind: LinkKind
    value: str
    source: str
    author: str
    since: float


class Person(msgspec.Struct, frozen=True):
    """A person of the register."""

    person: str
    tier: str = ""
    zone: str = ""
    region: str = ""
    source: str = ""
    author: str = ""
    at: float | None = None
    """Of the last change; None: nobody ever told of them."""
    links: tuple[Link, ...] = ()


def tell(database: Path, person: str, told: Told) -> None:
    """Put what is told of a person into the register: numbers and accounts are added to theirs. Durable when it
    returns. Raises BadInput."""
    party, told = Party("person", person).checked(), told.checked()
    at = time.time()
    with changing(database, party, at) as connection:
        tell_within(connection, party.key, told, at)
        for number in told.numbers:
            noted(connection, at, "number", number)
        for account in told.accounts:
            noted(connection, at, "account", account)


def tell_within(connection: sqlite3.Connection, person: str, told: Told, at: float) -> None:
    """As `tell`, within a transaction; what changed of the numbers and accounts is noted by whoever asks."""
    connection.execute(
        "INSERT INTO persons (person, tier, zone, region, source, author, at) VALUES (?1, coalesce(?2, ''), "
        "coalesce(?3, ''), coalesce(?4, ''), ?5, ?6, ?7) ON CONFLICT (person) DO UPDATE SET tier = coalesce(?2, tier), "
        "zone = coalesce(?3, zone), region = coalesce(?4, region), source = ?5, author = ?6, at = ?7",
        (person, told.tier, told.zone, told.region, told.source, told.author, at),
    )
    pairs: Sequence[tuple[LinkKind, tuple[str, ...]]] = (("number", told.numbers), ("account", told.accounts))
    for kind, values in pairs:
        for value in values:
            known = connection.execute(
                "SELECT 1 FROM person_links WHERE kind = ? AND value = ? AND person = ? AND over_at IS NULL",
                (kind, value, person),
            ).fetchone()
            if known is None:
                connection.execute(
                    "INSERT INTO person_links (person, kind, value, source, author, since) VALUES (?, ?, ?, ?, ?, ?)",
                    (person, kind, value, told.source, told.author, at),
                )


def unlink(database: Path, person: str, kind: LinkKind, value: str, by: str, why: str) -> None:
    """A number or account is the person's no more. Raises BadInput for one that is not."""
    words("-", why, by)
    at = time.time()
    with changing(database, Party("person", person).checked(), at) as connection:
        ended = connection.execute(
            "UPDATE person_links SET over_at = ?, over_by = ?, over_why = ? WHERE person = ? AND kind = ? "
            "AND value = ? AND over_at IS NULL",
            (at, by, why.strip(), person, kind, value),
        ).rowcount
        if not ended:
            raise BadInput(f"this {kind} is not that person's")
        noted(connection, at, kind, value)


def person_of(database: Path, person: str) -> Person:
    """The person by their key; one of whom nobody told is empty. Raises BadInput."""
    must_be_of_today(database)
    with closing(opening.to_read(database)) as connection:
        return read_person(connection, person)


def read_person(connection: sqlite3.Connection, person: str) -> Person:
    """As `person_of`."""
    columns = "person, tier, zone, region, source, author, at"
    row = connection.execute(f"SELECT {columns} FROM persons WHERE person = ?", (person,)).fetchone()
    query = (
        "SELECT id, person, kind, value, source, author, since FROM person_links WHERE person = ? AND over_at IS NULL "
        "ORDER BY id"
    )
    links = tuple(Link(*one) for one in connection.execute(query, (person,)))
    return Person(person, links=links) if row is None else Person(*(*row, links))


def people_of(connection: sqlite3.Connection, party: Party) -> tuple[str, ...]:
    """The persons whose number or account this is, in the order of their keys."""
    query = "SELECT DISTINCT person FROM person_links WHERE kind = ? AND value = ? AND over_at IS NULL ORDER BY person"
    return tuple(row[0] for row in connection.execute(query, party))
