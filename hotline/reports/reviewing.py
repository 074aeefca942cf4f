"""Reviews of recorded talks: a person's word on whether an agent was right, for human accuracy."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from calls.errors import BadInput
from dsl.spelling import nearest_hint
from hotline.contacts.tables import Row, open_table
from hotline.site.site import Site
from hotline.store.statements import upsert
from hotline.store.transactions import writing

_PUT = upsert("talk_reviews", "call talk", "correct reviewer at")
_RECORDED = "SELECT 1 FROM recordings WHERE call = ? AND talk = ? AND +kind = 'talk'"
_YES = frozenset({"yes", "y", "true", "1", "correct", "是", "对", "正确"})
_NO = frozenset({"no", "n", "false", "0", "wrong", "否", "错", "错误"})
_COLUMNS = ("call", "talk", "correct")
_TALK = "talk"


class Review(NamedTuple):
    """A judgement of one talk. `line` is its line in a file, for messages; 0: it came by hand."""

    call: str
    talk: int
    correct: bool
    reviewer: str
    line: int = 0


def read(path: Path, region: str, reviewer: str) -> list[Review]:
    """The reviews of a file with the columns call, talk, correct and, if it has one, reviewer: CSV in any usual dialect
    and encoding of `region` (ISO 3166), or a spreadsheet. Rows whose `correct` is empty, and those of answers, are left
    out. Raises OSError, and BadInput with the line of what is wrong."""
    table = open_table(path, region)
    with closing(table.rows):
        first = next(table.rows, None)
        heading = [] if first is None else [cell.strip() for cell in first.cells]
        missing = [name for name in _COLUMNS if name not in heading]
        if missing:
            raise BadInput(f"{path}:1: the column {missing[0]} is missing; `hotline report sample` writes such a file")
        return [found for row in table.rows if (found := _review(path, row, heading, reviewer)) is not None]


def _review(path: Path, row: Row, heading: list[str], reviewer: str) -> Review | None:
    """The review of a row; None where it has none. Raises BadInput."""
    line = row.line
    if row.problem:
        raise BadInput(f"{path}:{line}: {row.problem}")
    cells = {name: cell.strip() for name, cell in zip(heading, row.cells, strict=False)}
    word = cells.get("correct", "").lower()
    if not word or (cells.get("kind") or _TALK) != _TALK:
        return None
    if word not in _YES | _NO:
        raise BadInput(f"{path}:{line}: {word[:20]!r} is neither yes nor no{nearest_hint(word, _YES | _NO)}")
    talk = cells.get("talk", "")
    if not (talk.isascii() and talk.isdecimal()):
        raise BadInput(f"{path}:{line}: talk is the number of the talk in its call")
    by = cells.get("reviewer") or reviewer
    if not by:
        raise BadInput(f"{path}:{line}: who has reviewed it? --reviewer, or the column reviewer")
    return Review(cells.get("call", ""), int(talk), word in _YES, by, line)


def put(site: Site, reviews: Iterable[Review], now: float) -> int:
    """Write reviews down at `now` (UTC epoch seconds); how many. Raises BadInput for a talk that was not recorded; then
    nothing is written."""
    count = 0
    with writing(site.database) as connection:
        for review in reviews:
            _refuse_unrecorded(connection, review)
            connection.execute(_PUT, (review.call, review.talk, review.correct, review.reviewer, now))
            count += 1
    return count


def _refuse_unrecorded(connection: sqlite3.Connection, review: Review) -> None:
    if connection.execute(_RECORDED, (review.call, review.talk)).fetchone() is None:
        where = f"line {review.line}: " if review.line else ""
        raise BadInput(f"{where}there is no recording of talk {review.talk} of call {review.call}; nothing was written")
