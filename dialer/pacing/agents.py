"""The agents of a campaign as pacing sees them: free, in a talk, in after-call work, or engaged otherwise."""

from typing import Literal

import msgspec
import numpy as np

from calls.ids import AgentId, Instant, Seconds
from dialer.pacing.handling import DurationState, Handling
from dialer.pacing.outlook import SEGMENTS, Array
from dialer.pacing.settings import HandleTimes

Phase = Literal["free", "talk", "wrap_up"]


class Agent(msgspec.Struct):
    """One who is there. `handling` names the handle times of what they do; empty: not known."""

    phase: Phase
    since: Instant
    handling: str = ""


class AgentsState(msgspec.Struct):
    """Of `Agents`."""

    agents: dict[AgentId, Agent]
    talks: dict[str, DurationState]
    wrap_ups: dict[str, DurationState]


class Agents:
    """Those who are there, by id, and their handle times by name."""

    def __init__(self, campaign: str, believed: dict[str, HandleTimes], patience_s: Seconds) -> None:
        self._patience_s = patience_s
        self._believed = believed
        self.handling = {name: Handling(times, patience_s) for name, times in believed.items()}
        if campaign not in self.handling:
            self.handling[campaign] = Handling(HandleTimes(), patience_s)
        self.by_id: dict[AgentId, Agent] = {}
        self.free = 0

    def to(self, agent_id: AgentId, phase: Phase, handling: str, now: Instant) -> None:
        """Put an agent into a phase, and learn from the one that ends."""
        before = self.by_id.get(agent_id)
        if before is not None:
            if before.phase == phase and (phase == "free" or before.handling == handling):
                return  # told twice: it goes on since it began
            self._leave(before, phase, now)
        self.by_id[agent_id] = Agent(phase, now, handling)
        self.free += phase == "free"

    def away(self, agent_id: AgentId, now: Instant) -> None:
        """Take an agent out; one who is not there is no matter."""
        before = self.by_id.pop(agent_id, None)
        if before is not None:
            self._leave(before, None, now)

    def _leave(self, before: Agent, to: Phase | None, now: Instant) -> None:
        self.free -= before.phase == "free"
        handling = self.handling.get(before.handling)
        if handling is None or before.phase == "free":
            return
        lasted_s = now - before.since
        if before.phase == "talk":
            handling.talked(lasted_s)
            if to == "free":
                handling.wrapped_up(0.0)
        elif to == "free":  # else a pause cut it off, or a call
            handling.wrapped_up(lasted_s)

    def frees(self, now: Instant) -> Array:
        """Expected agents who become free, by segment of the outlook, shape (SEGMENTS,)."""
        talking: dict[str, list[Seconds]] = {}
        wrapping: dict[str, list[Seconds]] = {}
        for agent in self.by_id.values():
            if agent.phase != "free" and agent.handling in self.handling:
                by_name = talking if agent.phase == "talk" else wrapping
                by_name.setdefault(agent.handling, []).append(now - agent.since)
        frees = np.zeros(SEGMENTS)
        for name in talking.keys() | wrapping.keys():
            frees += self.handling[name].frees(np.array(talking.get(name, ())), np.array(wrapping.get(name, ())))
        return frees

    def state(self) -> AgentsState:
        """All of it."""
        return AgentsState(
            {name: Agent(one.phase, one.since, one.handling) for name, one in self.by_id.items()},
            {name: one.talk.state() for name, one in self.handling.items()},
            {name: one.wrap_up.state() for name, one in self.handling.items()},
        )

    def restore(self, state: AgentsState) -> None:
        """Go on from there; handle times of a name that the settings do not have any more are left out."""
        self.by_id = state.agents
        self.free = sum(agent.phase == "free" for agent in state.agents.values())
        for name, handling in self.handling.items():
            if name in state.talks:
                handling.talk.restore(state.talks[name])
                handling.wrap_up.restore(state.wrap_ups[name])
                handling.make_tables()
