"""Columns of a file by their roles: by the words of the heading, Chinese or English, or as given. What is not known is
asked for, never guessed."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.contacts.columns import plain_word
from hotline.contacts.tables import Row, open_table
from hotline.site.instants import instant

_COUNTED = re.compile(r"(.*?)([一二三四五]|\d{1,2})")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})(:.*))?(.*)")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row, by their role; several of `number` and `account`. Empty ones are left out."""

    line: int
    found: Mapping[str, tuple[str, ...]]

    def one(self, role: str) -> str:
        """The cell of a role; empty where there is none."""
        return next(iter(self.found.get(role, ())), "")


def read(
    path: Path,
    region: str,
    words: Mapping[str, str],
    given: Mapping[str, str],
    enough: Callable[[frozenset[str]], str],
    sheet: str | None = None,
    several: Collection[str] = (),
) -> Iterator[Cells | tuple[int, str]]:
    """The rows of a file; of one that cannot be read its line, and why. `words` has the roles that it may speak of,
    each with the words of headings for it, apart by blanks; of those in `several` there may be more than one column.

    `given`: roles by the word of the heading, or the column's place from 1; they hold against the words. `enough` says
    what is missing among the roles that were found; empty: nothing. Raises OSError and BadInput.
    """
    table = open_table(path, region, sheet=sheet)
    try:
        first = next(table.rows, None)
        if first is None or first.problem:
            raise BadInput(f"{path}: {first.problem if first else 'there is no row in it'}")
        heading = [unicodedata.normalize("NFKC", cell).strip() for cell in first.cells]
        places = _places(heading, words, given, several)
        if missing := enough(frozenset(places.values())):
            raise BadInput(
                f"{path}: {missing} ({', '.join(heading)}); say it with --column ROLE=WORD, or its place from 1"
            )
        for row in table.rows:
            yield _cells(row, places, len(heading))
    finally:
        table.rows.close()


def _places(
    heading: list[str], words: Mapping[str, str], given: Mapping[str, str], several: Collection[str]
) -> dict[int, str]:
    roles = {plain_word(word): role for role, of in words.items() for word in (role, *of.split())}
    places: dict[int, str] = {}
    for word, role in given.items():
        if role not in words and role != "skip":
            there = ", ".join(sorted(words))
            raise BadInput(f"--column {role}=…: no role {role}{nearest_hint(role, words)}; there are {there}")
        places[_place(word, heading)] = role
    for at, word in enumerate(heading):
        if at in places:
            continue
        plain = plain_word(word)
        known = roles.get(plain, "")
        if not known and (counted := _COUNTED.fullmatch(plain)):
            known = roles.get(counted[1], "")
        if known and (known in several or known not in places.values()):
            places[at] = known
    return {at: role for at, role in places.items() if role != "skip"}


def _place(word: str, heading: list[str]) -> int:
    wanted = unicodedata.normalize("NFKC", word).strip()
    if wanted in heading:
        return heading.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(heading):
        return int(wanted) - 1
    raise BadInput(f"no column {word}{nearest_hint(word, heading)}; there are {', '.join(heading)}")


def _cells(row: Row, places: Mapping[int, str], width: int) -> Cells | tuple[int, str]:
    if row.problem:
        return row.line, row.problem
    if any(row.cells[width:]):
        return row.line, f"{len(row.cells)} cells where the heading has {width}: a delimiter stands inside one of them"
    found: dict[str, tuple[str, ...]] = {}
    for at, role in places.items():
        if at < len(row.cells) and (text := row.cells[at].strip()):
            found[role] = (*found.get(role, ()), text)
    return Cells(row.line, found)


def at_of(text: str, zone: tzinfo, *, end: bool = False) -> float:
    """The instant of a cell: a day or a time as people and spreadsheets write it. Raises BadInput."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _DAY.fullmatch(plain):
        hour = f" {int(found[4]):02d}{found[5]}" if found[4] else ""  # 9:05, as spreadsheets write it
        plain = f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}{hour}{found[6]}"
    return instant(plain, zone, end=end)
