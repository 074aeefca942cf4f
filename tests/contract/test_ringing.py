"""Ringing told to a caller who is not answered, and what is said to one before any answer."""

from __future__ import annotations

from calls.causes import Cause
from calls.commands import Answer, EarlyMedia, HangUp, Play, Ring
from calls.events import CallAnswered, CallArrived, CommandDone, CommandFailed, PlaybackFinished
from calls.ids import LegId
from tests.contract.rig import Events, PickUp, Rig, Steps


async def test_a_caller_is_told_that_it_rings_and_is_answered_later(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await rig.call_in()
    attempt = steps.attempt()
    rig.switch.send(Ring(caller.leg, attempt))
    assert await events.outcome(attempt) == CommandDone(attempt, caller.leg)
    await caller.is_told_ringing()
    assert [leg.answered for leg in await rig.switch.calls()] == [False], "nothing is charged yet"
    rig.switch.send(Answer(caller.leg, answer := steps.attempt()))
    assert await events.outcome(answer) == CallAnswered(caller.leg, answer)


async def test_ringing_on_a_leg_that_is_gone_fails(rig: Rig, events: Events, steps: Steps) -> None:
    attempt = steps.attempt()
    rig.switch.send(Ring(LegId("nobody"), attempt))
    failed = await events.outcome(attempt)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "leg_gone"


async def test_words_before_any_answer_and_then_the_cause(rig: Rig, events: Events, steps: Steps) -> None:
    """As an agent hears why their call comes to nothing, after it rang."""
    phone = await rig.phone("1001", PickUp())
    await phone.dial("1002")
    leg = (await events.next(CallArrived)).leg
    rig.switch.send(Ring(leg, steps.attempt()))
    rig.switch.send(EarlyMedia(leg, steps.attempt()))
    prompt = steps.attempt()
    rig.switch.send(Play(leg, prompt, (rig.clip("high"),)))
    assert isinstance(await events.outcome(prompt), PlaybackFinished)
    assert not any(live.answered for live in await rig.switch.calls())
    rig.switch.send(HangUp(leg, Cause.BUSY))
    assert (await events.ended(leg)).cause is Cause.BUSY
    assert events.of(CallAnswered) == []
