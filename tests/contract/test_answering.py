"""A call comes in, is answered, and ends; and what is ordered of a leg that is not there."""

from __future__ import annotations

import pytest

from calls.causes import Cause
from calls.commands import Answer, EarlyMedia, HangUp, Play, Redirect
from calls.events import CallAnswered, CallArrived, CallEnded, CommandDone, CommandFailed
from calls.ids import LegId
from tests.contract.rig import Events, PickUp, Rig, Steps


async def test_a_call_arrives_with_its_numbers_and_name(rig: Rig, events: Events) -> None:
    await rig.call_in("4008001234", "13912345678", "张三")
    arrived = events.of(CallArrived)[0]
    assert (arrived.called, arrived.caller, arrived.caller_name, arrived.device) == (
        "4008001234",
        "13912345678",
        "张三",
        None,
    )


async def test_a_call_of_an_agent_names_the_phone(rig: Rig, events: Events) -> None:
    phone = await rig.phone("1001", PickUp())
    await phone.dial("*45")
    arrived = await events.next(CallArrived)
    assert (arrived.called, arrived.device) == ("*45", "1001")


async def test_answer(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await rig.call_in()
    attempt = steps.attempt()
    rig.switch.send(Answer(caller.leg, attempt))
    assert events.of(CallAnswered) == []  # never before `send` has returned
    assert await events.outcome(attempt) == CallAnswered(caller.leg, attempt)


async def test_early_media_is_heard_before_the_answer(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await rig.call_in()
    early = steps.attempt()
    rig.switch.send(EarlyMedia(caller.leg, early))
    rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("low"),)))
    assert await events.outcome(early) == CommandDone(early, caller.leg)
    await caller.hears("low")
    assert [leg.answered for leg in await rig.switch.calls()] == [False]


async def test_the_far_end_hangs_up(events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await caller.hang_up()
    assert (await events.ended(caller.leg)).cause is Cause.NORMAL


async def test_we_hang_up(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(HangUp(caller.leg))
    assert (await events.ended(caller.leg)).cause is Cause.NORMAL
    await caller.gone()
    assert list(await rig.switch.calls()) == []


async def test_a_caller_can_be_turned_away_unanswered(rig: Rig, events: Events) -> None:
    caller = await rig.call_in()
    rig.switch.send(HangUp(caller.leg, Cause.BUSY))
    assert (await events.ended(caller.leg)).cause is Cause.BUSY
    await caller.gone()


async def test_a_leg_ends_once(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(HangUp(caller.leg))
    rig.switch.send(HangUp(caller.leg))
    await events.ended(caller.leg)
    second = await steps.answered_caller()  # whatever was on its way has come by now
    assert len(events.of(CallEnded, lambda event: event.leg == caller.leg)) <= 2
    assert second.leg != caller.leg


@pytest.mark.parametrize("order", [Answer, EarlyMedia])
async def test_a_command_to_nobody_fails(
    rig: Rig, events: Events, steps: Steps, order: type[Answer] | type[EarlyMedia]
) -> None:
    attempt = steps.attempt()
    rig.switch.send(order(LegId("nobody"), attempt))
    failed = await events.outcome(attempt)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "leg_gone"


async def test_hanging_up_nobody_is_told_as_an_end(rig: Rig, events: Events) -> None:
    rig.switch.send(HangUp(LegId("nobody")))
    assert (await events.ended(LegId("nobody"))).cause is Cause.LOST


async def test_a_leg_given_away_ends_here_and_goes_on_there(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await rig.phone("1001", PickUp())
    rig.switch.send(Redirect(caller.leg, steps.attempt(), "phone:1001"))
    assert (await events.ended(caller.leg)).cause is Cause.TRANSFERRED
    assert list(await rig.switch.calls()) == []
