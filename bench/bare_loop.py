"""The least that a simulation of scenario B2 can do in Python: a heap, and first come first served in ten lines.

No rules, no states, no trace, nothing that could run live: the reference for the speed of the real one.
"""

from collections import deque
from heapq import heappop, heappush
from time import process_time

from sim.world import Calls


def calls_per_s(calls: Calls, serves: list[tuple[int, ...]]) -> float:
    """Calls a second of processor time. `serves`: for each agent the kinds that he or she takes."""
    arrivals, kinds = calls.arrivals.tolist(), calls.kinds.tolist()
    patience, service = calls.patience.tolist(), calls.service.tolist()
    waiting: list[deque[int]] = [deque() for _ in range(max(kinds) + 1)]
    able = [[agent for agent, taken in enumerate(serves) if kind in taken] for kind in range(len(waiting))]
    idle = dict.fromkeys(range(len(serves)))
    answered = [False] * len(arrivals)
    heap = [(at, number, -1) for number, at in enumerate(arrivals)]
    sequence = len(heap)
    began = process_time()
    while heap:
        now, number, agent = heappop(heap)
        if agent < 0:
            kind = kinds[number]
            free = next((one for one in idle if one in able[kind]), None)
            if free is None:
                waiting[kind].append(number)
                continue
            del idle[free]
        else:
            best = None
            for kind in serves[agent]:
                line = waiting[kind]
                while line and arrivals[line[0]] + patience[line[0]] < now:
                    line.popleft()  # gave up
                if line and (best is None or line[0] < best):
                    best = line[0]
            if best is None:
                idle[agent] = None
                continue
            waiting[kinds[best]].popleft()
            number, free = best, agent
        answered[number] = True
        sequence += 1
        heappush(heap, (now + service[number], sequence, free))
    return len(arrivals) / (process_time() - began)
