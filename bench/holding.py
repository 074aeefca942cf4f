"""What callers cost who wait with music: the controller's and Asterisk's share of a core, over half a minute."""

from __future__ import annotations

import asyncio
import time

from bench import live_site, machine, script
from bench.catalogue import Options
from bench.house import Plan, house, version_of
from bench.report import Report, at_most, told

CALLERS = 300
WATCHED_S = 30.0
_QUICK_CALLERS, _QUICK_S = 10, 2.0
_RATE = 20.0  # of new callers, until all wait
_UP_S = 60.0


async def run(options: Options) -> Report:
    """Takes about a minute; the phones send a packet in 5 s, so that theirs is not what is measured."""
    about = machine.facts()
    callers = _QUICK_CALLERS if options.quick else CALLERS
    watched_s = _QUICK_S if options.quick else WATCHED_S
    async with house(Plan(live_site.files([])), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with place.phones() as phones, place.controller() as controller:
            idle_s = place.asterisk_cpu_s()
            await asyncio.sleep(1.0)
            idle_s = place.asterisk_cpu_s() - idle_s
            hold = script.Hold(script.HOLDING_NUMBER, _RATE, callers)
            began = await phones.ask(hold, script.Done, callers / _RATE + _UP_S)
            begun_at, controller_s, asterisk_s = time.monotonic(), controller.cpu_s(), place.asterisk_cpu_s()
            busy_s = machine.busy_s()
            await asyncio.sleep(watched_s)
            took_s = time.monotonic() - begun_at
            controller_share = (controller.cpu_s() - controller_s) / took_s * 100
            asterisk_share = (place.asterisk_cpu_s() - asterisk_s) / took_s * 100
            about["busy_cores"] = round((machine.busy_s() - busy_s) / took_s, 2)
            ended = await phones.ask(script.Release(), script.Done, _UP_S)
    failures = sum(began.failures.values()) + sum(ended.failures.values())
    about["notes"] = [f"{count} calls: {reason}" for reason, count in {**began.failures, **ended.failures}.items()]
    return Report(
        "holding",
        about,
        [
            at_most(f"{callers} callers holding, calls that failed", failures, "calls", 0),
            at_most(f"{callers} callers holding, controller", controller_share, "% of a core", 15),
            at_most(f"{callers} callers holding, Asterisk", asterisk_share, "% of a core", 60, 52),
            told("Asterisk with nobody calling", idle_s * 100, "% of a core"),
        ],
    )
