"""The chance constraint: the most calls to dial now so that no answer is exposed to more than the budget can pay for.

One more call is dialled while the expected number that goes unserved for its sake, by answer, is at most

    θ, which `steering` sets by the credit of the tightest window, less what is expected of calls that ring

θ of nought dials only calls that some free agent is kept for. Behind it stands the guard, which expects nothing: if all
that rings is answered at once, each window must still end within its limit.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from calls.ids import Instant
from dialer.pacing.ledgers import Ledgers
from dialer.pacing.outlook import Array, Outlook, outlook
from dialer.pacing.steering import Steering, reserve

_SAFE = 1e-4
"""A chance of being unserved that is no chance."""
_LEAD_S = 60.0
"""What is lent is reckoned as of so much later, for calls that ring then."""
_LEAST_S = 1800.0
"""The credit is spent over so long a time at least: one call more or less is no reason to leap."""
_ROLLING_S = 3600.0
"""The same where no end is known."""
_MOST = 4
"""Calls dialled at once are at most so many for each agent."""


class Situation(NamedTuple):
    """What is known at one instant."""

    now: Instant
    present: int
    free: int
    waiting: int
    """Answered, and no agent yet."""
    ringing: int
    """Calls that may yet be answered, those ordered and not dialled among them."""
    answers: Array
    """Expected of those, by segment."""
    frees: Array
    fresh: Array
    """Expected answers of one call dialled now, by segment."""
    inbound_share: float
    likely_a_s: float
    """Answers a second that busy agents take."""
    lent_a_s: float
    """Answers a second, of which the guard may count on what comes until `calling_until`."""
    calling_until: Instant | None


def progressive(situation: Situation) -> int:
    """One call for each agent who is free and whom nobody will be connected to yet."""
    kept = _sure(situation) - situation.waiting
    return max(0, kept - situation.ringing)


def choose(situation: Situation, ledgers: Ledgers, steering: Steering) -> int:
    """The most calls that chance constraint and guard allow, and never fewer than progressively."""
    least = progressive(situation)
    idle = _idle(situation)
    rate = float(situation.fresh.sum())
    ahead = outlook(idle, situation.answers, situation.frees)
    theta = steering.aim(_allowance(situation, ahead, ledgers))
    allowed = _largest(lambda count: _room(situation, ledgers, situation.ringing, count)[0] >= 0, 0, most(situation))
    if allowed <= least or rate <= 0:
        return least

    def passes(count: int) -> bool:
        answers = situation.answers + (count - 1) * situation.fresh
        looked = ahead if count == 1 else outlook(idle, answers, situation.frees)
        return float(situation.fresh @ looked.marginal) / rate <= max(_SAFE, theta)

    return _largest(passes, least, allowed)


def spent(situation: Situation, ledgers: Ledgers) -> str:
    """The window that has no room for one call more than there are free agents, if nothing rang; empty for none."""
    room, window = _room(situation._replace(waiting=0), ledgers, 0, _sure(situation) + 1)
    return window if room < 0 else ""


def most(situation: Situation) -> int:
    """The most calls dialled at once."""
    return max(progressive(situation), _MOST * situation.present)


def _allowance(situation: Situation, ahead: Outlook, ledgers: Ledgers) -> float:
    """The share of the answers still to come that the tightest window lets be abandoned, once all that rings has turned
    out as expected."""
    unserved = ahead.unserved + situation.waiting * float(np.exp(-situation.frees[0]))
    kept = reserve(situation.present, situation.ringing)

    def coming(ends_at: Instant | None) -> float:
        ends = [at for at in (ends_at, situation.calling_until) if at is not None]
        left_s = max(_LEAST_S, min(ends) - situation.now) if ends else _ROLLING_S
        return max(1.0, situation.likely_a_s * left_s)

    return ledgers.allowance(float(situation.answers.sum()), unserved, kept, coming)


def _idle(situation: Situation) -> Array:
    """The chances of each number of free agents: who waits already takes one each, and inbound callers some."""
    free = max(0, situation.free - situation.waiting)
    chances = np.ones(1)
    for _ in range(free):
        chances = np.convolve(chances, (situation.inbound_share, 1.0 - situation.inbound_share))
    if not situation.inbound_share:
        chances = np.zeros(free + 1)
        chances[free] = 1.0
    return chances


def _sure(situation: Situation) -> int:
    """Free agents who are there for sure: inbound callers may take as many as they take on average, rounded up."""
    return int(np.floor(situation.free * (1.0 - situation.inbound_share) + 1e-9))


def _room(situation: Situation, ledgers: Ledgers, ringing: int, dials: int) -> tuple[float, str]:
    """The least credit that a window has left, whatever rings turns out; and that window.

    Progressive dialling may go on without: each of its calls has an agent.
    """
    kept = max(0, _sure(situation) - situation.waiting)
    unserved = situation.waiting + max(0, ringing + dials - kept)

    def lent(ends_at: Instant | None) -> float:
        ends = [at for at in (ends_at, situation.calling_until) if at is not None]
        left_s = min(ends) - situation.now - _LEAD_S if ends else 0.0
        return situation.lent_a_s * max(0.0, left_s)

    return ledgers.room(ringing, dials, situation.waiting, unserved, lent)


def _largest(passes: Callable[[int], bool], least: int, most: int) -> int:
    """The largest number up to `most` that passes, of those above `least`; `least` if none does. What passes for one
    number passes for all smaller ones."""
    step, good = 1, least
    while good + step <= most and passes(good + step):
        good += step
        step *= 2
    while step > 1:
        step //= 2
        if good + step <= most and passes(good + step):
            good += step
    return good
