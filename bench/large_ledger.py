"""Searches in ledgers of several sizes, and the origin of a call, with nothing of the file in memory.

A ledger of a year is larger than the memory of its machine. So before each search the system lets go of the file, and
what is measured is what a search reads: a walk down one index, and the rows of one page of answers. Of ten times the
rows that is the same but for one more level of a tree, which is what the sizes beside each other show.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.catalogue import Options
from bench.measuring import percentile
from bench.report import Figure, at_most, told
from hotline.ledger.opening import Place, migrate
from hotline.ledger.searching import AttemptSearch, Reader

ROWS = (1_000_000, 5_000_000)
"""The sizes; HOTLINE_BENCH_ROWS has others, such as 1000000,5000000,50000000."""
PERSONS = 400_000
BEGAN = 1_700_000_000.0
_SEARCHES = 20
_YEAR_S = 31_536_000.0
_BYTES_A_ROW = 500
_SORTED_AT_ONCE = 1.2
"""The file while its last index is sorted, to the file that is left."""


async def searching(options: Options, folder: Path) -> list[Figure]:
    """The figures of each size, one after the other."""
    figures: list[Figure] = []
    for rows in sizes(options.quick):
        path = folder / f"{rows}.db"
        _must_have_room(folder, rows)
        place = Place(file=path)
        await asyncio.to_thread(migrate, place)
        options.progress(f"{rows} attempts are written")
        began = time.perf_counter()
        await asyncio.to_thread(fill, path, rows)
        options.progress(f"written in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
        figures += await _searched(place, path, rows)
        path.unlink()
    return figures


def sizes(quick: bool) -> tuple[int, ...]:
    """How many attempts each ledger has."""
    if quick:
        return (20_000,)
    asked = os.environ.get("HOTLINE_BENCH_ROWS", "")
    return tuple(map(int, asked.split(","))) if asked else ROWS


async def _searched(place: Place, path: Path, rows: int) -> list[Figure]:
    reader, chance = Reader(place), random.Random(3)
    warm: dict[str, list[float]] = {}
    cold: dict[str, list[float]] = {}
    plan = "; ".join(reader.explain(AttemptSearch(number=number(0))))
    assert "USING INDEX attempts_by_number" in plan, plan
    for _ in range(_SEARCHES):
        for name, search in _searches(reader, rows, chance):
            _let_go_of(path)
            cold.setdefault(name, []).append(await _timed(search))
            warm.setdefault(name, []).append(await _timed(search))
    size = f"{rows / 1e6:g} M rows"
    return [
        at_most(f"origin of a call, {size}, longest of {_SEARCHES}", max(warm["by number"]), "s", 3),
        *(
            at_most(f"search {name}, {size}, not in memory, p95", percentile(taken, 95), "s", 3)
            for name, taken in cold.items()
        ),
        told(f"the ledger's size, {size}", path.stat().st_size / 1e6, "MB"),  # noqa: ASYNC240  # at once
    ]


def _searches(reader: Reader, rows: int, chance: random.Random) -> list[tuple[str, Callable[[], Awaitable[None]]]]:
    def searched(wanted: AttemptSearch) -> Callable[[], Awaitable[None]]:
        async def search() -> None:
            await reader.attempts(wanted)

        return search

    known = number(chance.randrange(rows) % PERSONS)

    async def origin() -> None:
        page = await reader.attempts(AttemptSearch(number=known))
        if page.rows:
            await reader.origin(page.rows[0]["id"])

    return [
        ("by number", origin),
        ("by a number that was never called", searched(AttemptSearch(number="+8619999999999"))),
        ("by person", searched(AttemptSearch(person=f"p{chance.randrange(PERSONS)}"))),
        ("by case", searched(AttemptSearch(case=f"C-{chance.randrange(rows // 1_000) * 1_000}"))),
        ("by agent", searched(AttemptSearch(agent=f"{8_000 + chance.randrange(200)}"))),
        ("by scene", searched(AttemptSearch(scene=f"scene-{chance.randrange(340)}"))),
    ]


async def _timed(search: Callable[[], Awaitable[None]]) -> float:
    began = time.perf_counter()
    await search()
    return time.perf_counter() - began


def _let_go_of(path: Path) -> None:
    """Have the system forget what it has read of the file."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _must_have_room(folder: Path, rows: int) -> None:
    found = os.statvfs(folder)
    needed = rows * _BYTES_A_ROW * _SORTED_AT_ONCE
    if found.f_bavail * found.f_frsize < needed:
        raise OSError(
            f"{folder}: {needed / 1e9:.0f} GB are needed for {rows} attempts; set TMPDIR or HOTLINE_BENCH_ROWS"
        )


def fill(path: Path, rows: int) -> None:
    """A ledger of `rows` attempts of a year, of 400,000 persons: written first, then indexed, as no dialer could. On
    the disk when this returns; nothing of it is worth a log before."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as store:
        for setting in (
            *("journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE"),
            *("cache_size=-262144", "temp_store=FILE", f"threads={os.cpu_count() or 1}"),
        ):
            store.execute(f"PRAGMA {setting}")
        indexes = store.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'attempts'"
        ).fetchall()
        for name, _ in indexes:
            store.execute(f"DROP INDEX {name}")
        store.execute(_FILL, {"rows": rows, "persons": PERSONS, "began": BEGAN, "step": _YEAR_S / rows})
        for _, statement in indexes:
            store.execute(statement)
        store.execute("PRAGMA locking_mode=NORMAL")
        store.execute("PRAGMA journal_mode=WAL")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def number(person: int) -> str:
    """The number of a person of `fill`."""
    return f"+861{3_000_000_000 + person}"


_FILL = """
WITH RECURSIVE turn (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM turn WHERE n < :rows),
  one AS (SELECT n, (n * 7919) % :persons AS who, :began + n * :step AS t FROM turn)
INSERT INTO attempts
SELECT n, t, CASE n % 3 WHEN 0 THEN 'effective' ELSE 'attempted' END, '+861' || (3000000000 + who), 'p' || who, '',
  'scene-' || (n % 340), 'service', 'human', 'spring', t + 1, CASE n % 3 WHEN 0 THEN t + 60 ELSE 0 END, 'no_answer',
  'campaign', '', 'k' || n, 'switch-1@hotline-' || n, CASE n % 1000 WHEN 0 THEN 'C-' || n ELSE '' END,
  CASE n % 3 WHEN 0 THEN 8000 + (n / 3) % 200 ELSE '' END, '+86109518301' || (n % 10), 'v1', 'renewal', '', 'bench',
  'allow', t + 120, 0, 0, 0, t + 60,
  CAST('{"verdict":"allow","policy":"bench","scene":"renewal","version":"v1"}' AS BLOB)
FROM one"""
