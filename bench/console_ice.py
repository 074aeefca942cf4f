"""What browsers as phones cost everybody else, a part of `bench console`: ordinary callers of two houses in turn, one
whose Asterisk takes browsers as phones, which switches ICE on for it, and one whose Asterisk does not."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench import alternation, live_site
from bench.alternation import Pair
from bench.catalogue import Options
from bench.console_parts import Found
from bench.house import Plan, house
from bench.measuring import Rig, Run, percentile
from bench.report import Figure, at_most, told

RATIO_MAY_BE = 1.05
_AGENTS, _RATE = 20, 10.0
_CALLS, _PAIRS = 60, 4
_WARM_UP = 10


class _Heard(NamedTuple):
    """INVITE to first audio, ms."""

    with_ice: Sequence[float] = ()
    without: Sequence[float] = ()


async def measure(options: Options, _: Path) -> Found:
    """Takes two minutes. Raises ChildEnded."""
    calls, pairs = (10, 1) if options.quick else (_CALLS, _PAIRS)
    async with (
        _callers(options, 130, web_phones=True) as ice,
        _callers(options, 150, web_phones=False) as plain,
    ):
        for rig in (ice, plain):  # the first calls of a process load what later ones find loaded
            await rig.run(_RATE, _WARM_UP)
        found = await alternation.alternate(ice, plain, _RATE, calls, pairs)
    runs = [run for pair in found for run in (pair.ours, pair.reference)]
    return Found([alternation.judged(figure, runs) for figure in _figures(_heard(found))], _notes(found, runs))


def unmeasured(_: Options) -> Sequence[Figure]:
    """Its figures without values."""
    return _figures(_Heard())


def _figures(heard: _Heard) -> list[Figure]:
    ice, plain = percentile(heard.with_ice, 50), percentile(heard.without, 50)
    ratio = ice / plain if ice is not None and plain else None
    return [
        at_most("INVITE to first audio with ICE, ratio of without", ratio, "", RATIO_MAY_BE, 1.0),
        told("INVITE to first audio p50 with ICE", ice, "ms", plain),
        told("INVITE to first audio p95 with ICE", percentile(heard.with_ice, 95), "ms", percentile(heard.without, 95)),
    ]


def _heard(pairs: Sequence[Pair]) -> _Heard:
    return _Heard(
        [ms for pair in pairs for ms in pair.ours.calls.first_audio_ms],
        [ms for pair in pairs for ms in pair.reference.calls.first_audio_ms],
    )


def _notes(pairs: Sequence[Pair], runs: Sequence[Run]) -> list[str]:
    told_of = [f"with ICE {pair.ours}; without {pair.reference}" for pair in pairs]
    return [*told_of, *alternation.busy_note(runs)]


@contextlib.asynccontextmanager
async def _callers(options: Options, offset: int, *, web_phones: bool) -> AsyncIterator[Rig]:
    """A house, its controller, and phones of agents and callers."""
    accounts = live_site.agents(_AGENTS)
    plan = Plan(live_site.files(accounts), accounts, web_phones=web_phones)
    async with (
        house(plan, options.first_port + offset) as place,
        place.phones() as phones,
        place.controller() as controller,
    ):
        yield Rig("hotline", controller, place.asterisk_pid, phones, options.progress)
