"""Importing files about persons: whose numbers, consents, entries of lists, exceptions.

A file is read twice. First every row is looked at and nothing is written: somebody was meant by a row that cannot be
read, so it refuses the whole file, unless the rest is to be loaded. Then the rows go into the store in small
transactions, between which the server writes its own. What a row says is written once however often it comes: an import
that was killed is done again.
"""

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from calls.errors import BadInput
from hotline.contacts.cells import key_of, numbers_of, zone_of
from hotline.contacts.role_columns import Cells, at_of, read
from hotline.persons import columns, consents, exceptions, lists, register
from hotline.persons.changing import IMPORT, noted
from hotline.persons.consents import Word
from hotline.persons.exceptions import Grant
from hotline.persons.parties import Party
from hotline.persons.register import Told
from hotline.store.transactions import writing
from hotline.suppression.entries import Wish

_AT_ONCE = 1_000
_PAUSE_S = 0.002
_MOST_TOLD = 1_000
_PARTY = frozenset({"person", "number", "account"})

Item = TypeVar("Item")


class BadRow(NamedTuple):
    """A row that cannot be read, by its line; numbers in `reason` are masked."""

    line: int
    reason: str


@dataclass(slots=True)
class Imported:
    """What came of a file. `batch` is 0 where nothing was written."""

    batch: int = 0
    rows: int = 0
    bad_count: int = 0
    bad: list[BadRow] = field(default_factory=list)
    """The first thousand."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, and how it is to be read."""

    path: Path
    region: str
    """ISO 3166: how numbers are dialled."""
    zone: tzinfo
    """Of days and times that name none."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Roles by heading, or place."""
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Item]):
    """What files of one kind speak of, how a row is read, and how it is written."""

    roles: frozenset[str]
    enough: Callable[[frozenset[str]], str]
    read: Callable[[Cells], Item]
    write: Callable[[sqlite3.Connection, Item, float, int], object]


def import_persons(database: Path, file: File, source: str, author: str, *, load_the_rest: bool = False) -> Imported:
    """Persons with their numbers, accounts, tiers, zones and regions. Raises OSError, BadInput."""

    def read_row(cells: Cells) -> tuple[str, Told]:
        person = key_of(cells.one("person"), "the person's key")
        if not person:
            raise ValueError("there is no key of a person in this row")
        told = Told(
            tier=cells.one("tier") or None,
            zone=zone_of(cells.one("zone")) if cells.one("zone") else None,
            region=cells.one("region") or None,
            numbers=tuple(n for text in cells.found.get("number", ()) for n in numbers_of(text, file.region)),
            accounts=tuple(key_of(text, "the account's key") for text in cells.found.get("account", ())),
            source=source,
            author=author,
        )
        return Party("person", person).checked().key, told.checked()

    def write(connection: sqlite3.Connection, item: tuple[str, Told], now: float, batch: int) -> None:
        register.tell_within(connection, *item, now)

    roles = frozenset({*_PARTY, "tier", "zone", "region"})
    kind = _Kind(
        roles, lambda found: "" if "person" in found else "which column has the persons' keys?", read_row, write
    )
    return _import(database, file, kind, load_the_rest)


def _anything(purpose: str) -> None:
    """No purpose is refused."""


def import_consents(
    database: Path,
    file: File,
    usual: Word,
    purposes: Mapping[str, str],
    *,
    load_the_rest: bool = False,
    refuse: Callable[[str], None] = _anything,
) -> Imported:
    """Words of persons, numbers or accounts. `usual` is what a row means that does not say otherwise; its purpose
    empty: each row must have one. `purposes`: the site's words for its purposes, such as 营销 for marketing. `refuse`
    is asked about each purpose of a row, once, and raises BadInput for one that counts for nothing: then the row cannot
    be read. Raises OSError, BadInput."""
    now = time.time()
    asked: dict[str, str] = {}

    def looked_at(purpose: str) -> str:
        if purpose not in asked:
            try:
                refuse(purpose)
                asked[purpose] = ""
            except BadInput as error:
                asked[purpose] = str(error)
        if asked[purpose]:
            raise BadInput(asked[purpose])
        return purpose

    def read_row(cells: Cells) -> tuple[Party, Word]:
        said = cells.one("purpose")
        word = Word(
            purpose=looked_at(purposes.get(said, said)) if said else usual.purpose,
            given=columns.yes_or_no(cells.one("given")) if cells.one("given") else usual.given,
            at=at_of(cells.one("at"), file.zone) if cells.one("at") else usual.at,
            channel=cells.one("channel") or usual.channel,
            until=at_of(cells.one("until"), file.zone, end=True) if cells.one("until") else usual.until,
            evidence=cells.one("evidence") or usual.evidence,
            source=usual.source,
            author=usual.author,
        )
        return _party(cells, file.region), word.checked(now)

    def write(connection: sqlite3.Connection, item: tuple[Party, Word], now: float, batch: int) -> None:
        consents.note_within(connection, *item, now, batch)

    def enough(found: frozenset[str]) -> str:
        if not usual.purpose and "purpose" not in found:
            return "which column has the purpose? For one purpose: --purpose marketing"
        return _whom(found)

    roles = frozenset({*_PARTY, "purpose", "given", "channel", "at", "until", "evidence"})
    return _import(database, file, _Kind(roles, enough, read_row, write), load_the_rest)


def import_list(database: Path, file: File, wish: Wish, *, load_the_rest: bool = False) -> Imported:
    """Put the persons or accounts of a file on a list. Raises OSError, BadInput."""
    wish.checked(time.time())

    def read_row(cells: Cells) -> Party:
        return _party(cells, file.region)

    def write(connection: sqlite3.Connection, party: Party, now: float, batch: int) -> None:
        lists.put_within(connection, party, wish, now, batch)

    return _import(database, file, _Kind(_PARTY - {"number"}, _whom, read_row, write), load_the_rest)


def import_exceptions(database: Path, file: File, grant: Grant, *, load_the_rest: bool = False) -> Imported:
    """Grant an exception to each party of a file. Raises OSError, BadInput."""
    grant.checked(time.time())

    def read_row(cells: Cells) -> Party:
        return _party(cells, file.region)

    def write(connection: sqlite3.Connection, party: Party, now: float, batch: int) -> None:
        exceptions.grant_within(connection, party, grant, now, batch)

    return _import(database, file, _Kind(_PARTY, _whom, read_row, write), load_the_rest)


def _whom(found: frozenset[str]) -> str:
    return "" if found & _PARTY else "which column says who it is about, by person, number or account?"


def _party(cells: Cells, region: str) -> Party:
    """Whom a row is about: the person where it names one, else the number, else the account."""
    if person := key_of(cells.one("person"), "the person's key"):
        return Party("person", person).checked()
    if text := cells.one("number"):
        numbers = numbers_of(text, region)
        if len(numbers) > 1:
            raise ValueError("two numbers in one cell: whose word is it?")
        return Party("number", numbers[0])
    if account := key_of(cells.one("account"), "the account's key"):
        return Party("account", account).checked()
    raise ValueError("nobody is named in this row")


def _import(database: Path, file: File, kind: _Kind[Item], load_the_rest: bool) -> Imported:
    done = Imported()
    for item in _items(file, kind):
        if isinstance(item, BadRow):
            done.bad_count += 1
            done.bad += [item] if len(done.bad) < _MOST_TOLD else []
        else:
            done.rows += 1
    if not done.rows or (done.bad_count and not load_the_rest):
        return done
    now = time.time()
    with writing(database) as connection:
        done.batch = noted(connection, now, IMPORT, file.path.name)
    good = (item for item in _items(file, kind) if not isinstance(item, BadRow))
    while part := list(itertools.islice(good, _AT_ONCE)):
        with writing(database) as connection:
            for item in part:
                kind.write(connection, item, now, done.batch)
            noted(connection, time.time(), IMPORT, file.path.name)
        time.sleep(_PAUSE_S)  # let the server's writer have its turn
    return done


def _items(file: File, kind: _Kind[Item]) -> Iterator[Item | BadRow]:
    words = columns.words_of(kind.roles)
    for cells in read(file.path, file.region, words, file.columns, kind.enough, file.sheet, columns.SEVERAL):
        if not isinstance(cells, Cells):
            yield BadRow(*cells)
            continue
        try:
            yield kind.read(cells)
        except (ValueError, BadInput) as error:
            yield BadRow(cells.line, str(error))
