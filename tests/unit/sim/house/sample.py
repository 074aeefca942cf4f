"""The sample hotline as a house to simulate: its own flows, queues and agents, on a morning at which it is open."""

from functools import cache
from pathlib import Path
from typing import Any

from hotline.replay.simulated import begins, site_dialplan
from hotline.site.site import Site
from ivr.compiler.test_cases import TestCase
from sim.house.dialplan import Dialplan
from sim.house.reading import read_house
from sim.house.scenario import HouseScenario

ROOT = Path(__file__).resolve().parents[4]
MORNING = "2026-11-23 09:00"


@cache
def sample() -> tuple[Dialplan, list[TestCase]]:
    """The folder's own version, and its test cases."""
    return site_dialplan(Site.open(ROOT), None)


def scenario(**settings: Any) -> HouseScenario:
    """A scenario of the sample; half an hour unless `settings` say otherwise."""
    dialplan, cases = sample()
    document = {"scenario": "test", "begins": MORNING, "lasts_s": 1800, **settings}
    read, problems = read_house(document, dialplan, lambda text: begins(dialplan.program, text), cases)
    assert read is not None, problems
    return read
