"""The agent's table of states: each change of state is carried out, or refused without a trace."""

from itertools import product
from typing import get_args

import pytest

from acd.agents import TRANSITIONS, Agents
from acd.commands import AcdCommand, AgentChanged, AgentState
from acd.config import AgentConfig
from acd.state import Agent
from calls.errors import BrokenRule
from calls.ids import AgentId

pytestmark = pytest.mark.unit

ANN = AgentId("ann")
STATES: tuple[AgentState, ...] = get_args(AgentState)
WAY: dict[AgentState, tuple[AgentState, ...]] = {
    "offline": (),
    "idle": (),
    "offered": ("offered",),
    "talking": ("offered", "talking"),
    "wrap_up": ("offered", "talking", "wrap_up"),
    "paused": ("paused",),
}
"""From idle to each state."""
REFUSED = {
    ("offline", "offered"),
    ("offline", "talking"),
    ("offline", "wrap_up"),
    ("idle", "idle"),
    ("idle", "talking"),
    ("idle", "wrap_up"),
    ("offered", "offered"),
    ("offered", "wrap_up"),
    ("talking", "offered"),
    ("talking", "talking"),
    ("wrap_up", "offered"),
    ("wrap_up", "talking"),
    ("wrap_up", "wrap_up"),
    ("paused", "offered"),
    ("paused", "talking"),
    ("paused", "wrap_up"),
}


class Desk:
    """One agent in a state, of all agents."""

    def __init__(self, state: AgentState) -> None:
        self.said: list[AcdCommand] = []
        self.agents = Agents(self.said, announce=True)
        self.agents.configure({ANN: AgentConfig()})
        self.agent: Agent = self.agents.by_id[ANN]
        if state != "offline":
            self.agent.signed_in = True
            self.agents.settle(self.agent, 1.0)
        for step in WAY[state]:
            self.agents.become(self.agent, step, "", 1.0)
        assert self.agent.state == state
        self.said.clear()

    def seen(self) -> tuple[object, ...]:
        agent, agents = self.agent, self.agents
        return agent.state, agent.reason, agent.since, agent.busy_s, [*agents.idle], agents.idle_mask, [*self.said]


@pytest.mark.parametrize(("state", "to"), list(product(STATES, STATES)))
def test_each_change_of_state_is_carried_out_or_refused(state: AgentState, to: AgentState) -> None:
    desk = Desk(state)
    if (state, to) in REFUSED:
        before = desk.seen()
        with pytest.raises(BrokenRule, match=f"ann cannot become {to} while {state}"):
            desk.agents.become(desk.agent, to, "why", 9.0)
        assert desk.seen() == before
        return
    desk.agents.become(desk.agent, to, "why", 9.0)
    assert desk.said == [AgentChanged(ANN, to, "why", 9.0)]
    assert desk.agent.busy_s == (8.0 if state in ("offered", "talking", "wrap_up") else 0.0)
    assert desk.agents.idle_mask == 0, "listed among the idle by settle() alone"


def test_the_table_has_every_state() -> None:
    assert set(TRANSITIONS) == set(STATES)
