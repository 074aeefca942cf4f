"""Estimates of handle time, patience and our own error, learned call by call. Each forgets slowly."""

from math import log

from calls.ids import AgentId, Seconds

LONGEST_TALK_S = 3600.0
"""The longest talk that counts: a longer one is a phone left off the hook."""


class Handle:
    """Mean handle time, of all, by kind and by agent. Starts at `prior_s`."""

    def __init__(self, prior_s: Seconds = 180.0) -> None:
        self.mean_s = prior_s
        self.talks = 0
        self._by_kind: dict[str, Seconds] = {}
        self._by_agent: dict[AgentId, Seconds] = {}

    def learn(self, talk_s: Seconds, kind: str, agent: AgentId | None) -> None:
        """Learn from a talk that took `talk_s`."""
        if not 0 < talk_s < LONGEST_TALK_S:
            return
        self.talks += 1
        self.mean_s += max(0.01, 1.0 / (self.talks + 10)) * (talk_s - self.mean_s)
        kind_s = self._by_kind.get(kind, self.mean_s)
        self._by_kind[kind] = kind_s + 0.02 * (talk_s - kind_s)
        if agent is not None:
            agent_s = self._by_agent.get(agent, self.mean_s)
            self._by_agent[agent] = agent_s + 0.005 * (min(talk_s, 900.0) - agent_s)

    def of_kind(self, kind: str) -> Seconds:
        """Mean talk with callers of `kind`."""
        return self._by_kind.get(kind, self.mean_s)

    def of_agent(self, agent: AgentId) -> Seconds:
        """Mean talk of `agent`; long talks are capped, so that one of them does not count for weeks."""
        return self._by_agent.get(agent, self.mean_s)


class Patience:
    """Mean patience of waiting callers: total time waited over the number who gave up, censored waits included.

    The maximum-likelihood estimate of an exponential with right censoring; each wait fades by 0.1 % per later one.
    """

    def __init__(self, prior_s: Seconds = 300.0) -> None:
        self._waited_s = prior_s
        self._gave_up = 1.0

    def learn(self, wait_s: Seconds, gave_up: bool) -> None:
        """Learn from a wait that ended, with an agent or without."""
        self._waited_s = self._waited_s * 0.999 + wait_s
        self._gave_up = self._gave_up * 0.999 + gave_up

    @property
    def mean_s(self) -> Seconds:
        """Mean patience; never below ten seconds."""
        return max(10.0, self._waited_s / max(self._gave_up, 0.01))


class Drift:
    """The recent error of the closed form: the mean log of wait over forecast, in all and by cell."""

    def __init__(self, step: float = 0.05) -> None:
        self._step = step
        self.overall = 0.0
        self._by_cell: dict[tuple[str, int], float] = {}

    def learn(self, cell: tuple[str, int], forecast_s: Seconds, wait_s: Seconds) -> None:
        """Learn from a caller of `cell` (kind, priority) answered after `wait_s`; at entry it was `forecast_s`."""
        off = log((wait_s + 5.0) / (forecast_s + 5.0))
        self.overall += self._step * (off - self.overall)
        known = self._by_cell.get(cell, 0.0)
        self._by_cell[cell] = known + self._step * (off - known)

    def of(self, cell: tuple[str, int]) -> float:
        """The drift of this kind and priority; 0 where nobody was answered yet."""
        return self._by_cell.get(cell, 0.0)
