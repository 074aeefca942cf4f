"""The calls of `bench live` on a real FreeSWITCH, and the same on Asterisk in the same run, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from bench import live_site, machine
from bench.catalogue import Options
from bench.house import BenchSite, P, Plan, freeswitch_house, house
from bench.measuring import Rig, Run, percentile
from bench.report import Report, at_most, told

RATE = 20.0
CALLS = 200
_WARM_UP = 20
ANSWER_TO_PROMPT_MS = 120.0


async def run(options: Options) -> Report:
    """Takes about a minute; `quick` a few calls only."""
    rate, calls = (5.0, 10) if options.quick else (RATE, CALLS)
    accounts = live_site.agents(10 if options.quick else live_site.AGENTS)
    plan = Plan(live_site.files(accounts), accounts)
    about = machine.facts()
    async with freeswitch_house(plan, options.first_port) as place:
        ours = await _measured(place, rate, calls, options.progress)
    async with house(plan, options.first_port) as place:
        beside = await _measured(place, rate, calls, options.progress)
    about["notes"] = [f"FreeSWITCH: {ours}", f"Asterisk: {beside}", "the notes call either switch Asterisk"]
    first, first_beside = _p95(ours.calls.first_audio_ms), _p95(beside.calls.first_audio_ms)
    return Report(
        "live --switch freeswitch",
        about,
        [
            at_most("calls that failed", ours.calls.failed, "calls", 0, beside.calls.failed),
            at_most("INVITE to first audio p95", first, "ms", ANSWER_TO_PROMPT_MS, first_beside),
            told("digit to next prompt p95", _p95(ours.calls.next_prompt_ms), "ms", _p95(beside.calls.next_prompt_ms)),
            told("controller CPU per call", ours.cpu_a_call_ms, "ms", beside.cpu_a_call_ms),
            told("switch CPU per call", ours.switch_a_call_ms, "ms", beside.switch_a_call_ms),
        ],
    )


async def _measured(place: BenchSite[P], rate: float, calls: int, tell: Callable[[str], None]) -> Run:
    async with place.phones() as phones, place.controller() as controller:
        rig = Rig("hotline", controller, place.asterisk_pid, phones, tell)
        await rig.run(rate, min(_WARM_UP, calls))
        return await rig.run(rate, calls)


def _p95(values: list[float]) -> float | None:
    return percentile(values, 95)
