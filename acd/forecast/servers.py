"""The servers: the agents present, and the kinds that they really answer. Learned from talks, or told.

A log of calls does not say who was logged in. What it shows: agents who talk; agents who stopped talking while callers
waited, and did or did not come back. So an agent off the phone counts with the chance of coming back, which falls with
the *line time* since the last talk: seconds during which somebody waited. (With an empty line, staying off the phone
says nothing.) Where the queues tell us of signing in and pausing, we know, and do not guess.

Which kinds an agent answers is learned from choices: taking a kind shows it; passing over an earlier caller of a kind
speaks against it. On the bank's log a score of 0.8 means that the kind is taken in about nine cases of ten.
"""

from collections.abc import Iterable, Mapping
from itertools import islice

import msgspec

from acd.forecast.line import Line, Waiter
from calls.ids import AgentId, CallId, Instant, Seconds

UNKNOWN_SCORE = 0.6
"""The score of a kind that an agent had no chance yet to take or to pass over."""
SCORE_STEP = 0.1
PASSED_OVER_S = 5.0
"""A caller who joined later than this before a choice was perhaps not yet seen when it was made."""
FORGOTTEN_AFTER_S = 7200.0
AWAY_AFTER_LINE_S = 900.0
BACK_WITHIN_S = 120.0
LOOK_EVERY_S = 10.0
LOOKED_AT = 60
_EDGES = (0.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_PRIOR = (0.95, 0.8, 0.65, 0.5, 0.35, 0.2, 0.08)
_PRIOR_WEIGHT = 50.0
_FORGET = 0.999


class Talk(msgspec.Struct, frozen=True):
    """An agent on the phone."""

    call: CallId
    kind: str
    since: Instant


class Free(msgspec.Struct, frozen=True):
    """An agent off the phone, since an instant and since a reading of the line clock."""

    since: Instant
    line_clock: Seconds


class Hand(msgspec.Struct, frozen=True):
    """One agent as the forecast sees it. `talking_s` is None off the phone; `off_s` is line time off it."""

    agent: AgentId
    chance: float
    talking_s: Seconds | None
    off_s: Seconds


class ReturnCurve:
    """The chance that an agent comes back within two minutes of line time, by line time since the last talk."""

    def __init__(self) -> None:
        self._reached = [_PRIOR_WEIGHT] * len(_EDGES)
        self._back = [_PRIOR_WEIGHT * p for p in _PRIOR]
        self._chance = list(_PRIOR)

    def chance(self, off_s: Seconds) -> float:
        """For an agent `off_s` seconds of line time off the phone."""
        for index in range(len(_EDGES) - 1, -1, -1):
            if off_s >= _EDGES[index]:
                return self._chance[index]
        return self._chance[0]

    def learn(self, off_s: Seconds, returned: bool) -> None:
        """A spell off the phone ended after `off_s`, with a talk or with the agent given up."""
        for index, edge in enumerate(_EDGES):
            if off_s < edge:
                break
            back = returned and off_s - edge <= BACK_WITHIN_S
            self._reached[index] = self._reached[index] * _FORGET + 1.0
            self._back[index] = self._back[index] * _FORGET + back
            self._chance[index] = self._back[index] / self._reached[index]


class Servers:
    """The agents by state, as events tell of them; `hands` are those who may serve at an instant."""

    def __init__(self) -> None:
        self._talks: dict[AgentId, Talk] = {}
        self._agent_of: dict[CallId, AgentId] = {}
        self._free: dict[AgentId, Free] = {}
        self._told: dict[AgentId, frozenset[str]] = {}
        self._scores: dict[AgentId, dict[str, float]] = {}
        self._wrap_up: dict[AgentId, Seconds] = {}
        self.curve = ReturnCurve()
        self._line_clock = 0.0
        self._next_look_at = 0.0
        self._hands: tuple[Instant, list[Hand]] | None = None

    def pass_time(self, elapsed_s: Seconds, somebody_waited: bool) -> None:
        """Let the line clock run, if somebody waited."""
        if somebody_waited and elapsed_s > 0:
            self._line_clock += elapsed_s

    def present(self, agent: AgentId, kinds: frozenset[str], now: Instant) -> None:
        """An agent is present for certain, or answers other kinds than before."""
        self._hands = None
        was_there = agent in self._told
        self._told[agent] = kinds
        if agent not in self._talks and not was_there:
            self._free[agent] = Free(now, self._line_clock)

    def told(self) -> Mapping[AgentId, frozenset[str]]:
        """The agents who are present for certain, and the kinds that each takes."""
        return self._told

    def restore_told(self, told: dict[AgentId, frozenset[str]]) -> None:
        """Take over `told()` of a snapshot."""
        self._told = told

    def absent(self, agent: AgentId) -> None:
        """An agent is absent for certain. A talk under way goes on."""
        self._hands = None
        self._told.pop(agent, None)
        self._free.pop(agent, None)

    def took(self, agent: AgentId, call: CallId, kind: str, passed_over: Iterable[str], now: Instant) -> None:
        """An agent took a call; `passed_over` are the kinds of callers whose turn was earlier."""
        self._hands = None
        scores = self._scores.setdefault(agent, {})
        for other in set(passed_over):
            if other != kind:
                scores[other] = scores.get(other, UNKNOWN_SCORE) * (1 - SCORE_STEP)
        known = scores.get(kind, UNKNOWN_SCORE)
        scores[kind] = known + SCORE_STEP * (1 - known)
        free = self._free.pop(agent, None)
        if free is not None:
            off_s = self._line_clock - free.line_clock
            self.curve.learn(off_s, returned=True)
            wrap_up = self._wrap_up.get(agent, 15.0)
            self._wrap_up[agent] = wrap_up + 0.03 * (min(off_s, 200.0) - wrap_up)
        self._talks[agent] = Talk(call, kind, now)
        self._agent_of[call] = agent

    def talk_over(self, call: CallId, now: Instant) -> tuple[AgentId, Talk] | None:
        """A talk ended. None for a call whose agent was not known, or has another call since."""
        agent = self._agent_of.pop(call, None)
        talk = None if agent is None else self._talks.get(agent)
        if agent is None or talk is None or talk.call != call:
            return None
        self._hands = None
        self._free[agent] = Free(now, self._line_clock)
        del self._talks[agent]
        return agent, talk

    def forget_absent(self, now: Instant) -> None:
        """Give up agents who did not come back. Called with an event, never for a forecast, which changes nothing."""
        if now < self._next_look_at:
            return
        self._next_look_at = now + LOOK_EVERY_S
        for agent in [a for a, free in self._free.items() if self._is_away(a, free, now)]:
            del self._free[agent]
            self.curve.learn(AWAY_AFTER_LINE_S, returned=False)
            self._hands = None

    def hands(self, now: Instant) -> list[Hand]:
        """The agents who may serve, in a fixed order: all, or of very many one in `stride`."""
        if self._hands is not None and self._hands[0] == now:
            return self._hands[1]
        step = self.stride
        hands = [Hand(a, 1.0, now - talk.since, 0.0) for a, talk in islice(self._talks.items(), 0, None, step)]
        for agent, free in islice(self._free.items(), 0, None, step):
            off_s = self._line_clock - free.line_clock
            if agent in self._told:
                hands.append(Hand(agent, 1.0, None, off_s))
            elif not self._is_away(agent, free, now):
                hands.append(Hand(agent, self.curve.chance(off_s), None, off_s))
        self._hands = (now, hands)
        return hands

    @property
    def stride(self) -> int:
        """The number of agents that each of `hands` stands for: a sum over dozens is good enough, at a bounded cost."""
        return 1 + (len(self._talks) + len(self._free)) // LOOKED_AT

    def _is_away(self, agent: AgentId, free: Free, now: Instant) -> bool:
        if agent in self._told:
            return False
        return now - free.since > FORGOTTEN_AFTER_S or self._line_clock - free.line_clock > AWAY_AFTER_LINE_S

    def score(self, agent: AgentId, kind: str) -> float:
        """The certainty that `agent` answers `kind`, 0 to 1."""
        told = self._told.get(agent)
        if told:
            return 1.0 if kind in told else 0.0
        scores = self._scores.get(agent)
        return UNKNOWN_SCORE if scores is None else scores.get(kind, UNKNOWN_SCORE)

    def competing(self, agent: AgentId, kinds: set[str]) -> dict[str, float]:
        """The scores of `agent` for those of `kinds` that are above 0."""
        told = self._told.get(agent)
        if told:
            return dict.fromkeys(told & kinds, 1.0)
        scores = self._scores.get(agent, {})
        return {kind: scores.get(kind, UNKNOWN_SCORE) for kind in kinds}

    def wrap_up_s(self, agent: AgentId) -> Seconds:
        """The line time that the agent usually stays off the phone between two talks."""
        return self._wrap_up.get(agent, 15.0)

    def talking(self) -> int:
        """The number of agents on the phone."""
        return len(self._talks)

    def seen_within(self, window_s: Seconds, now: Instant) -> int:
        """The number of agents on the phone, or off it for at most `window_s`: the plain estimate of servers."""
        return len(self._talks) + sum(1 for free in self._free.values() if now - free.since <= window_s)


def kinds_passed_over(line: Line, served: Waiter, now: Instant) -> set[str]:
    """The kinds of the callers in `line` whose turn was clearly before the one just served."""
    return line.kinds_before(served.order[0] - 3.0, now - PASSED_OVER_S)
