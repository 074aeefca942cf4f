"""The choice of an agent in short, for a screen at the moment of the offer. `acd.trace` has the whole decision, with
every agent who was not chosen; this costs a look at one caller, and is asked for one offer at a time."""

import msgspec

from acd.matching import Matching
from acd.skills import render
from calls.ids import AttemptId, Instant, QueueName, Seconds


class Choice(msgspec.Struct, frozen=True):
    """The reasons for which an agent has an offer."""

    queue: QueueName
    policy: str
    """The policy of the queue, `weighted` where the site has weights."""
    skills: str
    """The skills that are asked for by now, `loans>=2 or care`; empty: none in particular."""
    level: int
    """The agent's levels in those skills, together."""
    asked_for: bool
    """This agent alone may have the caller now: the one of their last talk, say."""
    widened: int
    """Waiting steps that have taken effect."""
    waited_s: Seconds
    """With the time of an earlier try that keeps its place."""


def choice(matching: Matching, attempt: AttemptId, now: Instant) -> Choice | None:
    """The choice of an offer that is open; None for one that is not."""
    assignment = matching.assignments.get(attempt)
    if assignment is None or assignment.caller is None:
        return None
    caller = assignment.caller
    subqueue = matching.callers.subqueue_of(caller)
    return Choice(
        queue=caller.queue.name,
        policy="weighted" if matching.policy.holds else caller.queue.config.policy,
        skills=" or ".join(render(one) for one in (caller.expression, *caller.also)),
        level=subqueue.level(assignment.agent),
        asked_for=subqueue.only is assignment.agent,
        widened=caller.step,
        waited_s=now - caller.place_at,
    )
