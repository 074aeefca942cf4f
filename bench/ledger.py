"""What the contact ledger does: durable pairs of reserve and settle a second, how long one takes at 2,000 a second,
four processes that fight for the same persons' last attempts on PostgreSQL, and the origin of a call in a large ledger.

Every reservation is decided inside its transaction by three counts over the person's history, and every answer is given
after it is on disk. Latencies count from the instant at which the question was due, not from when it could be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench import ledger_asker, machine
from bench.catalogue import Options
from bench.large_ledger import BEGAN, PERSONS, fill, searching
from bench.large_ledger import number as number_of
from bench.ledger_asker import MOST_ATTEMPTS, MOST_TALKS, Done, question_of, reserve, settle
from bench.measuring import percentile
from bench.postgresql import NoPostgresql, running
from bench.report import Figure, Report, at_least, at_most, told
from hotline.ledger.keeping import KeptLedger
from hotline.ledger.opening import Place, migrate, open_ledger

PAIRS = 30_000
RATE = 2_000
_ASKERS = 256
_SECONDS = 10.0
_PROCESSES = 4
_HAMMERED_S = 15.0


async def run(options: Options) -> Report:
    """Takes five minutes, half of them to fill the ledgers that are searched; `quick` ten seconds."""
    found = await governors(options)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        found += await searching(options, Path(folder))
    return Report("ledger", machine.facts(), found)


async def governors(options: Options) -> list[Figure]:
    """The figures that a bench of the governor has of its ledger."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        return [*await reserving(options, Path(folder)), *await sharing(options)]


async def reserving(options: Options, folder: Path) -> list[Figure]:
    """ "durable pairs per second" and "p99 at 2,000/s", on SQLite in one process."""
    pairs = 1_000 if options.quick else PAIRS
    seconds = 1.0 if options.quick else _SECONDS
    bare = await asyncio.to_thread(_bare_pairs_a_second, folder / "bare.db", pairs)
    place = Place(file=folder / "ledger.db")
    await asyncio.to_thread(migrate, place)
    await asyncio.to_thread(fill, folder / "ledger.db", 10_000 if options.quick else 500_000)
    ledger = open_ledger(place, time.time, answer_within_s=120.0)  # late is late, and no answer would be none
    try:
        used = time.process_time()
        rate = await _pairs_a_second(ledger, pairs)
        used = time.process_time() - used
        options.progress(f"{rate:.0f} pairs a second, {pairs / max(1, ledger.commits):.0f} in a commit")
        reserved_ms, settled_ms = await _at_a_rate(ledger, RATE, seconds)
    finally:
        await ledger.close()
    return [
        at_least("durable pairs per second", rate, "/s", 5_000, bare),
        at_most("p99 at 2,000/s", percentile(reserved_ms, 99), "ms", 20),
        told("processor time of a pair, askers and governor included", used / pairs * 1e6, "µs"),
        told("median at 2,000/s", percentile(reserved_ms, 50), "ms"),
        told("p99 of settling at 2,000/s", percentile(settled_ms, 99), "ms"),
    ]


async def sharing(options: Options) -> list[Figure]:
    """ "caps exceeded, 4 processes" on PostgreSQL, and their pairs a second. Not measured where there is none."""
    names = ("caps exceeded, 4 processes", "pairs per second, PostgreSQL, 4 processes")
    server = running()
    try:
        with server as started:
            place = Place(url=started.url)
            await asyncio.to_thread(migrate, place)
            seconds = 2.0 if options.quick else _HAMMERED_S
            done = await asyncio.gather(*(_hammer(started.url, seconds, seed) for seed in range(_PROCESSES)))
            persons, over = await asyncio.to_thread(_over_the_caps, started.url)
    except NoPostgresql as error:
        options.progress(str(error))
        return [at_most(names[0], None, "", 0), at_least(names[1], None, "/s", 2_000)]
    pairs = sum(one.pairs / one.took_s for one in done)
    options.progress(f"{pairs:.0f} pairs a second, {sum(one.denied for one in done)} denied of {persons} persons")
    return [
        at_most(names[0], over, "", 0),
        at_least(names[1], pairs, "/s", 2_000),
        told("denied beside them", sum(one.denied / one.took_s for one in done), "/s"),
        at_most("reservations without an answer", sum(one.no_answer for one in done), "", 0),
    ]


async def _pairs_a_second(ledger: KeptLedger, pairs: int) -> float:
    left = iter(range(pairs))

    async def ask(chance: random.Random) -> None:
        for _ in left:
            given = await reserve(ledger, *question_of(chance.randrange(PERSONS, 100 * PERSONS), chance))
            assert given.attempt is not None, given
            await settle(ledger, given.attempt, chance)

    await ledger.history("+8613000000000", "", "", 0.0)
    began = time.perf_counter()
    await asyncio.gather(*(ask(random.Random(turn)) for turn in range(_ASKERS)))
    return pairs / (time.perf_counter() - began)


async def _at_a_rate(ledger: KeptLedger, rate: int, seconds: float) -> tuple[list[float], list[float]]:
    """Milliseconds of each reservation and settlement, from when it was due."""
    reserved: list[float] = []
    settled: list[float] = []
    chance = random.Random("at a rate")

    async def ask(due: float) -> None:
        given = await reserve(ledger, *question_of(chance.randrange(PERSONS, 100 * PERSONS), chance))
        now = time.perf_counter()
        reserved.append((now - due) * 1e3)
        assert given.attempt is not None, given
        await settle(ledger, given.attempt, chance)
        settled.append((time.perf_counter() - now) * 1e3)

    gc.collect()
    gc.freeze()  # as a server that has started: no collection goes over what it has loaded
    begin = time.perf_counter()
    asked: set[asyncio.Task[None]] = set()
    for turn in range(int(rate * seconds)):
        due = begin + turn / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(ask(due))
        asked.add(task)
        task.add_done_callback(asked.discard)
    await asyncio.gather(*asked)
    gc.unfreeze()
    return reserved, settled


async def _hammer(url: str, seconds: float, seed: int) -> Done:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", ledger_asker.__name__, url, str(seconds), str(seed)), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    return msgspec.json.decode(out, type=Done)


def _over_the_caps(url: str) -> tuple[int, int]:
    """Persons, and those who were called more often than any rule allows."""
    import psycopg

    with psycopg.connect(url) as connection:
        ((persons, over),) = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE attempts > %s OR talks > %s) FROM ("
            "SELECT count(*) FILTER (WHERE state <> 'released') AS attempts,"
            " count(*) FILTER (WHERE state IN ('effective', 'reserved')) AS talks"
            " FROM attempts GROUP BY person) AS each",
            (MOST_ATTEMPTS, MOST_TALKS),
        ).fetchall()
    return persons, over


def _bare_pairs_a_second(path: Path, pairs: int) -> float:
    """The reference: rows written and changed a hundred at a time, durably, by nobody who decides anything."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE attempts (id INTEGER PRIMARY KEY, number TEXT, at REAL, state TEXT)")
        connection.execute("CREATE INDEX by_number ON attempts (number, at)")
        began = time.perf_counter()
        for first in range(0, pairs, 100):
            connection.execute("BEGIN IMMEDIATE")
            rows = [
                (number, number_of(number * 7_919), BEGAN + number, "reserved") for number in range(first, first + 100)
            ]
            connection.executemany("INSERT INTO attempts VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("UPDATE attempts SET state = 'attempted' WHERE id = ?", [row[:1] for row in rows])
            connection.execute("COMMIT")
        return pairs / (time.perf_counter() - began)
