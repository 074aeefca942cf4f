"""Real calls to a real Asterisk: latencies, processor time a call, and the rate that is held beside app_queue.

The same calls, from the same phones, go to the controller as production starts it, to a bare ARI client and to pure
dialplan with app_queue, on one Asterisk. Processor time a call and the rate held are taken beside app_queue in turn,
pair by pair; latencies at 20 calls a second, with the bare client before and after, so that a noisy moment of the
machine hits both. Where others use the machine there is no verdict.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from bench import alternation, live_freeswitch, live_site, machine, rates, script
from bench.alternation import HeldPair, judged
from bench.bare import Settings
from bench.catalogue import Options
from bench.children import Child
from bench.house import BenchSite, Plan, house, version_of
from bench.measuring import Rig, Run, percentile
from bench.report import Figure, Report, at_most, told
from switch.asterisk.instance.process import AsteriskProcess

RATE = 20.0
CALLS = 200
PAIRS = 5
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


_FULL = _Size(live_site.AGENTS, CALLS, RATE, probe_s=10.0, confirm_s=60.0, search=True, pairs=PAIRS, pair_s=10.0)
_QUICK = _Size(agents=10, calls=10, rate=5.0, probe_s=1.0, confirm_s=1.0, search=False, pairs=1, pair_s=0.2)
PAIRED_RATES = (30.0, 60.0)
RATIO = "CPU per call, ratio of app_queue at {:g}/s"
RATIO_MAY_BE = 1.25
RATE_HELD = "rate held, ratio of app_queue"
RATE_HELD_MUST_BE = 0.95
CONTROLLER_MS = 3.0
_BELOW_HELD = 0.8
"""Of a rate that was held: where the next search of the same system begins."""


async def run(options: Options) -> Report:
    """Takes about forty minutes; `quick` half a minute, as it searches no rate but takes a low one."""
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
                ours, app_queue = rig("hotline", controller), rig("app_queue", None)
                async with _bare(place) as bare:
                    latencies = await _side_by_side(ours, rig("bare", bare), size)
                paired = {
                    rate: await alternation.alternate(ours, app_queue, rate, round(rate * size.pair_s), size.pairs)
                    for rate in PAIRED_RATES
                }
                held = await _held_in_turn(ours, app_queue, size)
    about["notes"] = [
        *(str(run) for runs in latencies for run in runs),
        *alternation.busy_note([run for runs in latencies for run in runs]),
        *(line for pairs in paired.values() for line in alternation.notes(pairs)),
        *(line for pair in held for side in (pair.ours, pair.reference) for line in _notes(side)),
        *alternation.held_notes(held),
    ]
    ratios = [alternation.figure(RATIO.format(rate), pairs, RATIO_MAY_BE) for rate, pairs in paired.items()]
    return Report("live", about, [*ratios, *_rates(held), *_latencies(*latencies)])


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


async def _held_in_turn(ours: Rig, reference: Rig, size: _Size) -> list[HeldPair]:
    """Searches of both in turn; each but the first begins near what the one before has found."""
    pairs: list[HeldPair] = []
    for _ in range(size.pairs):
        last = pairs[-1] if pairs else None
        mine = await _held(ours, size, last.ours if last else None)
        pairs.append(HeldPair(mine, await _held(reference, size, last.reference if last else None)))
    return pairs


async def _held(rig: Rig, size: _Size, last: rates.Held | None) -> rates.Held:
    async def probe(rate: float, duration_s: float) -> Run:
        return await rig.run(rate, max(1, round(rate * duration_s)))

    if size.search:
        first = last.rate * _BELOW_HELD if last and last.rate else rates.FIRST
        return await rates.search(probe, size.probe_s, size.confirm_s, first)
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

    figures = [
        at_most("calls that failed", failed, "calls", 0, sum(run.calls.failed for run in reference)),
        at_most("INVITE to first audio p95", p95(ours, "first_audio_ms"), "ms", 15, p95(reference, "first_audio_ms")),
        at_most("digit to next prompt p95", p95(ours, "next_prompt_ms"), "ms", 12, p95(reference, "next_prompt_ms")),
        at_most(
            "controller CPU per call", cpu_ms(ours, "system_s"), "ms", CONTROLLER_MS, cpu_ms(reference, "system_s")
        ),
        told("Asterisk CPU per call", cpu_ms(ours, "switch_s"), "ms", cpu_ms(reference, "switch_s")),
    ]
    return [judged(figure, [*ours, *reference]) for figure in figures]


def _rates(pairs: Sequence[HeldPair]) -> list[Figure]:
    ours, reference = [pair.ours for pair in pairs], [pair.reference for pair in pairs]
    return [
        alternation.held_figure(RATE_HELD, pairs, RATE_HELD_MUST_BE),
        told("rate held", _median(ours, lambda held: held.rate), "calls/s", _median(reference, lambda held: held.rate)),
        told("p95 at the rate held", _median(ours, _p95), "ms", _median(reference, _p95)),
        told(
            "Asterisk CPU per call at the rate held",
            _median(ours, _asterisk_ms),
            "ms",
            _median(reference, _asterisk_ms),
        ),
    ]


def _median(searches: Sequence[rates.Held], of: Callable[[rates.Held], float | None]) -> float | None:
    """Of those searches that found a rate; None where none did."""
    values = [value for held in searches if (value := of(held)) is not None]
    return median(values) if values else None


def _p95(held: rates.Held) -> float | None:
    return held.confirmed.worst_p95_ms if held.confirmed else None


def _asterisk_ms(held: rates.Held) -> float | None:
    return held.confirmed.switch_a_call_ms if held.confirmed else None


def _notes(held: rates.Held) -> list[str]:
    notes = [str(run) for run in held.runs]
    if held.phones_were_the_limit:
        notes.append(f"{held.runs[0].system}: the phones, not the system, were the limit of the rate")
    return notes
