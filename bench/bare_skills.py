"""Wallace & Whitt's centre in the fewest lines: idle agents in heaps by level, a queue a kind, no rules and no states.

Written apart from the core, to be compared with it call by call: on the same draws each wait must be the same. It is
also four times as fast, so a cell can be looked at on more seeds than the core has time for.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from sim.world import NEVER, Calls


def waits_s(
    calls: Calls, skills: Sequence[Sequence[int]], places: int, first_come: bool = False
) -> NDArray[np.float64]:
    """The wait of each call in seconds, NaN for one that was turned away. `skills`: the kinds of each agent, the one he
    or she does best first. `first_come`: levels do not count, a free agent takes who came first."""
    return _Centre(calls, skills, places, first_come).run()


class _Centre:
    def __init__(self, calls: Calls, skills: Sequence[Sequence[int]], places: int, first_come: bool) -> None:
        self.arrivals: list[float] = calls.arrivals.tolist()
        self.kinds: list[int] = calls.kinds.tolist()
        self.service: list[float] = calls.service.tolist()
        self.skills, self.places, self.first_come = skills, places, first_come
        kinds = 1 + max(max(able) for able in skills)
        self.queues: list[deque[int]] = [deque() for _ in range(kinds)]
        self.waiting = 0
        self.idle: list[list[tuple[int, float, int, int]]] = [[] for _ in range(kinds)]
        """By kind a heap of (level, idle since, agent, turn); an entry holds while it is the agent's turn."""
        self.turn = [0] * len(skills)
        self.busy: list[tuple[float, int]] = []
        self.waits = [NEVER] * len(self.arrivals)

    def run(self) -> NDArray[np.float64]:
        for agent in range(len(self.skills)):
            self.rest(agent, 0.0)
        for call, at in enumerate(self.arrivals):
            while self.busy and self.busy[0][0] < at:
                ended_at, agent = heappop(self.busy)
                self.free(agent, ended_at)
            self.arrive(call, at)
        while self.busy:
            ended_at, agent = heappop(self.busy)
            self.free(agent, ended_at)
        return np.array(self.waits)

    def arrive(self, call: int, at: float) -> None:
        kind = self.kinds[call]
        idle = self.idle[kind]
        while idle and self.turn[idle[0][2]] != idle[0][3]:
            heappop(idle)
        if idle:
            self.serve(call, heappop(idle)[2], at)
        elif self.waiting < self.places:
            self.queues[kind].append(call)
            self.waiting += 1

    def free(self, agent: int, at: float) -> None:
        queues = [self.queues[kind] for kind in self.skills[agent] if self.queues[kind]]
        if not queues:
            self.rest(agent, at)
            return
        chosen = min(queues, key=lambda queue: queue[0]) if self.first_come else queues[0]
        self.waiting -= 1
        self.serve(chosen.popleft(), agent, at)

    def rest(self, agent: int, at: float) -> None:
        for level, kind in enumerate(self.skills[agent]):
            heappush(self.idle[kind], (0 if self.first_come else level, at, agent, self.turn[agent]))

    def serve(self, call: int, agent: int, at: float) -> None:
        self.turn[agent] += 1
        self.waits[call] = at - self.arrivals[call]
        heappush(self.busy, (at + self.service[call], agent))
