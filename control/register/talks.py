"""Talks: from the moment in which two hear each other until one is gone. Each has a row of its own in the log.

A call may have several, with one agent after another; a survey, a menu or music between and after them is no talk.
"""

from calls.causes import PARTED, Cause
from calls.ids import AgentId, Instant
from control.messages.log_commands import LogTalk
from control.register.call import Call, Talk
from control.register.register import Leg


def died(cause: Cause) -> bool:
    """Whether a talk whose other side ended so was cut off: nobody wanted its end.

    Of `lost` it is not known: the leg was gone after a gap, in which its phone may have hung up like any other.
    """
    return cause not in PARTED and cause is not Cause.LOST


def begin(call: Call, leg: Leg, agent: AgentId | None, now: Instant) -> None:
    """Both hear each other. `leg` is the other side's; `agent` is None where that is no agent."""
    assert call.bridge is not None  # the connection that stands now
    call.talks += 1
    call.bridge.talk = Talk(call.talks, now, leg.leg, leg.role, leg.party, agent, call.queue)


def end_hold(talk: Talk, now: Instant) -> None:
    """Nobody holds any more, or the talk is over: the time of this hold counts."""
    if talk.held_since is not None:
        talk.held_s += now - talk.held_since
    talk.held_since = talk.hold_alert_at = None


def end_mask(talk: Talk, now: Instant) -> None:
    """The recording is silent no more, or the talk is over: the time of this silence counts."""
    if talk.masked_since is not None:
        talk.masked_s += now - talk.masked_since
    talk.masked_since = None


def end(call: Call, cause: Cause, now: Instant, offset_s: float) -> LogTalk | None:
    """The talk is over, if there was one; `cause` ended it."""
    talk = call.talk
    if call.bridge is None or talk is None:
        return None
    call.bridge.talk = None
    call.recording.held = call.recording.left_out = False
    end_hold(talk, now)
    end_mask(talk, now)
    return LogTalk(
        call=call.call,
        number=talk.number,
        role=talk.role,
        agent=talk.agent,
        party=talk.party,
        queue=talk.queue,
        leg=talk.leg,
        began_at=talk.began_at + offset_s,
        ended_at=now + offset_s,
        cause=cause,
        holds=talk.holds,
        held_s=talk.held_s,
        masks=talk.masks,
        masked_s=talk.masked_s,
    )
