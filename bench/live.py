"""Real calls to a real Asterisk: latencies, processor time a call, and the rate that is held beside app_queue.

The same calls, from the same phones, go to the controller as production starts it, to a bare ARI client and to pure
dialplan with app_queue, on one Asterisk. Latencies are taken at 20 calls a second, with the bare client before and
after, so that a noisy moment of the machine hits both; processor time a call beside app_queue in turn, pair by pair.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from bench import alternation, live_freeswitch, live_site, machine, rates, script
from bench.bare import Settings
from bench.catalogue import Options
from bench.children import Child
from bench.house import BenchSite, Plan, house, version_of
from bench.measuring import Rig, Run, percentile
from bench.report import Figure, Report, at_least, at_most, told
from switch.asterisk.instance.process import AsteriskProcess

RATE = 20.0
CALLS = 200
_WARM_UP = 20


@dataclass(frozen=True)
class _Size:
    """How much is measured."""

    agents: int
    calls: int
    rate: float
    probe_s: float
    confirm_s: float
    search: bool
    pairs: int
    pair_s: float


_FULL = _Size(live_site.AGENTS, CALLS, RATE, probe_s=10.0, confirm_s=60.0, search=True, pairs=5, pair_s=10.0)
_QUICK = _Size(agents=10, calls=10, rate=5.0, probe_s=1.0, confirm_s=1.0, search=False, pairs=1, pair_s=0.2)
_PAIRED_RATES = (30.0, 60.0)
_RATIO_MAY_BE = 1.25


async def run(options: Options) -> Report:
    """Takes about twenty minutes; `quick` half a minute, as it searches no rate but takes a low one."""
    if options.switch != "asterisk":
        return await live_freeswitch.run(options)
    size = _QUICK if options.quick else _FULL
    accounts = live_site.agents(size.agents)
    about = machine.facts()
    async with house(Plan(live_site.files(accounts), accounts, references=True), options.first_port) as place:
        about["asterisk"] = version_of(place.asterisk.installation)
        async with place.phones() as phones:

            def rig(system: script.System, process: Child | None) -> Rig:
                return Rig(system, process, place.asterisk_pid, phones, options.progress)

            async with place.controller() as controller:
                async with _bare(place) as bare:
                    ours, reference = await _side_by_side(rig("hotline", controller), rig("bare", bare), size)
                paired = {
                    rate: await alternation.alternate(
                        rig("hotline", controller), rig("app_queue", None), rate, round(rate * size.pair_s), size.pairs
                    )
                    for rate in _PAIRED_RATES
                }
                held = await _held(rig("hotline", controller), size)
            app_queue = await _held(rig("app_queue", None), size)
    about["notes"] = [
        *map(str, (*ours, *reference)),
        *(line for pairs in paired.values() for line in alternation.notes(pairs)),
        *_notes(held),
        *_notes(app_queue),
    ]
    ratios = [
        alternation.figure(f"CPU per call, ratio of app_queue at {rate:g}/s", pairs, _RATIO_MAY_BE)
        for rate, pairs in paired.items()
    ]
    return Report("live", about, [*ratios, *_latencies(ours, reference), *_rates(held, app_queue)])


async def _side_by_side(controller: Rig, bare: Rig, size: _Size) -> tuple[list[Run], list[Run]]:
    """Runs of ours and of the bare client in turn."""
    if size.search:  # the first calls of a process load what later ones find loaded
        await controller.run(size.rate, _WARM_UP)
        await bare.run(size.rate, _WARM_UP)
    half = size.calls // 2
    reference = [await bare.run(size.rate, half)]
    ours = [await controller.run(size.rate, size.calls)]
    reference.append(await bare.run(size.rate, half))
    return ours, reference


async def _held(rig: Rig, size: _Size) -> rates.Held:
    async def probe(rate: float, duration_s: float) -> Run:
        return await rig.run(rate, max(1, round(rate * duration_s)))

    if size.search:
        return await rates.search(probe, size.probe_s, size.confirm_s)
    run = await probe(size.rate, size.confirm_s)
    return rates.Held(size.rate if rates.is_held(run) else None, run, [run])


@contextlib.asynccontextmanager
async def _bare(place: BenchSite[AsteriskProcess]) -> AsyncIterator[Child]:
    settings = place.asterisk.settings
    users = [account.user for account in place.accounts]
    told_it = Settings(settings.ari_url, settings.ari_headers, place.clips["first"], place.clips["second"], users)
    async with Child("bench.bare", [], place.folder / "bare.log") as bare:
        await bare.ask(told_it, msgspec.Raw, 10.0)
        yield bare


def _latencies(ours: Sequence[Run], reference: Sequence[Run]) -> list[Figure]:
    failed = sum(run.calls.failed for run in ours)

    def p95(runs: Sequence[Run], what: str) -> float | None:
        return percentile([value for run in runs for value in getattr(run.calls, what)], 95)

    def cpu_ms(runs: Sequence[Run], what: str) -> float:
        used_s: float = sum(getattr(run.load, what) for run in runs)
        return used_s / sum(run.calls.placed for run in runs) * 1e3

    return [
        at_most("calls that failed", failed, "calls", 0, sum(run.calls.failed for run in reference)),
        at_most("INVITE to first audio p95", p95(ours, "first_audio_ms"), "ms", 15, p95(reference, "first_audio_ms")),
        at_most("digit to next prompt p95", p95(ours, "next_prompt_ms"), "ms", 12, p95(reference, "next_prompt_ms")),
        at_most("controller CPU per call", cpu_ms(ours, "system_s"), "ms", 6, cpu_ms(reference, "system_s")),
        told("Asterisk CPU per call", cpu_ms(ours, "switch_s"), "ms", cpu_ms(reference, "switch_s")),
    ]


def _rates(held: rates.Held, app_queue: rates.Held) -> list[Figure]:
    ratio = held.rate / app_queue.rate if held.rate and app_queue.rate else None
    return [
        at_least("rate held, ratio of app_queue", ratio, "", 0.8, 1.0),
        told("rate held", held.rate, "calls/s", app_queue.rate),
        told("p95 at the rate held", _p95(held), "ms", _p95(app_queue)),
        told("Asterisk CPU per call at the rate held", _asterisk_ms(held), "ms", _asterisk_ms(app_queue)),
    ]


def _p95(held: rates.Held) -> float | None:
    return held.confirmed.worst_p95_ms if held.confirmed else None


def _asterisk_ms(held: rates.Held) -> float | None:
    return held.confirmed.switch_a_call_ms if held.confirmed else None


def _notes(held: rates.Held) -> list[str]:
    notes = [str(run) for run in held.runs]
    if held.phones_were_the_limit:
        notes.append(f"{held.runs[0].system}: the phones, not the system, were the limit of the rate")
    return notes
