"""The weighted policy: callers whom it still helps are served first, agents whom others will need more are kept back.

For each queue a goal: answered within `goal_s`. A caller who can still make it is worth `fresh`, and `growth` more for
each goal's length waited; one who is past it is worth `late`, and `late_growth` likewise: late callers are served when
there is capacity to spare, and since their worth grows without limit they are served in the end.

Taking an agent costs, for each queue that the agent serves, `reserve` × `decay` ^ (idle agents of that queue): the last
one idle is dear, the tenth is nearly free, and an agent of many queues is dearer than one of a single queue. The pair
with the largest worth less cost is matched if that is positive; else all are held back until something happens or a
caller's worth has grown enough. Weights come from a file and are found by simulation (`hotline tune`).
"""

from bisect import bisect_left
from collections.abc import Mapping

from acd.agents import Agents
from acd.callers import Callers
from acd.config import Weights
from acd.policies import Pair, first_idle
from acd.state import NEVER, Agent, SubQueue
from calls.ids import Instant, QueueName, Seconds

RESOLUTION_S: Seconds = 1.0
"""The least time between two looks at callers who are held, if nothing happens."""


class _Slot:
    """A queue as the policy sees it: its agents as bits, its weights, the price of one agent by how many are idle."""

    __slots__ = ("members", "price", "weights")

    def __init__(self, members: int, weights: Weights) -> None:
        self.members = members
        self.weights = weights
        self.price = [weights.reserve * weights.decay**idle for idle in range(members.bit_count() + 1)]


class _Profile:
    """The agents who serve the same queues, as bits in `mask`, and the places of those queues among the slots."""

    __slots__ = ("mask", "slots")

    def __init__(self, slots: tuple[int, ...]) -> None:
        self.slots = slots
        self.mask = 0


class Weighted:
    """The weighted policy of the module's docstring. A queue that is not in `queues` has the weights of `Weights()`."""

    holds = True

    def __init__(self, queues: Mapping[QueueName, Weights]) -> None:
        self._weights = dict(queues)
        self._slots: list[_Slot] = []
        self._profiles: list[_Profile] = []
        self._of: dict[QueueName, Weights] = {}
        self._review_at: Instant = NEVER

    def prepare(self, callers: Callers, agents: Agents) -> None:
        """Group the agents by the queues that they serve, after that has changed."""
        names = list(callers.queues)
        self._of = {name: self._weights.get(name) or Weights() for name in names}
        self._slots = [_Slot(callers.members(name), self._of[name]) for name in names]
        profiles: dict[tuple[int, ...], _Profile] = {}
        for agent in agents.published:
            slots = tuple(place for place, slot in enumerate(self._slots) if slot.members & agent.bit)
            profile = profiles.setdefault(slots, _Profile(slots))
            profile.mask |= agent.bit
        self._profiles = list(profiles.values())

    def _costs(self, idle: int) -> list[tuple[float, int]]:
        """Of each profile with an idle agent, the cost of one, and those idle as bits; the cheapest first."""
        price = [slot.price[(idle & slot.members).bit_count()] for slot in self._slots]
        costs = []
        for profile in self._profiles:
            mask = profile.mask & idle
            if mask:
                cost = 0.0
                for place in profile.slots:
                    cost += price[place]
                costs.append((cost, mask))
        costs.sort()
        return costs

    def agent_for(self, subqueue: SubQueue, free: int, agents: Agents, now: Instant) -> Agent | None:
        """The cheapest agent for a caller who comes now; None if others of the sub-queue are held, or if too dear."""
        weights = self._of[subqueue.queue.name]
        fresh_from = now - weights.goal_s - subqueue.head_start_s
        if subqueue.waiting and subqueue.waiting[-1][0] >= fresh_from:
            return None
        worth = weights.fresh + weights.growth * subqueue.head_start_s / weights.goal_s
        for cost, mask in self._costs(agents.idle_mask):
            if mask & free:
                return first_idle(mask & free, agents) if worth > cost else None
        return None

    def pair(self, agent: Agent | None, callers: Callers, agents: Agents, now: Instant) -> Pair | None:
        """The best match that is worth its cost; None for none, and then `review_at` says when to ask again."""
        idle = agents.idle_mask
        costs = self._costs(idle)
        best: Pair | None = None
        best_gain, review_at = 0.0, NEVER
        for subqueue in callers.occupied:
            cheapest = next(((cost, mask) for cost, mask in costs if mask & subqueue.eligible), None)
            if cheapest is None:
                continue
            cost, free = cheapest[0], cheapest[1] & subqueue.eligible
            waiting = subqueue.waiting
            weights = self._of[subqueue.queue.name]
            goal_s = weights.goal_s
            late = bisect_left(waiting, (now - goal_s - subqueue.head_start_s,))
            heads = []
            if late:
                heads.append((waiting[0], weights.late, weights.late_growth))
            if late < len(waiting):
                heads.append((waiting[late], weights.fresh, weights.growth))
                review_at = min(review_at, waiting[late][0] + subqueue.head_start_s + goal_s)
            for (key, seq, caller), worth, growth in heads:
                gain = worth + growth * (now - key) / goal_s - cost
                if gain > best_gain or (best is not None and gain == best_gain and seq < best[0].seq):
                    best, best_gain = (caller, first_idle(free, agents)), gain
                elif growth > 0:
                    review_at = min(review_at, now - gain * goal_s / growth)
        self._review_at = NEVER if best is not None else review_at
        return best

    def review_at(self, planned: Instant, now: Instant) -> Instant:
        """The instant at which the first caller held will be worth it, or stops being fresh.

        At least RESOLUTION_S from `now`; but what happens shortly before a look that was planned does not put it off.
        """
        return max(self._review_at, min(planned, now + RESOLUTION_S))
