"""What a do-not-call list of a million lines costs the event loop: while it is read, and at each check.

Held is the processor time of the loop's thread in one callback: what the machine does besides does not count. How late
a timer of a millisecond is, beside the same without a list, shows what the reading thread takes from the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path

import numpy as np

from bench import machine
from bench.catalogue import Options
from bench.report import Report, at_most, told
from hotline.driver.do_not_call import NumberList, may_call

LINES = 1_000_000
CHECKS = 1_000
_TICK_S = 0.001
_QUIET_S = 2.0


async def run(options: Options) -> Report:
    """Takes half a minute, `quick` a second."""
    lines = 20_000 if options.quick else LINES
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        path = Path(folder) / "unwanted.csv"
        await asyncio.to_thread(path.write_text, _list(lines), "utf-8")
        numbers = NumberList(path, "CN")
        quiet = await _late(asyncio.sleep(_QUIET_S / 10 if options.quick else _QUIET_S))
        with _held() as held:
            began = time.perf_counter()
            late = await _late(numbers.look())
            read_s = time.perf_counter() - began
        with _held() as held_by_checks:
            checks = []
            for count in range(CHECKS):
                began = time.perf_counter()
                await may_call(numbers, f"+86{13_000_000_000 + count}")
                checks.append(time.perf_counter() - began)
                await asyncio.sleep(0)
    figures = [
        at_most(f"event loop held while {lines} lines are read, longest", max(held) * 1e3, "ms", 1),
        at_most("event loop held by a check, longest", max(held_by_checks) * 1e3, "ms", 1),
        told("a timer is late while the list is read, p99", _ms(late, 99), "ms", _ms(quiet, 99)),
        told("a check, p50", _ms(checks, 50) * 1e3, "µs"),
        told("a check, p99", _ms(checks, 99) * 1e3, "µs"),
        told("the list is read in", read_s, "s"),
    ]
    return Report("do_not_call", machine.facts(), figures)


def _list(lines: int) -> str:
    chance = random.Random(1)
    forms = ("{}", "{},Zhang", "+86 {}", "{}.0", "0{}", "{},2026-11-29")
    return "".join(
        chance.choices(forms, (60, 20, 1, 1, 1, 10))[0].format(chance.randrange(13_100_000_000, 13_999_999_999)) + "\n"
        for _ in range(lines)
    )


async def _late(work: Coroutine[None, None, None]) -> list[float]:
    """Seconds by which a timer came late, again and again until `work` is done."""
    task = asyncio.create_task(work)
    late = []
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(_TICK_S)
        late.append(time.perf_counter() - began - _TICK_S)
    await task
    return late


@contextlib.contextmanager
def _held() -> Iterator[list[float]]:
    """Processor seconds of this thread in each callback of the loop."""
    held = [0.0]
    plain = asyncio.events.Handle._run

    def timed(self: asyncio.events.Handle) -> None:
        began = time.thread_time()
        plain(self)
        held.append(time.thread_time() - began)

    asyncio.events.Handle._run = timed  # type: ignore[method-assign]  # private; asyncio has no other place to measure at
    try:
        yield held
    finally:
        asyncio.events.Handle._run = plain  # type: ignore[method-assign]  # as above


def _ms(taken_s: list[float], percent: float) -> float:
    return float(np.percentile(taken_s, percent) * 1000)
