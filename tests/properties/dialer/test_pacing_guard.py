"""The guard of pacing against adversaries: whatever rings answers at once, at the worst time, and clocks jump.

With nothing lent no call is abandoned while its window is above the limit for it, in any window, at any instant.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.commands import PacingCommand
from dialer.pacing.events import WindowRolled
from dialer.pacing.settings import DAY_S, PacingSettings, Window
from tests.unit.dialer.pacing.cases import Campaign

pytestmark = pytest.mark.properties

WINDOWS = (Window("24 h", 0.03), Window("any 24 h", 0.05, rolling_s=DAY_S), Window("campaign", 0.02), Window("month"))
AGENTS = 8

steps = st.lists(
    st.one_of(
        st.tuples(st.just("all answer"), st.just(0.0)),
        st.tuples(st.just("some answer"), st.floats(0.0, 1.0)),
        st.tuples(st.just("none answers"), st.just(0.0)),
        st.tuples(st.just("wait"), st.floats(0.0, 40.0)),
        st.tuples(st.just("agents free"), st.floats(0.0, 1.0)),
        st.tuples(st.just("clock"), st.sampled_from((-500.0, 7200.0, 90_000.0))),
        st.tuples(st.just("rolls"), st.integers(0, 3)),
        st.tuples(st.just("history"), st.floats(0.0, 600.0)),
    ),
    min_size=5,
    max_size=60,
)


class Adversary(Campaign):
    """A campaign against which everything turns out at the worst time; checks the windows at each abandoned call."""

    def __init__(self, options: PacingSettings) -> None:
        self.free_agents = [f"a{number}" for number in range(AGENTS)]
        self.busy: list[str] = []
        super().__init__(AGENTS, options)

    def _count(self, commands: list[PacingCommand]) -> int:
        """What is ordered is dialled at once."""
        count = super()._count(commands)
        self.dial_ordered()
        return count

    def answer_some(self, share: float) -> None:
        """They answer at one instant; those for whom nobody is free are abandoned."""
        waiting = []
        for call in self.ringing[: round(share * len(self.ringing))]:
            self.answer(call)
            if self.free_agents:
                agent = self.free_agents.pop()
                self.busy.append(agent)
                self.connect(call, agent)
            else:
                waiting.append(call)
        self.wait(2.0)
        for call in waiting:
            self.abandon(call)
            for ledger in self.core.ledgers.by_window.values():
                assert ledger.abandoned <= ledger.window.limit * ledger.of + 1e-9, ledger.window.name

    def free_some(self, share: float) -> None:
        for _ in range(round(share * len(self.busy))):
            agent = self.busy.pop()
            self.free_agents.append(agent)
            self.free(agent)

    def step(self, what: str, how: float) -> None:
        match what:
            case "all answer":
                self.answer_some(1.0)
            case "some answer":
                self.answer_some(how)
            case "none answers":
                for call in list(self.ringing):
                    self.end(call)
            case "wait":
                self.wait(how)
            case "agents free":
                self.free_some(how)
            case "clock":
                for call in list(self.ringing):  # what rang is long over
                    self.end(call)
                self.now += how
            case "rolls":
                if not self.ringing:
                    self.tell(WindowRolled(WINDOWS[int(how)].name))
            case "history":
                for ledger in self.core.ledgers.by_window.values():
                    ledger.add(how, 0.0, self.core.clock)


@given(steps=steps, denominator=st.sampled_from(("live", "answered", "dialled")))
@settings(max_examples=60)
def test_no_window_is_ever_above_its_limit_whatever_rings(steps, denominator):
    options = PacingSettings(
        windows=WINDOWS, lent=0.0, least_calls=0, least_answers=0, progressive_up_to=0, denominator=denominator
    )
    adversary = Adversary(options)
    adversary.step("history", 500.0)
    for what, how in steps:
        adversary.step(what, how)


@given(share=st.floats(0.0, 1.0), people=st.integers(0, 3))
@settings(max_examples=20)
def test_without_room_in_one_window_nothing_is_dialled_but_for_free_agents(share, people):
    options = PacingSettings(windows=WINDOWS, lent=0.0, least_calls=0, least_answers=0, progressive_up_to=0)
    adversary = Adversary(options)
    for ledger in adversary.core.ledgers.by_window.values():
        ledger.add(100.0, 2.0 + people, 0.0)  # 2 % of 100: the window of the campaign is full
    adversary.answer_some(share)
    adversary.wait(10.0)
    assert len(adversary.ringing) + adversary.ordered <= len(adversary.free_agents)
