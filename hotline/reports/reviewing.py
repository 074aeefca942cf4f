"""Reviews of recorded talks: a person's word on whether an agent was right, for human accuracy."""

import csv
import io
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from calls.errors import BadInput
from dsl.spelling import nearest_hint
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


def read(text: str, reviewer: str, file: str) -> list[Review]:
    """The reviews of a CSV file with the columns call, talk, correct and, if it has one, reviewer; rows whose `correct`
    is empty, and those of answers, are left out. Raises BadInput with the line of what is wrong."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise BadInput(f"{file}:1: the column {missing[0]} is missing; `hotline report sample` writes such a file")
    found = []
    for row in rows:
        line = rows.line_num
        word = (row["correct"] or "").strip().lower()
        if not word or (row.get("kind") or _TALK) != _TALK:
            continue
        if word not in _YES | _NO:
            raise BadInput(f"{file}:{line}: {word[:20]!r} is neither yes nor no{nearest_hint(word, _YES | _NO)}")
        if not (row["talk"] or "").isdecimal():
            raise BadInput(f"{file}:{line}: talk is the number of the talk in its call")
        by = (row.get("reviewer") or "").strip() or reviewer
        if not by:
            raise BadInput(f"{file}:{line}: who has reviewed it? --reviewer, or the column reviewer")
        found.append(Review((row["call"] or "").strip(), int(row["talk"]), word in _YES, by, line))
    return found


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
