"""A forecast knows nothing of the future: whatever the log says later, what was said before stays the same."""

import random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.forecast.events import CallJoined
from acd.forecast.forecaster import Forecast, Forecaster
from hotline.learning.calllog import LoggedCall
from hotline.learning.references import References
from hotline.learning.replay import facts

pytestmark = pytest.mark.properties

CALLS = 160


def some_calls(seed: int) -> list[LoggedCall]:
    """Calls in whole seconds with many ties, served by four agents without much sense."""
    chance = random.Random(seed)
    calls = []
    at = 0
    for _ in range(CALLS):
        at += chance.randrange(0, 40)
        wait_s, talk_s = chance.randrange(0, 120), chance.randrange(0, 300)
        answered = chance.random() < 0.8
        queued = None if answered and chance.random() < 0.2 else float(at + 5)
        left = None if queued is None else queued + wait_s
        served = (left if left is not None else float(at + 5)) if answered else None
        calls.append(
            LoggedCall(
                arrived_at=float(at),
                queued_at=queued,
                left_at=left,
                answered_at=served,
                ended_at=(served or left or 0.0) + (talk_s if answered else 0),
                answered=answered,
                kind=chance.choice(["PS", "NW"]),
                priority=chance.choice([0, 1, 2]),
                agent=chance.choice(["a", "b", "c", "d"]) if answered else "",
            )
        )
    return calls


def forecasts(calls: list[LoggedCall], until: float) -> dict[int, tuple[Forecast, list[float]]]:
    """What was said at each entry up to and including the instant `until`."""
    forecaster = Forecaster({1: 90.0, 2: 180.0})
    references = References(forecaster)
    said = {}
    for at, fact, index in facts(calls):
        if at > until:
            break
        forecaster.observe(fact, at)
        references.observe(fact, at)
        if isinstance(fact, CallJoined):
            said[index] = (forecaster.forecast(fact.call, at), references.at_entry(fact.call, at))
    return said


def with_other_future(call: LoggedCall, now: float, chance: random.Random) -> LoggedCall:
    """`call` with whatever happened at `now` or after it changed: when and how it left the queue, who took it."""
    later = now + chance.randrange(0, 500)
    if call.queued_at is not None and call.left_at is not None and call.left_at >= now:
        answered = chance.random() < 0.5
        return msgspec.structs.replace(
            call,
            left_at=later,
            answered_at=later if answered else None,
            ended_at=later + (chance.randrange(0, 300) if answered else 0),
            answered=answered,
            agent=chance.choice(["a", "x", "y"]) if answered else "",
        )
    if call.queued_at is None and call.answered_at is not None and call.answered_at >= now:
        return msgspec.structs.replace(call, answered_at=later, ended_at=later + 10, agent="z")
    if call.ended_at >= now:
        return msgspec.structs.replace(call, ended_at=later)
    return call


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), cut=st.integers(0, CALLS - 1))
def test_another_future_changes_no_forecast_of_before(seed: int, cut: int) -> None:
    calls = some_calls(seed)
    now = calls[cut].queued_at or calls[cut].arrived_at
    chance = random.Random(seed + 1)
    # calls that join later are gone or others; of those there already, all that happens at `now` or later is new
    others = [with_other_future(c, now, chance) for c in calls if (c.queued_at or c.answered_at or 0.0) <= now]
    before = forecasts(calls, now)
    kept = {i: said for i, said in forecasts(others, now).items() if others[i].queued_at is not None}
    old = [before[i] for i in sorted(before)]
    new = [kept[i] for i in sorted(kept)]
    assert len(old) > 0 or cut < 5
    assert [_nameless(f) for f in new] == [_nameless(f) for f in old]


def _nameless(said: tuple[Forecast, list[float]]) -> tuple[Forecast, list[float]]:
    """Ids are row numbers here, and rows were dropped."""
    return msgspec.structs.replace(said[0], call="?"), said[1]
