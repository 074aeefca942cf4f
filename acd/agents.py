"""The agents: the state of each, those present and those idle, in order. Nothing of callers is known here."""

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from acd.commands import AcdCommand, AgentChanged, AgentState
from acd.config import AgentConfig
from acd.skills import Index
from acd.state import NEVER, Agent
from calls.errors import BrokenRule
from calls.ids import AgentId, Instant

# To each state, the states that may follow. The state is a function of an agent's flags (signed in, reachable, pause,
# rest) and of work that begins and ends, whatever event changed them; so what the table says is which state may follow
# which, and not on which event.
TRANSITIONS: Mapping[AgentState, frozenset[AgentState]] = {
    "offline": frozenset({"idle", "paused", "offline"}),
    "idle": frozenset({"offered", "paused", "offline"}),
    "offered": frozenset({"talking", "idle", "paused", "offline"}),  # idle: the caller left while it rang
    "talking": frozenset({"wrap_up", "idle", "paused", "offline"}),  # past wrap-up where the queue has none
    "wrap_up": frozenset({"idle", "paused", "offline"}),
    "paused": frozenset({"idle", "paused", "offline"}),  # paused: for another reason
}
After = Literal["ready", "resting", "paused", "unreachable", "signed_out"]


class Standing(NamedTuple):
    """An agent's state, and what holds once the work under way is over: `after` is now where there is none.

    `resting`: by itself ready again in a moment, after an offer that came to nothing.
    """

    state: AgentState
    reason: str
    after: After


IN_A_CALL = "in_a_call"
"""The reason of an agent whose phone is in a call that the queues did not bring."""
_MANY = 32
_BUSY = frozenset({"offered", "talking", "wrap_up"})


class Agents:
    """All agents. Sets of agents are bits: bit *i* for the agent at place *i* of `published`.

    `published`: those of the configuration, in its order. `by_id`: these, and those no longer in it whose talk goes on.
    `idle`: in the order in which they became idle; `idle_mask` the same as bits. `present_mask`: those who are signed
    in and reachable, whatever they do.
    """

    def __init__(self, out: list[AcdCommand], announce: bool) -> None:
        self._out = out
        self._announce = announce
        self.published: list[Agent] = []
        self.by_id: dict[AgentId, Agent] = {}
        self.index = Index(())
        self.idle: list[tuple[int, Agent]] = []
        self.idle_mask = 0
        self.present_mask = 0
        self.idle_count = 0

    def configure(self, agents: Mapping[AgentId, AgentConfig]) -> None:
        """Take over the agents of a configuration. Known ones keep their state; those gone finish a talk first."""
        known = self.by_id
        self.by_id = {}
        self.published = []
        for position, (agent_id, config) in enumerate(agents.items()):
            agent = known.pop(agent_id, None) or Agent(agent_id, position, config)
            agent.index, agent.bit = position, 1 << position
            agent.config, agent.queues = config, config.queues
            self.published.append(agent)
            self.by_id[agent_id] = agent
        self.idle = [entry for entry in self.idle if entry[1].id not in known]
        for agent in known.values():
            agent.bit, agent.subqueues, agent.signed_in = 0, [], False
            agent.due_at = NEVER
            if agent.assignment is not None:
                self.by_id[agent.id] = agent
        self.index = Index(agent.config.skills for agent in self.published)
        self.recount()

    def recount(self) -> None:
        """Work out the masks anew, after bits have changed."""
        self.idle_mask = sum(agent.bit for _, agent in self.idle)
        self.present_mask = sum(agent.bit for agent in self.published if agent.signed_in and agent.reachable)

    def become(self, agent: Agent, state: AgentState, reason: str, now: Instant) -> None:
        """Change an agent's state: nothing else does. Raises BrokenRule for a change that TRANSITIONS does not have."""
        before = agent.state
        if state not in TRANSITIONS[before]:
            raise BrokenRule(f"agent {agent.id} cannot become {state} while {before}")
        if before == "idle":
            idle = self.idle
            del idle[0 if idle[0][1] is agent else bisect_left(idle, (agent.idle_seq,))]
            self.idle_mask ^= agent.bit
        elif before in _BUSY:
            agent.busy_s += now - agent.since
        agent.state = state
        agent.reason = reason
        agent.since = now
        if self._announce:
            self._out.append(AgentChanged(agent.id, state, reason, now))

    def settle(self, agent: Agent, now: Instant, in_old_place: bool = False) -> bool:
        """Put an agent without work into the state that their flags ask for. True if that is idle.

        `in_old_place`: the offer was withdrawn through no fault of the agent, who keeps their place among the idle.
        """
        if not agent.signed_in:
            self._enter(agent, "offline", "signed_out", now)
            if not agent.bit:  # unpublished: forgotten, with what was due
                agent.due_at = NEVER
                self.by_id.pop(agent.id, None)
        elif not agent.reachable:
            self._enter(agent, "offline", "unreachable", now)
        elif agent.pause:
            self._enter(agent, "paused", agent.pause, now)
        elif agent.rest_until > now:
            self._enter(agent, "paused", agent.rest, now)
        elif agent.engaged:
            self._enter(agent, "paused", IN_A_CALL, now)
        else:
            if agent.state == "idle":
                return True
            self.become(agent, "idle", "", now)
            if in_old_place:
                self.list_idle(agent)
            else:
                self.idle_count += 1
                agent.idle_seq = self.idle_count
                self.idle.append((agent.idle_seq, agent))  # the newest stands last
                self.idle_mask |= agent.bit
            return True
        return False

    def _enter(self, agent: Agent, state: AgentState, reason: str, now: Instant) -> None:
        if agent.state != state or agent.reason != reason:
            self.become(agent, state, reason, now)

    def list_idle(self, agent: Agent) -> None:
        """Add an idle agent in the place of their `idle_seq`."""
        insort(self.idle, (agent.idle_seq, agent))
        self.idle_mask |= agent.bit

    def standing(self, agent: Agent, now: Instant) -> Standing:
        """The agent's state, and what comes after it."""
        after: After = "ready"
        if not agent.signed_in:
            after = "signed_out"
        elif not agent.reachable:
            after = "unreachable"
        elif agent.pause:
            after = "paused"
        elif agent.rest_until > now:
            after = "resting"
        return Standing(agent.state, agent.reason, after)

    def arrive(self, agent: Agent) -> None:
        """Count an agent as present, if signed in and reachable."""
        if agent.signed_in and agent.reachable:
            self.present_mask |= agent.bit

    def leave(self, agent: Agent) -> None:
        """Count an agent as absent."""
        self.present_mask &= ~agent.bit

    def select(self, mask: int) -> Iterator[Agent]:
        """The agents whose bits are set, in the order of the configuration."""
        published = self.published
        if mask.bit_count() > _MANY:  # each operation on a wide number costs its whole width, a digit found does not
            digits = f"{mask:b}"
            last = len(digits) - 1
            place = digits.rfind("1")
            while place >= 0:
                yield published[last - place]
                place = digits.rfind("1", 0, place)
            return
        while mask:
            low = mask & -mask
            yield published[low.bit_length() - 1]
            mask ^= low
