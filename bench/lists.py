"""What a list of a million people costs: from a CSV file into the store, checked and merged, and the memory for it.

Every row has a person, a name, one or two numbers in the forms that people write, and two attributes. Of a hundred rows
three stand there twice, and one cannot be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import random
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import machine
from bench.catalogue import Options
from bench.measuring import percentile
from bench.own_process import measured, memory_mb
from bench.report import Report, at_most, told
from bench.subscriber_numbers import numbers
from hotline.campaigns.picking import Picking
from hotline.contacts.importing import Wanted, import_list
from hotline.store import opening

ROWS = 1_000_000
FETCHES = 100
"""Of fifty people each."""


async def run(options: Options) -> Report:
    """Takes two minutes, `quick` a second."""
    return await asyncio.to_thread(_run, options)


def _run(options: Options) -> Report:
    rows = ROWS // 500 if options.quick else ROWS
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        options.progress(f"{rows} rows are written")
        write(Path(folder) / "people.csv", rows)
        done = measured("bench.lists:imported", folder, str(min(FETCHES, rows // 200)))
        size = (Path(folder) / "hotline.db").stat().st_size / 1e6
    figures = [
        at_most(f"seconds for {rows / 1e6:g} M rows", done["s"], "s", 60),
        at_most("peak MB", done["peak_mb"], "MB", 500),
        told("processor seconds", done["cpu_s"], "s"),
        at_most("next 50 of them, p95", done["next_ms"], "ms", 5),
        at_most("next 50 with half of them due again, p95", done["due_ms"], "ms", 5),
        told("people stored", done["contacts"], ""),
        told("rows merged", done["merged"], ""),
        told("rows rejected", done["rejected"], ""),
        told("the store", size, "MB"),
    ]
    return Report("lists", machine.facts(), figures)


def imported(folder: str, fetches: str) -> dict[str, Any]:
    """The list of `folder`, imported in this process, and so many fetches from it."""
    database = Path(folder) / "hotline.db"
    opening.migrate(database)
    began, used = time.perf_counter(), time.process_time()
    done = import_list(database, Path(folder) / "people.csv", Wanted("people", "CN", "bench"))
    cost = {"s": time.perf_counter() - began, "cpu_s": time.process_time() - used, "peak_mb": memory_mb("VmHWM")}
    return {
        **cost,
        **handed_out(database, int(fetches)),
        **{"contacts": done.contacts, "merged": done.merged, "rejected": done.rejected},
    }


def handed_out(database: Path, fetches: int) -> dict[str, float | None]:
    """Milliseconds of a campaign's fetch of fifty, p95 of so many: of a list that nobody was called of, and of one
    whose first half is to be tried again, each due a second after the one before."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as store:
        next_ms = _fetches(store, "new", 0.0, fetches)
        store.execute(
            "INSERT INTO campaign_contacts (campaign, list, row, person, state, due_at, tries, asked, next_number, bad,"
            " last_result, agent, detail, fetch) SELECT 'old', list, row, iif(person = '', 'P' || row, person), 'due',"
            " row, 1, 1, 0, '[]', 'busy', '', '', '' FROM contacts WHERE row % 2 = 0"
        )
        return {"next_ms": next_ms, "due_ms": _fetches(store, "old", 1e9, fetches)}


def _fetches(store: sqlite3.Connection, campaign: str, now: float, fetches: int) -> float | None:
    took = []
    for count in range(fetches):
        began = time.perf_counter()
        picked = Picking(store, campaign, f"fetch-{count}", now).pick("people", "listed", 50)
        took.append((time.perf_counter() - began) * 1e3)
        assert len(picked.contacts) == 50
        store.execute("BEGIN")
        for statement, values in picked.rows:
            store.execute(statement, values)
        store.execute("COMMIT")
    return percentile(took, 95)


def write(path: Path, rows: int) -> None:
    chance = random.Random(1)
    known = [number for part in numbers(rows * 5 // 4) for number in part.tolist()]
    chance.shuffle(known)
    with path.open("w", encoding="gb18030", newline="") as file:
        written = csv.writer(file)
        written.writerow(("客户编号", "姓名", "手机号", "备用电话", "城市", "等级"))
        for row in range(rows):
            place = row if chance.random() > 0.03 else chance.randrange(row + 1)
            second = f"+{known[rows + row // 4]}" if not row % 4 and rows + row // 4 < len(known) else ""
            first = "1.38E+10" if chance.random() < 0.01 else _form(known[place], chance)
            written.writerow((f"C{row:08d}", "张三丰", first, second, "上海", chance.choice("金银铜")))


def _form(number: int, chance: random.Random) -> str:
    plain = str(number)
    if plain.startswith("861"):
        short = plain[2:]
        forms = short, f"{short}.0", f"+86 {short}", f"{short[:3]}-{short[3:7]}-{short[7:]}"
        return chance.choices(forms, (90, 5, 3, 2))[0]
    return f"+{plain}"
