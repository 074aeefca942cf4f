"""Lists of contacts as they stand in the store: for campaigns, and for people. Only whole lists are seen."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import msgspec

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from dsl.tree import Mark
from dsl.tree import Problem as Complaint
from hotline.contacts.rows import Problem, ProblemKind
from hotline.store import opening

KINDS: tuple[str, ...] = get_args(ProblemKind)
_COLUMNS = "id, name, file, sha256, region, zone, form, rows, contacts, numbers, merged, rejected, author, at"


class ContactList(msgspec.Struct, frozen=True):
    """A list that is ready, and how its file was read."""

    id: int
    name: str
    file: str
    sha256: str
    region: str
    zone: str
    form: dict[str, Any]
    """encoding and delimiter, or sheet; `columns`: what each was taken for."""
    rows: int
    contacts: int
    numbers: int
    merged: int
    rejected: int
    author: str
    at: float


class PersonsNumber(msgspec.Struct, frozen=True):
    """A number (E.164), and its zone (IANA), empty where neither row nor list said one."""

    number: str
    zone: str


class Person(msgspec.Struct, frozen=True):
    """Somebody on a list; numbers in the order in which they are tried."""

    row: int
    person: str
    account: str
    name: str
    attributes: dict[str, str]
    numbers: tuple[PersonsNumber, ...]


def lists(database: Path) -> list[ContactList]:
    """All that are ready, by name. Raises BadInput."""
    with closing(_reading(database)) as connection:
        query = f"SELECT {_COLUMNS} FROM contact_lists WHERE state = 'ready' ORDER BY name"
        return [_list(row) for row in connection.execute(query)]


def of_name(database: Path, name: str) -> ContactList:
    """The list of this name. Raises BadInput for one that there is not, with the nearest."""
    there = lists(database)
    found = next((one for one in there if one.name == name), None)
    if found is None:
        known = [one.name for one in there]
        raise BadInput(f"no list {name}{nearest_hint(name, known)}; there are {', '.join(known) or 'none'}")
    return found


def unknown(database: Path, named: Iterable[tuple[str, Mark]]) -> list[Complaint]:
    """A warning for each list that is named and not there, with the nearest one; none without a store of this release:
    lists may come later."""
    if not opening.is_of_today(database):
        return []
    known = [one.name for one in lists(database)]
    return [
        Complaint(mark, "unknown-list", f"no list {name} was imported{nearest_hint(name, known)}", warning=True)
        for name, mark in named
        if name not in known
    ]


def people(database: Path, list_: int, most: int, after: int = 0) -> list[Person]:
    """People of a list in the order of its rows, those behind row `after`."""
    with closing(_reading(database)) as connection:
        found = connection.execute(
            "SELECT row, person, account, name, attributes FROM contacts WHERE list = ? AND row > ? "
            "ORDER BY row LIMIT ?",
            (list_, after, most),
        ).fetchall()
        query = (  # without statistics SQLite takes the primary key, and walks along the whole list for each person
            "SELECT number, zone FROM contact_numbers INDEXED BY contact_numbers_by_row WHERE list = ? AND row = ? "
            "ORDER BY place"
        )
        return [
            Person(
                *(row, person, account, name, msgspec.json.decode(attributes)),
                tuple(PersonsNumber(*one) for one in connection.execute(query, (list_, row))),
            )
            for row, person, account, name, attributes in found
        ]


def problems(database: Path, list_: int, kind: str = "") -> list[Problem]:
    """What was wrong with rows of a list, in the order of the file; of one kind."""
    with closing(_reading(database)) as connection:
        query = (
            'SELECT row, kind, "column", reason, winner FROM contact_problems '
            "WHERE list = ?1 AND (?2 = '' OR kind = ?2) ORDER BY row, place"
        )
        return [Problem(*row) for row in connection.execute(query, (list_, kind))]


def _list(row: tuple[Any, ...]) -> ContactList:
    before, form, behind = row[:6], row[6], row[7:]
    return ContactList(*(*before, msgspec.json.decode(form), *behind))


def _reading(database: Path) -> sqlite3.Connection:
    opening.must_be_of_today(database)
    return opening.to_read(database)
