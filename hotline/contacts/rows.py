"""Rows of a list as contacts: each is a contact with its numbers, or is told with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hotline.contacts.cells import key_of, numbers_of, zone_of
from hotline.contacts.columns import Columns
from hotline.contacts.tables import Row

ProblemKind = Literal["rejected", "number", "merged", "duplicate"]
_BROKEN = "\ufffd"
_MOST_NAME = 128


class Problem(NamedTuple):
    """What is wrong with a row. `rejected`: the whole row; `number`: one cell, the rest is loaded; `merged`: it is now
    part of row `winner`; `duplicate`: one of its numbers stands at row `winner`. Numbers in `reason` are masked."""

    row: int
    kind: ProblemKind
    column: str
    reason: str
    winner: int | None = None


@dataclass(slots=True)
class Contact:
    """One person to be called; numbers in the order in which they are tried, each with its zone or nothing."""

    row: int
    person: str
    account: str
    name: str
    attributes: dict[str, str]
    numbers: list[tuple[str, str]]
    problems: list[Problem] = field(default_factory=list)


def read(rows: Iterator[Row], columns: Columns, region: str, zone: str) -> Iterator[Contact | Problem]:
    """Every row as a contact, or as a problem of kind `rejected`."""
    width = len(columns.heading) or None
    for line, cells, problem in rows:
        if problem:
            yield Problem(line, "rejected", "", problem)
            continue
        if width is not None and len(cells) > width and any(cells[width:]):
            told = f"{len(cells)} cells where the heading has {width}: a delimiter stands inside one of them"
            yield Problem(line, "rejected", "", told)
            continue
        yield _contact(line, cells, columns, region, zone)


def _contact(line: int, cells: list[str], columns: Columns, region: str, zone: str) -> Contact | Problem:
    numbers: list[tuple[str, str]] = []
    problems: list[Problem] = []
    there = len(cells)
    for at, zone_at in zip(columns.numbers, columns.zones, strict=True):
        text = cells[at].strip() if at < there else ""
        if not text:
            continue
        try:
            said = cells[zone_at].strip() if zone_at is not None and zone_at < there else ""
            its_zone = zone_of(said) if said else zone
            for number in numbers_of(text, region):
                numbers.append((number, its_zone))
        except ValueError as error:
            problems.append(Problem(line, "number", columns.word(at), str(error)))
    if not numbers:
        told = problems[0] if problems else Problem(line, "rejected", "", "there is no number in this row")
        return told._replace(kind="rejected")
    try:
        person = "" if columns.person is None else key_of(_cell(cells, columns.person), "the person's key")
        account = "" if columns.account is None else key_of(_cell(cells, columns.account), "the account's key")
    except ValueError as error:
        return Problem(line, "rejected", "", str(error))
    name = "" if columns.name is None else _cell(cells, columns.name)[:_MOST_NAME]
    attributes = {word: text for at, word in columns.attributes if at < there and (text := cells[at].strip())}
    if len(numbers) > 1:
        zones: dict[str, str] = {}
        for number, its_zone in numbers:
            zones.setdefault(number, its_zone)
        numbers = list(zones.items())
    if _BROKEN in person or _BROKEN in account:
        return Problem(line, "rejected", "", "a key has signs that cannot be read: save the file as UTF-8")
    return Contact(line, person, account, name, attributes, numbers, problems)


def _cell(cells: list[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""
