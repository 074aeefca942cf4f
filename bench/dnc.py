"""What a do-not-call list of a hundred million numbers costs: memory, a look-up, the load after a restart, an import.

The numbers are those of `bench.subscriber_numbers`. Memory and times are of a process that opens the site's lists anew,
as a server does at its start: the store's row, the snapshot beside it, every checksum. Beside it, each in a process of
its own: one roaring bitmap of 64 bits, read from its own bytes; and Python's set, measured with fewer numbers and
multiplied, for it would not fit on most machines.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap64

from bench import machine
from bench.catalogue import Options
from bench.own_process import measured, memory_mb
from bench.report import Report, at_most, told
from bench.subscriber_numbers import numbers
from hotline.site.number_set import NumberSet
from hotline.store import opening
from hotline.suppression import imports
from hotline.suppression.entries import Wish
from hotline.suppression.lists import Lists
from hotline.suppression.snapshot import Snapshot

COUNT = 100_000_000
_LINES = 10_000_000
_OF_A_SET = 2_000_000
_ASKED = 100_000
_BATCH = 1_000
_WISH = Wish(source="bench", reason="measured", author="bench")


async def run(options: Options) -> Report:
    """Takes some minutes and 1.5 GB of memory, `quick` some seconds."""
    return await asyncio.to_thread(_run, options)


def _run(options: Options) -> Report:
    count = COUNT // 100 if options.quick else COUNT
    lines = _LINES // 100 if options.quick else _LINES
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as place:
        folder = Path(place)
        options.progress(f"{count} numbers are made")
        there = measured("bench.dnc:made", place, str(count))["numbers"]
        options.progress(f"{there} numbers: the lists are opened as after a restart")
        ours = measured("bench.dnc:opened", place)
        roaring = measured("bench.dnc:plain_roaring", place)
        of_a_set = measured("bench.dnc:python_set", place)
        options.progress(f"{lines} lines are imported")
        imported = measured("bench.dnc:imported", place, str(lines))
        disk = sum(file.stat().st_size for file in (folder / "suppression").iterdir()) / 1e6
    size = f"{count / 1e6:g} M"
    figures = [
        at_most(f"MB for {size}", ours["mb"], "MB", 250, roaring["mb"]),
        at_most("look-up", ours["listed_us"], "µs", 2, roaring["listed_us"]),
        at_most("load", ours["load_s"], "s", 60, roaring["load_s"]),
        told("look-up of a number that is not listed", ours["unlisted_us"], "µs", roaring["unlisted_us"]),
        told("all lists of one number, with every process's last change", ours["all_lists_us"], "µs"),
        told("MB at most during the load", ours["most_mb"], "MB"),
        told(f"MB of a Python set of {size}", of_a_set["mb_a_number"] * there, "MB"),
        told("MB on disk", disk, "MB"),
        told(f"import of {lines / 1e6:g} M lines", imported["s"], "s"),
        told("processor seconds of it", imported["cpu_s"], "s"),
        told("wrong answers", ours["wrong"], ""),
    ]
    notes = [f"the reference is one BitMap64 of the same {there} numbers; the Python set is of {_OF_A_SET}, multiplied"]
    return Report("dnc", {**machine.facts(), "notes": notes}, figures)


def made(place: str, count: str) -> dict[str, Any]:
    """The site's store with an import of so many numbers; the same as one bitmap; and some of them, and some others."""
    folder = Path(place)
    opening.migrate(folder / "hotline.db")
    ours, plain, asked = NumberSet(), BitMap64(), []
    for part in numbers(int(count)):
        ours.add(part)
        plain |= BitMap64(part)
        asked.append(part[:: max(1, len(part) * 200 // _ASKED)])
    imports.keep(folder / "hotline.db", folder / "suppression", Snapshot(ours.freeze()), _WISH, "0" * 64, int(count), 0)
    (folder / "plain.roaring").write_bytes(plain.serialize())
    there = np.random.default_rng(1).permutation(np.concatenate(asked))[:_ASKED]
    beside = there + np.uint64(1)
    np.savez(folder / "asked.npz", there=there, beside=beside, also=np.array([int(one) in plain for one in beside]))
    return {"numbers": len(plain)}


def opened(place: str) -> dict[str, Any]:
    """The lists of the site, opened anew."""
    folder = Path(place)
    there, beside, also = _asked(folder)
    gc.collect()
    before = memory_mb()
    began = time.perf_counter()
    lists = Lists(folder / "hotline.db", folder / "suppression")
    lists.refresh()
    load_s = time.perf_counter() - began
    gc.collect()
    mb = memory_mb() - before
    known = lists.numbers()[0][1]
    listed_us, found = _each_us(known.__contains__, there)
    unlisted_us, others = _each_us(known.__contains__, beside)
    all_us, _ = _each_us(lists.lists_of, beside[:20_000])
    wrong = found.count(False) + sum(one is not right for one, right in zip(others, also, strict=True))
    return {
        **{"mb": mb, "most_mb": memory_mb("VmHWM") - before, "load_s": load_s, "wrong": wrong},
        **{"listed_us": listed_us, "unlisted_us": unlisted_us, "all_lists_us": all_us},
    }


def plain_roaring(place: str) -> dict[str, Any]:
    """One bitmap of 64 bits, as its library reads it, and nothing else."""
    folder = Path(place)
    there, beside, _ = _asked(folder)
    gc.collect()
    before = memory_mb()
    began = time.perf_counter()
    known = BitMap64.deserialize((folder / "plain.roaring").read_bytes())
    load_s = time.perf_counter() - began
    gc.collect()
    mb = memory_mb() - before

    def listed(number: str) -> bool:
        return int(number[1:]) in known

    return {
        **{"mb": mb, "load_s": load_s},
        **{"listed_us": _each_us(listed, there)[0], "unlisted_us": _each_us(listed, beside)[0]},
    }


def python_set(place: str) -> dict[str, Any]:
    """Megabytes of one number in a set of Python."""
    del place
    before = memory_mb()
    known = set(range(8_613_000_000_000, 8_613_000_000_000 + _OF_A_SET * 7, 7))
    return {"mb_a_number": (memory_mb() - before) / len(known)}


def imported(place: str, lines: str) -> dict[str, Any]:
    """The time in which a file becomes an import."""
    folder = Path(place)
    chance = random.Random(1)
    with (folder / "list.csv").open("wb") as file:
        for part in numbers(int(lines)):
            mixed = np.random.default_rng(2).permutation(part)
            ends = chance.choices((b"\n", b",Zhang\n", ",张三\n".encode()), (6, 3, 1), k=1000)
            file.write(b"".join(b"+%d%s" % (one, ends[one % 1000]) for one in mixed.tolist()))
    database = folder / "imported.db"
    opening.migrate(database)
    began, used = time.perf_counter(), time.process_time()
    imports.import_file(database, folder / "imported", folder / "list.csv", _WISH, "CN", load_the_rest=True)
    return {"s": time.perf_counter() - began, "cpu_s": time.process_time() - used}


def _asked(folder: Path) -> tuple[list[str], list[str], list[bool]]:
    kept = np.load(folder / "asked.npz")
    there, beside = ([f"+{one}" for one in kept[name].tolist()] for name in ("there", "beside"))
    return there, beside, kept["also"].tolist()


def _each_us(ask: Callable[[str], Any], asked: list[str]) -> tuple[float, list[Any]]:
    """Microseconds of the processor for each, the loop's own with it, and the answers. Of batches the median: what
    others take of the machine meanwhile is no part of a look-up."""
    answers: list[Any] = []
    taken = []
    for at in range(0, len(asked), _BATCH):
        part = asked[at : at + _BATCH]
        began = time.thread_time()
        answers += [ask(one) for one in part]
        taken.append((time.thread_time() - began) / len(part))
    return statistics.median(taken) * 1e6, answers
