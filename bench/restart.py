"""kill -9 of the controller while 100 callers wait and 50 talk: who was dropped, who lost the place, how long it took.

All calls are real ones on a real Asterisk. The controller is started again at the moment of its death, as a supervisor
does (systemd's Restart=always). From the kill on somebody calls each 0.1 s. It is back when one of them hears the
prompt of the controller's flow: by then it has read its journal, taken stock of the switch and adopted what is live.
Places are those of the callers' telephones: after the last restart the agents hang up one by one, and whom they are
rung for must have come in that order.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from bench import live_site, machine, offer_site
from bench import offer_script as script
from bench.catalogue import Options
from bench.children import Child, ChildEnded
from bench.desktops import Desktops
from bench.house import BenchSite, Plan, house, serving, version_of
from bench.report import Report, at_most, told
from bench.script import Done
from switch.asterisk.instance.process import AsteriskProcess

_FILL_RATE = 20.0
_UP_S = 60.0
_QUIET_S = 3.0
_DRAIN_S = 120.0
_PROBE_S = 0.1  # between calls that try whether the controller is back
_SETTLED_S = 2.0  # what would drop a call or stop its music has done so by then


@dataclass(frozen=True)
class _Size:
    """Callers who wait and talk, and how often the controller is killed."""

    waiting: int
    talking: int
    kills: int


_FULL, _QUICK = _Size(100, 50, 5), _Size(4, 3, 1)


@dataclass(frozen=True)
class _Restart:
    """Seconds from the kill: until /health says that all is well, and until a new caller heard the prompt."""

    healthy_s: float
    back_s: float | None
    cpu_s: float
    dropped: int
    in_silence: int


async def run(options: Options) -> Report:
    """Takes about a minute."""
    size = _QUICK if options.quick else _FULL
    accounts = live_site.agents(size.talking)
    about = machine.facts()
    async with house(Plan(offer_site.files(size.talking), accounts), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with place.phones("bench.waiting_room") as phones:
            failed, restarts, drained = await _restarted(place, phones, size, options)
        events, replay_s = _replayed(place.folder / "controller.log")
    about["notes"] = [
        "control back in s: " + ", ".join(f"{restart.back_s or -1:.2f}" for restart in restarts),
        "healthy in s: " + ", ".join(f"{restart.healthy_s:.2f}" for restart in restarts),
        f"the last start replayed {events} events in {replay_s:.3f} s",
    ]
    heard = [restart.back_s for restart in restarts if restart.back_s is not None]
    changed = sum(place != kept for place, kept in zip(drained.order, sorted(drained.order), strict=True))
    changed += size.waiting - len(drained.order)
    return Report(
        "restart",
        about,
        [
            at_most("calls that failed before", failed, "calls", 0),
            at_most("calls dropped", sum(restart.dropped for restart in restarts), "calls", 0),
            at_most("calls in silence after", sum(restart.in_silence for restart in restarts), "calls", 0),
            at_most("places changed", changed, "callers", 0),
            at_most("control back", max(heard) if len(heard) == len(restarts) else None, "s", 3),
            told("controller healthy", max(restart.healthy_s for restart in restarts), "s"),
            told("CPU of a start", max(restart.cpu_s for restart in restarts), "s"),
        ],
    )


async def _restarted(
    place: BenchSite[AsteriskProcess], phones: Child, size: _Size, options: Options
) -> tuple[int, list[_Restart], script.Drained]:
    restarts: list[_Restart] = []
    log = place.folder / "controller.log"
    async with contextlib.AsyncExitStack() as stack:
        controller = await stack.enter_async_context(serving(place.site, log))
        async with Desktops(place.site) as desktops:
            await desktops.all(live_site.agents(size.talking), "sign-in")
            await desktops.until_idle(size.talking)
        everybody = size.talking + size.waiting
        filled = await phones.ask(
            script.Fill(script.PLAIN, _FILL_RATE, everybody, None), Done, everybody / _FILL_RATE + _UP_S
        )
        for _ in range(size.kills):
            before = await phones.ask(script.Look(), script.Seen, _UP_S)
            killed_at = time.monotonic()
            await _kill(controller)
            probing = asyncio.create_task(phones.ask(script.Probe(_PROBE_S, _UP_S), script.Heard, 2 * _UP_S))
            controller = await stack.enter_async_context(serving(place.site, log))
            healthy_s, cpu_s = time.monotonic() - killed_at, controller.cpu_s()
            heard = await probing
            await asyncio.sleep(_SETTLED_S)
            after = await phones.ask(script.Look(), script.Seen, _UP_S)
            dropped = before.callers - after.callers + before.talks - after.talks
            back_s = None if heard.at is None else heard.at - killed_at
            restarts.append(_Restart(healthy_s, back_s, cpu_s, dropped, after.in_silence))
            options.progress(f"before: {before}; {restarts[-1]}")
        drained = await phones.ask(script.Drain(_QUIET_S), script.Drained, _DRAIN_S)
    return sum(filled.failures.values()), restarts, drained


async def _kill(controller: Child) -> None:
    """As the kernel does it when memory is short."""
    os.kill(controller.pid, signal.SIGKILL)
    with contextlib.suppress(ChildEnded):
        while True:
            _ = controller.pid
            await asyncio.sleep(0.001)


def _replayed(log: Path) -> tuple[int, float]:
    """Facts, and seconds, as the last start has it in its log."""
    taken_up = [json.loads(line) for line in log.read_text().splitlines() if '"journal taken up"' in line]
    return (taken_up[-1]["events"], taken_up[-1]["took_s"]) if taken_up else (0, 0.0)
