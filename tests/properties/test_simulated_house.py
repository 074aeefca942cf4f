"""A simulated day of the sample hotline, with people who behave by chance: what holds in the house at any moment."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core import Acd
from calls.ids import Instant, LegId
from control.messages import commands, events, log_commands
from ivr.machine.core import Ivr
from ivr.vault import Vault
from sim.chance import Columns, Streams
from sim.house.running import draw
from sim.house.world import House
from tests.properties.house_rules import each_call_is_in_one_place, no_agent_is_on_two_calls
from tests.unit.sim.house.sample import sample, scenario

pytestmark = pytest.mark.properties

shares = st.floats(0.0, 1.0)


@st.composite
def people(draw_: st.DrawFn) -> dict[str, Any]:
    """Callers and agents of any temper; a quarter of an hour."""
    behaviour = {
        name: draw_(shares)
        for name in ("barge_in", "takes_callback", "takes_message", "picks_up", "leaves_message", "survey", "ends_talk")
    }
    behaviour |= {name: draw_(st.floats(0.0, 0.3)) for name in ("silent", "wrong", "leaves")}
    wants = draw_(
        st.lists(st.sampled_from(("front_desk", "loans", "care", "fraud", "balance")), min_size=1, unique=True)
    )
    numbers = ("95183", "4000195183", "4000395183", "4000495183")
    group = {
        "dials": draw_(st.sampled_from(numbers)),
        "per_hour": draw_(st.integers(20, 400)),
        "patience": {"exponential": draw_(st.sampled_from((5, 60, 300, 2000)))},
    }
    own = {"wants": dict.fromkeys(wants, 1)} if group["dials"] != "4000195183" else {}
    agent = {"misses": draw_(shares) / 2, "rejects": draw_(shares) / 2, "declines_callback": draw_(shares)}
    agent |= {"pause_every": {"exponential": 400}, "pause": {"exponential": 100}, "back_after_rona": {"constant": 60}}
    early = {"8004": {"shift": {"from_s": 0, "to_s": draw_(st.sampled_from((200, 600)))}}}
    return {
        "lasts_s": 900,
        "behaviour": behaviour,
        "callers": {"some": {**group, **own}},
        "agents": {"default": agent, **(early if draw_(st.booleans()) else {})},
        "talk": {"default": {"exponential": draw_(st.sampled_from((5, 60, 400)))}},
        "not_to_be_called": draw_(st.sampled_from((0.0, 0.5))),
    }


class Watched:
    """A house whose rules are looked at after each event."""

    def __init__(self, settings_: dict[str, Any], seed: int) -> None:
        dialplan, _ = sample()
        of = scenario(**settings_)
        self.ended: Counter[str] = Counter()
        self.arrivals = draw(of, seed)
        self.house = House(dialplan, of, self.arrivals, Columns(Streams(seed), 4096), watch=self.look)
        self.ivr: Ivr = self.house._ivr
        self.vault: Vault = self.house._vault
        queues = self.house.router.hub.queue_view._queues  # type: ignore[attr-defined]  # what a test may look into
        self.acd: Acd = queues

    def look(self, now: Instant, event: events.RouterEvent, ordered: list[commands.RouterCommand]) -> None:
        """After one event."""
        router, switch = self.house.router, self.house.switch
        hidden: set[LegId] = set(self.vault._open)
        each_call_is_in_one_place(router, self.ivr, self.acd, hidden, up=True)
        no_agent_is_on_two_calls(router, self.ivr, self.acd)
        placed = [leg for talk in switch.talks.values() for leg in (talk.a, talk.b)]
        assert len(placed) == len(set(placed)), "nobody hears two talks"
        for command in ordered:
            if isinstance(command, log_commands.LogCall):
                self.ended[command.call] += 1


@given(people(), st.integers(0, 10_000))
@settings(max_examples=25)
def test_a_call_is_in_one_place_no_agent_on_two_calls_and_nobody_is_left_over(some: dict[str, Any], seed: int) -> None:
    watched = Watched(some, seed)
    watched.house.run()
    assert watched.house.left_over() == 0
    assert set(watched.ended) == set(watched.house.numbers)
    assert set(watched.ended.values()) <= {1}
    assert len(watched.ended) == len(watched.arrivals)
    register = watched.house.router.register
    assert not register.legs
    assert not register.offers
    assert not register.bridges
    assert not watched.house.switch.legs
    assert not watched.ivr.sessions
    assert not watched.house.callers.by_call
