"""Which step of a call was late or lost when its talk was not heard both ways: a pure decision, in a call's own order.

From the INVITE at the agent's phone to the first packet of each voice at the other's phone, each step belongs to one
part: a phone, Asterisk, or the controller. The first that did not happen is what was lost; where all happened, the one
that took longest was late. A part of the bench itself that stood still meanwhile is named before anybody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.stalls import Stall, longest_within

HEARD_WITHIN_S = 0.3
"""Of the moment from which both are in their bridge."""


@dataclass(frozen=True)
class Steps:
    """Instants of one call, time.monotonic() of one machine; None: that did not happen, or nobody saw it."""

    failure: str = ""
    """Why the caller gave up; empty: the far end hung up in good order."""
    rung_at: float | None = None
    """INVITE at the agent's phone."""
    picked_up_at: float | None = None
    """200 of the agent's phone."""
    told_at: float | None = None
    """StasisStart of the agent's leg, seen on the link."""
    asked_at: float | None = None
    """The controller's request to put both into a bridge, seen on the link."""
    bridged_at: float | None = None
    """ChannelEnteredBridge of the second one, seen on the link."""
    caller_heard_at: float | None = None
    agent_heard_at: float | None = None
    ended_at: float | None = None
    phones_stalls: Sequence[Stall] = ()
    link_stalls: Sequence[Stall] = ()


def is_heard(bridged_at: float | None, caller_heard_at: float | None, agent_heard_at: float | None) -> bool:
    """Whether both voices arrived in time. One that arrived before the bridge was told of is in time, too."""
    if bridged_at is None or caller_heard_at is None or agent_heard_at is None:
        return False
    return max(caller_heard_at, agent_heard_at) <= bridged_at + HEARD_WITHIN_S


def fault(steps: Steps) -> str:
    """The step that was late or lost, in words; empty: both heard each other in time."""
    if is_heard(steps.bridged_at, steps.caller_heard_at, steps.agent_heard_at):
        return ""
    lost = _lost(steps)
    if lost:
        return f"{lost} ({steps.failure})" if steps.failure else lost
    assert steps.bridged_at is not None
    if steps.rung_at is None:
        return "both were in a bridge, and no phone of the bench rang for this caller"
    due_at = steps.bridged_at + HEARD_WITHIN_S
    for whose, stalls in (("the phones", steps.phones_stalls), ("the tap of the link", steps.link_stalls)):
        stood_s = longest_within(stalls, steps.rung_at, due_at)
        if stood_s:
            return f"{whose} stood still for {stood_s * 1e3:.0f} ms"
    if steps.ended_at is not None and steps.ended_at < due_at:
        what, took_s = _slowest(steps)
        left_ms = (steps.ended_at - steps.bridged_at) * 1e3
        return f"the talk ended {left_ms:.0f} ms after its bridge: {what} took {took_s * 1e3:.0f} ms"
    return "; ".join(
        _unheard(whom, at, steps.bridged_at)
        for whom, at in (("the agent", steps.caller_heard_at), ("the caller", steps.agent_heard_at))
        if at is None or at > due_at
    )


def kind_of(fault: str) -> str:
    """The fault without what is of one call only, to count by: figures and the caller's reason."""
    return " ".join("…" if word.lstrip("-").isdecimal() else word for word in fault.partition(" (")[0].split())


def _lost(steps: Steps) -> str:
    """The first step that did not happen before the bridge; empty: they are in it."""
    if steps.bridged_at is not None:
        return ""
    for at, what in (
        (steps.rung_at, "no agent's phone was rung"),
        (steps.picked_up_at, "the agent's phone rang and was not picked up"),
        (steps.told_at, "Asterisk did not tell that the agent's phone had answered"),
        (steps.asked_at, "the controller did not ask for the bridge"),
    ):
        if at is None:
            return what
    return "Asterisk did not put both into the bridge"


def _slowest(steps: Steps) -> tuple[str, float]:
    """Of the steps whose ends were both seen."""
    names = (
        (steps.rung_at, "the agent's phone"),
        (steps.picked_up_at, "Asterisk's word of the answer"),
        (steps.told_at, "the controller's request for the bridge"),
        (steps.asked_at, "Asterisk's bridge"),
    )
    ends = [at for at, _ in names[1:]] + [steps.bridged_at]
    took = [
        (until - since, what) for (since, what), until in zip(names, ends, strict=True) if since is not None and until
    ]
    took_s, what = max(took, default=(0.0, "a step that nobody saw"))
    return what, took_s


def _unheard(whom: str, at: float | None, bridged_at: float) -> str:
    if at is None:
        return f"{whom} was never heard, though both were in the bridge: Asterisk passed no sound on"
    return f"{whom} was heard {(at - bridged_at) * 1e3:.0f} ms after the bridge: Asterisk passed sound on late"
