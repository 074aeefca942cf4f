"""The three layers together."""

import random
from collections.abc import Sequence

import pytest

from acd.forecast.events import AgentAbsent, AgentPresent, CallGone, CallJoined, CallServed, ForecastEvent, TalkOver
from acd.forecast.features import FEATURES
from acd.forecast.forecaster import ENOUGH_ANSWERED, ENOUGH_TALKS, Forecaster
from calls.ids import AgentId, CallId

pytestmark = pytest.mark.unit


class Constant:
    """A learned layer that always says the same."""

    kinds = ("PS",)

    def predict(self, vector: Sequence[float]) -> list[float]:
        assert len(vector) == len(FEATURES)
        return [10.0, 20.0, 30.0, 40.0, 50.0]


def busy_day(calls: int, seed: int = 1) -> list[tuple[float, ForecastEvent]]:
    """Three agents, callers who queue, a few of whom give up."""
    chance = random.Random(seed)
    free = {AgentId(f"a{n}"): 0.0 for n in range(3)}
    events: list[tuple[float, ForecastEvent]] = []
    at = 0.0
    for n in range(calls):
        at += chance.expovariate(1 / 50.0)
        call, kind = CallId(str(n)), chance.choice(["PS", "PS", "NW"])
        events.append((at, CallJoined(call, kind, chance.choice([0, 2]))))
        agent = min(free, key=lambda a: free[a])
        served_at = max(at + 1.0, free[agent] + 6.0)
        patience_s = chance.expovariate(1 / 600.0)
        if at + patience_s < served_at:
            events.append((at + patience_s, CallGone(call)))
            continue
        free[agent] = served_at + chance.expovariate(1 / 140.0)
        events += [(served_at, CallServed(call, kind, agent)), (free[agent], TalkOver(call))]
    return sorted(events, key=lambda f: f[0])


def fed(forecaster: Forecaster, events: list[tuple[float, ForecastEvent]]) -> Forecaster:
    for at, event in events:
        forecaster.observe(event, at)
    return forecaster


def waiting(forecaster: Forecaster, now: float) -> CallId:
    call = CallId("me")
    forecaster.observe(CallJoined(call, "PS", 0), now)
    return call


def test_with_no_talks_nothing_is_said_but_the_position() -> None:
    forecaster = Forecaster({})
    forecaster.observe(CallJoined(CallId("first"), "PS"), 0.0)
    told = forecaster.forecast(waiting(forecaster, 1.0), 1.0)
    assert (told.layer, told.position, told.median_s) == ("silent", 2, 0.0)
    assert told.reason == f"0 talks seen, {ENOUGH_TALKS} needed"


def test_a_call_that_does_not_wait_has_no_forecast() -> None:
    told = Forecaster({}).forecast(CallId("nobody"), 0.0)
    assert (told.layer, told.reason) == ("silent", "the call does not wait")


def test_with_nobody_at_work_nothing_is_said() -> None:
    events = busy_day(100)
    forecaster = fed(Forecaster({}), events)
    now = events[-1][0] + 4 * 3600
    told = forecaster.forecast(waiting(forecaster, now), now)
    assert (told.layer, told.reason) == ("silent", "nobody who answers PS is seen at work")


def test_the_closed_form_speaks_until_enough_were_answered() -> None:
    events = busy_day(1200)
    early = fed(Forecaster({}, Constant(), kinds=("PS",)), events[:300])
    now = events[299][0]
    told = early.forecast(waiting(early, now), now)
    assert told.layer == "closed form"
    assert told.reason.endswith(f"callers answered, {ENOUGH_ANSWERED} needed")
    assert 0 < told.low_s < told.median_s < told.high_s

    late = fed(Forecaster({}, Constant(), kinds=("PS",)), events)
    now = events[-1][0]
    told = late.forecast(waiting(late, now), now)
    assert told.layer == "learned"
    assert list(told.quantiles_s) == sorted(told.quantiles_s)


def test_without_a_model_the_reason_says_so() -> None:
    events = busy_day(600)
    forecaster = fed(Forecaster({}), events)
    told = forecaster.forecast(waiting(forecaster, events[-1][0]), events[-1][0])
    assert (told.layer, told.reason) == ("closed form", "no fitted model")


def test_agents_told_about_count_at_once_and_go_at_once() -> None:
    events = busy_day(200)
    forecaster = fed(Forecaster({}), events)
    now = events[-1][0] + 4 * 3600
    call = waiting(forecaster, now)
    forecaster.observe(AgentPresent(AgentId("new"), frozenset({"PS"})), now)
    assert forecaster.forecast(call, now).layer == "closed form"
    forecaster.observe(AgentAbsent(AgentId("new")), now)
    assert forecaster.forecast(call, now).layer == "silent"


def test_asking_changes_nothing() -> None:
    events = busy_day(500)
    asked, unasked = Forecaster({2: 90.0}), Forecaster({2: 90.0})
    for at, event in events:
        asked.observe(event, at)
        unasked.observe(event, at)
        if isinstance(event, CallJoined):
            asked.forecast(event.call, at)
            asked.forecast(event.call, at)
    now = events[-1][0]
    assert asked.forecast(waiting(asked, now), now) == unasked.forecast(waiting(unasked, now), now)


def test_kinds_are_numbered_as_the_model_does_and_others_come_after() -> None:
    forecaster = Forecaster({}, kinds=("NW", "PS", "TT"))
    forecaster.use(Constant())
    assert forecaster.kinds == (*Constant.kinds, *(kind for kind in ("NW", "PS", "TT") if kind not in Constant.kinds))
