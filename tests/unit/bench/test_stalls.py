"""When a process stood still."""

import asyncio
import time

import pytest

from bench.stalls import WORTH_TELLING_S, Stalls, longest_within

pytestmark = pytest.mark.unit


async def test_a_loop_that_is_held_is_seen() -> None:
    stalls = Stalls()
    watching = asyncio.create_task(stalls.run())
    await asyncio.sleep(0)
    begun = time.monotonic()
    time.sleep(4 * WORTH_TELLING_S)  # noqa: ASYNC251 - the loop is to stand still
    for _ in range(5):  # turns of the loop: the watcher's timer has rung meanwhile
        await asyncio.sleep(0)
    watching.cancel()
    assert longest_within(stalls.seen, begun, begun + WORTH_TELLING_S) > 2 * WORTH_TELLING_S


@pytest.mark.parametrize(
    ("first", "last", "longest"), [(0.0, 1.0, 0.0), (1.0, 1.1, 0.5), (1.5, 9.0, 2.0), (5.0, 9.0, 0.0), (4.9, 9.0, 2.0)]
)
def test_only_what_touches_the_time_counts(first: float, last: float, longest: float) -> None:
    assert longest_within([(1.0, 1.5), (3.0, 5.0)], first, last) == pytest.approx(longest)
