"""Asterisk's memory after many calls and quiet minutes: what a rush takes, what is given back, and what stays.

The calls are those of `bench.talks`: two prompts, a key, the queue, an agent, a talk of a second. Asterisk is started
as in production, and whoever started it gives memory back in quiet minutes (`switch.asterisk.instance.memory`).
An allocator's settings are tried by the environment, which Asterisk is given: MALLOC_ARENA_MAX=2 hotline bench memory.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable

from bench import machine, talk_calls
from bench.catalogue import Options
from bench.children import Child
from bench.house import BenchSite, house, version_of
from bench.report import Report, at_most, told
from bench.talk_script import TALK_S, TONES_HZ
from switch.asterisk.instance.process import AsteriskProcess

CALLS, RATE = 100_000, 30.0
QUIET_S = 300.0
MAY_KEEP_MB = 150
TRIMMED_MB = 62
"""What `malloc trim` brought 326 MB to, after 3,000 calls at 100 a second (switch/asterisk/instance/memory.py)."""
_QUICK_CALLS, _QUICK_RATE, _QUICK_QUIET_S = 10, 5.0, 1.0
_TELL_EVERY = 30
_ALLOCATOR = ("MALLOC_", "LD_PRELOAD", "GLIBC_TUNABLES")


def name(calls: int) -> str:
    """Of the figure."""
    return f"Asterisk after {calls:,} calls and quiet"


async def run(options: Options) -> Report:
    """Takes an hour by itself: 100,000 calls at 30 a second, then five minutes without any; `quick` some seconds."""
    calls = options.calls or (_QUICK_CALLS if options.quick else CALLS)
    rate = options.rate or (_QUICK_RATE if options.quick else RATE)
    quiet_s = _QUICK_QUIET_S if options.quick else QUIET_S
    about = machine.facts()
    async with house(talk_calls.plan(rate), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with place.phones("bench.talkers", TALK_S, TONES_HZ) as phones, place.controller() as controller:
            begun_mb = machine.resident_mb(place.asterisk_pid)
            failed = await _place(place, phones, rate, calls, options.progress)
            after_mb = machine.resident_mb(place.asterisk_pid)
            await asyncio.sleep(quiet_s)
            quiet_mb, most_mb = (machine.resident_mb(place.asterisk_pid, what) for what in ("VmRSS", "VmHWM"))
            controller_mb = machine.resident_mb(controller.pid)
            given_back = place.asterisk.memory_given_back
    about["allocator"] = " ".join(f"{key}={value}" for key, value in sorted(os.environ.items()) if _is_allocators(key))
    about["notes"] = [f"{quiet_s:g} quiet seconds, {rate:g} calls a second before", *failed]
    return Report(
        "memory",
        about,
        [
            at_most(name(calls), quiet_mb, "MB", MAY_KEEP_MB, TRIMMED_MB),
            told("Asterisk before the first call", begun_mb, "MB"),
            told("Asterisk after the last call", after_mb, "MB"),
            told("Asterisk at most", most_mb, "MB"),
            told("memory given back", given_back, "times"),
            told("controller at the end", controller_mb, "MB"),
        ],
    )


async def _place(
    place: BenchSite[AsteriskProcess], phones: Child, rate: float, count: int, tell: Callable[[str], None]
) -> list[str]:
    """Place all calls; a line for each way in which some failed. Raises ChildEnded."""
    failures: Counter[str] = Counter()
    looks = 0
    async for looked in talk_calls.followed(phones, rate, count):
        looks += 1
        failures.update(talk.failure for talk in looked.over if talk.failure)
        if looks % _TELL_EVERY == 0 or looked.all_over:
            tell(f"{looked.placed} calls placed: Asterisk {machine.resident_mb(place.asterisk_pid):.0f} MB")
    return [f"{number} calls: {failure}" for failure, number in failures.items()]


def _is_allocators(variable: str) -> bool:
    return variable.startswith(_ALLOCATOR)
