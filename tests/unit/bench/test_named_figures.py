"""Benches print the lines that others look for, by these names."""

import ast
import inspect
from types import ModuleType

import pytest

from bench import (
    alternation,
    asterisk_memory,
    clocks,
    dnc,
    gate,
    governor,
    grading,
    intake,
    ledger,
    lists,
    live,
    monthly_report,
    pacing,
    talks,
    week,
)
from bench.catalogue import Options

pytestmark = pytest.mark.unit

NAMED = [
    (clocks, ("differences from the oracle", "tick with {} open", "clock state")),
    (intake, ("lost", "doubled", "notices lost")),
    (grading, ("level-1 recall", "agreement")),
    (monthly_report, ("seconds", "peak MB")),
    (governor, ("core decision, {} scenes", "more for ten times the scenes")),
    (ledger, ("durable pairs per second", "p99 at 2,000/s")),
    (dnc, ("MB for {}", "look-up", "load")),
    (gate, ("refusal p95", "allowed p95", "lost", "passed without a decider")),
    (pacing, ("worst abandonment",)),
    (lists, ("seconds for {} M rows", "peak MB")),
    (week, ("first feedback in 2 h", "2-day closure")),
    (live, ("controller CPU per call",)),
    (talks, ("not heard both ways", "placed")),
]


def figures(module: ModuleType) -> set[str]:
    """The names of all figures that a module makes; `{}` stands for what is put in."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        match node:
            case ast.Call(func=ast.Name("at_most" | "at_least" | "told"), args=[ast.Constant(value=str() as name), *_]):
                found.add(name)
            case ast.Call(func=ast.Name("at_most" | "at_least" | "told"), args=[ast.JoinedStr(values=parts), *_]):
                found.add("".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts))
    return found


@pytest.mark.parametrize(("module", "names"), NAMED, ids=lambda one: getattr(one, "__name__", ""))
def test_the_lines_are_there(module: ModuleType, names: tuple[str, ...]) -> None:
    assert set(names) <= figures(module)


def test_the_sizes_are_those_that_are_asked_for() -> None:
    assert (clocks.HISTORIES, clocks.OPEN, intake.RATE) == (100_000, 200_000, 100)
    assert (dnc.COUNT, lists.ROWS, ledger.RATE) == (100_000_000, 1_000_000, 2_000)
    assert (gate.RATE, gate.SECONDS) == (200.0, 60.0)
    assert sorted(pacing.TARGETS) == [(agents, rate) for agents in (5, 10, 20, 50, 100) for rate in (0.1, 0.25)]


def test_figures_of_live_calls_have_their_names_and_bounds() -> None:
    ratios = [live.RATIO.format(rate) for rate in live.PAIRED_RATES]
    assert ratios == ["CPU per call, ratio of app_queue at 30/s", "CPU per call, ratio of app_queue at 60/s"]
    assert (live.RATE_HELD, live.RATE_HELD_MUST_BE) == ("rate held, ratio of app_queue", 0.95)
    assert (live.RATIO_MAY_BE, live.CONTROLLER_MS, live.PAIRS) == (1.25, 3.0, 5)
    for made_by in ("alternation.figure(RATIO.format(rate)", "alternation.held_figure(RATE_HELD,"):
        assert made_by in inspect.getsource(live)
    assert alternation.OTHERS_MAY_USE < 0.2
    assert (talks.RATE, asterisk_memory.CALLS, asterisk_memory.MAY_KEEP_MB) == (30.0, 100_000, 150)
    assert asterisk_memory.name(asterisk_memory.CALLS) == "Asterisk after 100,000 calls and quiet"
    assert "at_most(name(calls)," in inspect.getsource(asterisk_memory)


def test_figures_with_a_name_of_their_own_are_there() -> None:
    assert [name for name, *_ in pacing.names(Options())] == [
        *(f"{agents} agents, .25" for agents in (5, 10, 20, 50, 100)),
        *(f"{agents} agents, .10" for agents in (5, 10, 20, 50, 100)),
        "10 agents, drift",
    ]
    assert '"caps exceeded, 4 processes"' in inspect.getsource(ledger)
