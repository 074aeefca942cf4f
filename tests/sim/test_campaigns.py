"""Campaigns in virtual time: hours that defer, budgets, agents, pacing, and a controller that dies again and again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dialer.campaigns.results import Disposition
from dialer.campaigns.settings import CampaignSettings, ListShare, Mode, RetryRules
from sim.campaigns.law import Law
from sim.campaigns.rows import Rows, people
from sim.campaigns.world import Habits, World

pytestmark = pytest.mark.sim

MORNING = datetime(2026, 11, 30, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
"""Half an hour before calling hours."""
DAY_S = 86_400.0
SAID = (
    Disposition(name="promise"),
    Disposition(name="no_more", meaning="refused"),
    Disposition(name="again", meaning="again"),
)
HABITS = Habits(said=("promise", "no_more", "again"))


def world(mode: Mode, count: int, agents: int, seed: int = 1, kill_every_s: float | None = None) -> World:
    campaign = CampaignSettings(
        name="spring",
        scene="renewal",
        mode=mode,
        lists=(ListShare("spring"),),
        queue="" if mode == "agentless" else "care",
        flow="survey" if mode == "agentless" else "",
        retry=RetryRules(tries=3, after_s=3600.0),
        dispositions=() if mode == "agentless" else SAID,
        at_once=60,
        ring_s=25.0,
        zone="Asia/Shanghai",
    )
    rows = Rows({"spring": people(1, count, numbers=2)})
    return World((campaign,), rows, agents, HABITS, Law(), seed, MORNING, kill_every_s)


@pytest.mark.parametrize("mode", ["progressive", "predictive", "preview", "agentless"])
def test_a_campaign_comes_to_its_end_within_hours_and_budgets(mode):
    run = world(mode, 120, 12)
    told = run.run(9 * DAY_S)
    assert told.states[-1] == "spring finished"
    assert told.outside_hours == 0
    assert told.overlapping == 0
    assert told.placed[0][0] == pytest.approx(MORNING + 1800.0, abs=5.0), "the first call is at nine"
    attempts = [attempt for _, attempt, _ in told.placed]
    assert len(set(attempts)) == len(attempts)
    tries = {}
    for attempt in attempts:
        row = attempt.split("/")[1]
        tries[row] = tries.get(row, 0) + 1
    assert max(tries.values()) <= 3
    assert set(run.rows.states("spring")) <= {"reached", "spent", "refused", "denied"}
    assert told.deferred > 0


@pytest.mark.parametrize("mode", ["progressive", "predictive", "preview"])
def test_a_controller_that_dies_every_minute_dials_the_same_calls(mode):
    calm, shaken = world(mode, 60, 8, seed=4), world(mode, 60, 8, seed=4, kill_every_s=61.7)
    quiet, told = calm.run(0.2 * DAY_S), shaken.run(0.2 * DAY_S)
    assert told.restarts > 200
    assert told.placed == quiet.placed
    assert shaken.rows.of("spring") == calm.rows.of("spring")


def test_predictive_is_busier_than_progressive_and_within_the_limit():
    predictive, progressive = (world(mode, 2500, 12, seed=2).run(5400.0) for mode in ("predictive", "progressive"))
    assert progressive.abandoned == 0
    assert predictive.talks > 1.1 * progressive.talks
    assert predictive.abandoned / (predictive.talks + predictive.abandoned) <= 0.03


def test_the_same_seed_is_the_same_day():
    assert world("predictive", 90, 8, seed=7).run(3000.0) == world("predictive", 90, 8, seed=7).run(3000.0)
