"""Queues with a formula, with which the simulation must agree.

Offered load `a` = arrival rate × mean service, in erlangs; `s` agents; times in seconds. Sources: A. K. Erlang (1917)
for B and C; C. Palm (1946) for the queue with impatience, as in Mandelbaum & Zeltyn, "Service engineering in action:
the Palm/Erlang-A queue" (2007); L. Kleinrock, "Queueing Systems" I (1975) for M/M/s/K.
"""

import math
from typing import NamedTuple

from calls.ids import Seconds


class Answer(NamedTuple):
    """Steady state. Shares of all arrivals; `wait_s` is the mean wait of those answered; `within` their share answered
    within the goal asked for."""

    delayed: float
    lost: float
    wait_s: Seconds
    within: float


def erlang_b(s: int, a: float) -> float:
    """The share of calls that find all `s` agents busy, where nobody may wait."""
    blocked = 1.0
    for servers in range(1, s + 1):
        blocked = a * blocked / (servers + a * blocked)
    return blocked


def erlang_c(s: int, a: float, service_s: Seconds, goal_s: Seconds) -> Answer:
    """M/M/s: everybody waits until answered. Needs `a` < `s`."""
    if not a < s:
        raise ValueError(f"Erlang C needs less load than agents: {a} erlangs on {s}")
    blocked = erlang_b(s, a)
    delayed = blocked / (1 - a / s * (1 - blocked))
    drain_s = service_s / (s - a)
    return Answer(delayed, 0.0, delayed * drain_s, 1 - delayed * math.exp(-goal_s / drain_s))


def birth_death(s: int, per_s: float, service_s: Seconds, patience_s: Seconds, places: int) -> list[float]:
    """Probabilities of 0, 1, … calls in the house, with `places` to wait in; infinite patience allowed."""
    weights = [1.0]
    for calls in range(1, s + places + 1):
        leave_per_s = min(calls, s) / service_s + max(0, calls - s) / patience_s
        weights.append(weights[-1] * per_s / leave_per_s)
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def erlang_a(s: int, per_s: float, service_s: Seconds, patience_s: Seconds) -> Answer:
    """M/M/s+M: callers give up after an exponential patience. `lost` is the share that does; `wait_s` is that of all
    callers, answered or not, by Little's law. `within` is not given (NaN)."""
    places = 50 + int(20 * per_s * patience_s)
    states = birth_death(s, per_s, service_s, patience_s, places)
    waiting = math.fsum((calls - s) * share for calls, share in enumerate(states) if calls > s)
    return Answer(math.fsum(states[s:]), waiting / patience_s / per_s, waiting / per_s, math.nan)


def mmsk(s: int, per_s: float, service_s: Seconds, places: int, goal_s: Seconds) -> Answer:
    """M/M/s with `places` to wait in: `lost` is the share turned away, the rest is of those let in."""
    states = birth_death(s, per_s, service_s, math.inf, places)
    lost = states[-1]
    let_in = 1 - lost
    waiting = math.fsum((calls - s) * share for calls, share in enumerate(states) if calls > s)
    late = 0.0
    for calls in range(s, s + places):
        # who finds `calls` in the house is answered after calls - s + 1 ends of service: an Erlang time
        ends, mean = calls - s + 1, goal_s * s / service_s
        term = total = math.exp(-mean)
        for count in range(1, ends):
            term *= mean / count
            total += term
        late += states[calls] * total
    return Answer(math.fsum(states[s:-1]) / let_in, lost, waiting / per_s / let_in, 1 - late / let_in)
