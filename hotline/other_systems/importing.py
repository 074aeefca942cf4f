"""Importing the call records of another system into the ledger: all rows looked at first, then written in groups."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hotline.ledger.port import Ledger, Record
from hotline.other_systems.records import BadRow, Reading, records

_AT_ONCE = 500
_MOST_TOLD = 1_000


@dataclass(slots=True)
class Imported:
    """What came of a file. `outcomes` are those of `hotline.ledger.port.Recorded`; none where nothing was written."""

    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    bad_count: int = 0
    bad: list[BadRow] = field(default_factory=list)
    """The first thousand."""


async def import_records(
    ledger: Ledger,
    path: Path,
    how: Reading,
    *,
    load_the_rest: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> Imported:
    """Enter the calls of a file into the ledger. A row that cannot be read refuses all of them, for a call that is not
    counted lets another one pass; unless the rest is to be loaded. Raises OSError, BadInput, LedgerAway."""
    done = Imported()
    for row in records(path, how):
        if isinstance(row, BadRow):
            done.bad_count += 1
            done.bad += [row] if len(done.bad) < _MOST_TOLD else []
        else:
            done.rows += 1
    if done.bad_count and not load_the_rest:
        return done
    written = 0
    for part in _parts(row for row in records(path, how) if not isinstance(row, BadRow)):
        for recorded in await ledger.record(part):
            done.outcomes[recorded.outcome] += 1
        written += len(part)
        progress(written)
    return done


def _parts(rows: Iterator[Record]) -> Iterator[list[Record]]:
    while part := list(itertools.islice(rows, _AT_ONCE)):
        yield part
