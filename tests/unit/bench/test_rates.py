"""The search for the rate that is held, against systems that hold a known one."""

import pytest

from bench import script
from bench.measuring import Load, Run
from bench.rates import Held, is_held, search

pytestmark = pytest.mark.unit


def _run(rate: float, duration_s: float, failed: int = 0, p95_ms: float = 10.0, late_ms: float = 0.0) -> Run:
    count = max(1, round(rate * duration_s))
    calls = script.Placed(
        placed=count,
        failures={"the agent was not heard": failed} if failed else {},
        first_audio_ms=[p95_ms] * count,
        next_prompt_ms=[1.0] * count,
        agent_s=[],
        late_ms=[late_ms] * count,
        cpu_s=0.1,
        took_s=duration_s,
    )
    return Run("hotline", rate, calls, Load(0.1, 0.3, 0.1, 0.0, duration_s))


async def _search(
    short_limit: float, long_limit: float, late_ms: float = 0.0
) -> tuple[Held, list[tuple[float, float]]]:
    probed: list[tuple[float, float]] = []

    async def probe(rate: float, duration_s: float) -> Run:
        probed.append((rate, duration_s))
        limit = long_limit if duration_s > 10 else short_limit
        return _run(rate, duration_s, failed=0 if rate <= limit else 10_000, late_ms=late_ms)

    return await search(probe, probe_s=10, confirm_s=60), probed


@pytest.mark.parametrize("limit", [2.0, 9.0, 20.0, 47.0, 100.0])
async def test_the_rate_that_is_held_is_found_within_a_tenth(limit: float):
    held, _ = await _search(limit, limit)
    assert held.rate is not None
    assert limit / 1.1 <= held.rate <= limit


async def test_what_short_probes_hold_is_confirmed_for_a_minute_and_else_lowered():
    held, probed = await _search(short_limit=60.0, long_limit=40.0)
    assert held.rate is not None
    assert 40.0 * 0.85 <= held.rate <= 40.0
    assert probed[-1] == (held.rate, 60)
    assert held.confirmed is held.runs[-1]


async def test_a_system_that_holds_nothing_has_no_rate():
    held, _ = await _search(0.0, 0.0)
    assert held.rate is None
    assert held.confirmed is None


async def test_one_bad_probe_is_taken_again():
    tried: list[float] = []

    async def probe(rate: float, duration_s: float) -> Run:
        tried.append(rate)
        bad = tried.count(rate) == 1
        return _run(rate, duration_s, p95_ms=60.0 if bad or rate > 40 else 10.0)

    held = await search(probe, 10, 60)
    assert held.rate is not None
    assert held.rate > 35


async def test_phones_that_are_late_are_named_as_the_limit():
    slow, _ = await _search(30.0, 30.0, late_ms=50.0)
    quick, _ = await _search(30.0, 30.0)
    assert slow.phones_were_the_limit
    assert not quick.phones_were_the_limit


@pytest.mark.parametrize(("failed", "p95_ms", "holds"), [(0, 50.0, True), (0, 50.1, False), (1, 10.0, False)])
def test_held_means_that_no_call_fails_and_all_are_heard_in_time(failed: int, p95_ms: float, holds: bool):
    assert is_held(_run(20, 10, failed, p95_ms)) is holds
