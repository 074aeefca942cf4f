"""Two systems in turn: what their pairs say, and when they say nothing."""

import pytest

from bench import alternation
from bench.alternation import HeldPair, Pair, alternate
from bench.measuring import Load, Run
from bench.rates import Held
from bench.script import Placed, System

pytestmark = pytest.mark.unit


def run_of(system: System, system_s: float, switch_s: float, others_s: float = 0.0) -> Run:
    calls = Placed(100, {}, [], [], [], [], cpu_s=0.0, took_s=10.0)
    return Run(system, 30.0, calls, Load(system_s, switch_s, 0.0, others_s, 10.0))


def pair(ours_s: float, reference_s: float, others_s: float = 0.0) -> Pair:
    return Pair(run_of("hotline", ours_s / 4, ours_s * 3 / 4, others_s), run_of("app_queue", 0.0, reference_s))


def test_the_headline_is_processor_time_of_the_switch_and_of_what_drives_it() -> None:
    assert pair(1.8, 1.0).ratio == pytest.approx(1.8)
    assert str(pair(1.6, 1.0)) == "at 30/s: 16.0 ms a call (4.0 of it hotline) and 10.0 (app_queue): 1.60"


def test_the_median_is_judged_and_the_spread_is_told() -> None:
    pairs = [pair(1.2, 1.0), pair(3.0, 1.0), pair(1.1, 1.0)]
    figure = alternation.figure("ratio", pairs, 1.25)
    assert (figure.value, figure.met) == (pytest.approx(1.2), True)
    assert alternation.notes(pairs)[-1] == "median 1.20, from 1.10 to 3.00"
    assert alternation.figure("ratio", pairs, 1.15).met is False


def test_on_a_busy_machine_there_is_no_verdict() -> None:
    pairs = [pair(1.2, 1.0), pair(1.2, 1.0, others_s=4.0)]
    assert alternation.figure("ratio", pairs, 1.25).met is None
    assert alternation.figure("ratio", pairs, 1.25).target == 1.25
    assert alternation.notes(pairs)[-1] == (
        "busy machine, no verdict: others used up to 0.40 of a core; run it on a quiet machine"
    )


def held(system: System, rate: float | None, others_s: float = 0.0) -> Held:
    run = run_of(system, 0.1, 1.0, others_s)
    return Held(rate, run if rate else None, [run])


def held_pair(ours: float | None, reference: float | None, others_s: float = 0.0) -> HeldPair:
    return HeldPair(held("hotline", ours), held("app_queue", reference, others_s))


def test_rates_held_are_compared_pair_by_pair() -> None:
    pairs = [held_pair(70.0, 100.0), held_pair(96.0, 100.0), held_pair(50.0, 50.0)]
    figure = alternation.held_figure("held", pairs, 0.95)
    assert (figure.value, figure.met) == (pytest.approx(0.96), True)
    assert alternation.held_notes(pairs) == [
        "held: 70.0 calls/s (hotline) and 100.0 (app_queue): 0.70",
        "held: 96.0 calls/s (hotline) and 100.0 (app_queue): 0.96",
        "held: 50.0 calls/s (hotline) and 50.0 (app_queue): 1.00",
        "median 0.96, from 0.70 to 1.00",
    ]


def test_a_pair_in_which_one_held_nothing_is_missed() -> None:
    pairs = [held_pair(70.0, 70.0), held_pair(None, 70.0)]
    figure = alternation.held_figure("held", pairs, 0.95)
    assert (figure.value, figure.met) == (None, False)
    assert alternation.held_notes(pairs)[1] == "held: 0.0 calls/s (hotline) and 70.0 (app_queue): no ratio"


def test_rates_held_on_a_busy_machine_have_no_verdict() -> None:
    pairs = [held_pair(70.0, 100.0, others_s=4.0)]
    assert alternation.held_figure("held", pairs, 0.95).met is None
    assert alternation.held_notes(pairs)[-1].startswith("busy machine, no verdict")


class Recorded:
    """A rig that notes when it runs."""

    def __init__(self, name: System, log: list[str]) -> None:
        self.name, self.log = name, log

    async def run(self, rate: float, count: int) -> Run:
        self.log.append(self.name)
        return run_of(self.name, 0.0, 1.0)


async def test_they_run_in_turn() -> None:
    log: list[str] = []
    pairs = await alternate(Recorded("hotline", log), Recorded("app_queue", log), 30.0, 10, 2)  # type: ignore[arg-type]
    assert log == ["hotline", "app_queue", "hotline", "app_queue"]
    assert len(pairs) == 2
