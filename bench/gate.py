"""The SIP gate under load: how soon an INVITE is refused, how long an allowed one's way through is, and that none is
lost, or passes while nobody decides.

A real Kamailio, the sample's policy and scenes, the ledger in SQLite with full durability: an allowed call's way has
its reservation on disk. Calls are placed by a process of its own.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench import machine
from bench.catalogue import Options
from bench.children import Child, ChildEnded
from bench.gate_load import HOST, Load, Taken
from bench.report import Report, at_most, told
from calls.dependencies import Dependency
from dialer.governor.questions import Listed
from hotline.gate.attempts import LedgerAttempts
from hotline.gate.configuration import configuration
from hotline.gate.decider import Decider
from hotline.gate.instance import ProxyProcess, located_or_installed
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryPersons
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import Subjects
from hotline.ledger.opening import Place, open_ledger
from hotline.site.gate import GateSource
from hotline.site.sample import SAMPLE
from hotline.site.site import Site

RATE = 200.0
SECONDS = 60.0
_SCENE = "instalment_due"
_MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp()
"""Ten in the morning in Shanghai: inside all hours of the sample."""
_SECRET = "only-for-this-bench"
_LIMITS = ", channels: 30, calls_per_second: 5"
_UP_S = 10.0
_LOOK_S = 0.05


class _OddAreUnwanted:
    """The do-not-call list of the bench."""

    def lists_of(self, number: str, at: float | None = None) -> tuple[Listed, ...]:
        return (Listed("do_not_call"),) if int(number[-1]) % 2 else ()

    def scrubbed(self, numbers: Iterable[str], at: float | None = None) -> list[tuple[Listed, ...]]:
        return [self.lists_of(one) for one in numbers]

    def as_of(self, at: float) -> dict[str, float]:
        return {}


async def run(options: Options) -> Report:
    """Takes a minute and a half, `quick` some seconds."""
    rate, seconds = (50.0, 1.0) if options.quick else (RATE, SECONDS)
    proxy = await asyncio.to_thread(located_or_installed)
    sip_port, trunk_port, decider_port = (_free_port(kind) for kind in (socket.SOCK_DGRAM,) * 2 + (socket.SOCK_STREAM,))
    sources = {"load": GateSource(address=HOST, trunk=f"sip:{HOST}:{trunk_port}", scene=_SCENE)}
    text = configuration(
        address=HOST,
        port=sip_port,
        decider_port=decider_port,
        secret=_SECRET,
        sources=sources,
        modules=proxy.modules,
        workers=2,
    )
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        now = await asyncio.to_thread(lambda: of_folder(_site(folder / "site")))
        ledger = open_ledger(Place(file=folder / "ledger.db"), lambda: _MONDAY)
        subjects = Subjects("CN", _OddAreUnwanted(), MemoryPersons())
        gate = Gate(lambda: now, lambda _: subjects, ledger, utc=lambda: _MONDAY)
        state = Dependency("sip gate", time.time)
        attempts = LedgerAttempts(Reserving(gate, ledger))
        await ledger.expire()
        async with (
            ProxyProcess(folder / "proxy", text, decider_port),
            Child("bench.gate_load", [], folder / "load.log") as load,
        ):
            decider = Decider(HOST, decider_port, _SECRET, sources, attempts, "CN", state)
            deciding = asyncio.create_task(decider.run())
            await _up(state)
            warm = await _placed(load, Load(sip_port, trunk_port, 50.0, 1.0, 0))
            taken = await _placed(load, Load(sip_port, trunk_port, rate, seconds, 1_000))
            options.progress(f"{sum(taken.answers.values())} answers: {taken.answers}; warm {warm.answers}")
            killing = asyncio.create_task(
                _placed(load, Load(sip_port, trunk_port, rate, min(seconds, 10.0), 1_000_000))
            )
            await asyncio.sleep(min(seconds, 10.0) / 2)
            deciding.cancel()
            await asyncio.gather(deciding, return_exceptions=True)
            killed = await killing
            alone = await _placed(load, Load(sip_port, trunk_port, rate, min(seconds, 10.0), 2_000_000))
        await ledger.close()
    figures = [
        at_most("refusal p95", _ms(taken.refused_s, 95), "ms", 3),
        at_most("allowed p95", _ms(taken.passed_s, 95), "ms", 5),
        at_most("lost", taken.lost + killed.lost + alone.lost, "calls", 0),
        at_most("passed without a decider", alone.at_trunk, "calls", 0),
        told("refusal p50", _ms(taken.refused_s, 50), "ms"),
        told("allowed p50", _ms(taken.passed_s, 50), "ms"),
        told("answered 503 after the decider was killed", alone.answers.get(503, 0), "calls"),
    ]
    counted = ", ".join(f"{count} × {status}" for status, count in sorted(taken.answers.items()))
    notes = [f"{rate:g} calls a second for {seconds:g} s: {counted}", f"Kamailio {proxy.version}"]
    return Report("gate", {**machine.facts(), "notes": notes}, figures)


def _site(folder: Path) -> Site:
    """The sample, with a caller id for as many calls as there are: what is measured is no limit of a line."""
    for part in ("dialplans", "prompts", "hotline.yaml"):
        source = SAMPLE / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        elif source.exists():
            shutil.copy(source, folder / part)
    policy = folder / "dialplans/policies/house.yaml"
    policy.write_text(policy.read_text().replace(_LIMITS, ""))
    return Site.open(folder)


async def _placed(load: Child, asked: Load) -> Taken:
    return await load.ask(asked, Taken, asked.seconds + 30.0)


async def _up(state: Dependency) -> None:
    for _ in range(round(_UP_S / _LOOK_S)):
        if state.state == "up":
            await asyncio.sleep(0.2)  # its first ping
            return
        await asyncio.sleep(_LOOK_S)
    raise ChildEnded(f"no link to the proxy within {_UP_S:g} s: {state.error}")


def _ms(seconds: list[float], percentile: float) -> float | None:
    return float(np.percentile(seconds, percentile)) * 1e3 if seconds else None


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
