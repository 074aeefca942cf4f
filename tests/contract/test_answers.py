"""The same answer of a phone is the same cause on every switch, and leads nowhere else."""

from __future__ import annotations

import pytest

from calls.causes import Cause
from calls.commands import Originate
from calls.events import CallAnswered, CallArrived
from tests.contract.rig import Events, LeaveRinging, Refuse, Rig, Steps

_ANSWERS = {
    Cause.FORWARDED: [(301, None), (302, None)],
    Cause.WRONG_CREDENTIALS: [(401, None), (407, None)],
    Cause.BLOCKED: [(402, None), (403, None), (433, None), (436, None), (608, None), (608, 21)],
    Cause.INVALID_NUMBER: [(404, None), (404, 16), (410, None), (484, None), (604, None)],
    Cause.NO_ANSWER: [(408, None), (480, None), (480, 1), (480, 17)],
    Cause.BUSY: [(486, None), (486, 16), (600, None)],
    Cause.CANCELLED: [(487, None)],
    Cause.REJECTED: [(603, None), (603, 17)],
    Cause.UNWANTED: [(607, None)],
    Cause.CONGESTION: [(500, None), (502, None), (503, None), (503, 17), (504, None)],
    Cause.FAILED: [
        *((status, None) for status in (400, 420, 422, 481, 482, 483, 488, 489, 491, 493, 501, 505, 513, 580, 606)),
        (488, 17),
    ],
}


async def test_each_answer_has_its_cause_whatever_the_reason_beside_it(rig: Rig, events: Events, steps: Steps) -> None:
    told = {}
    for cause, answers in _ANSWERS.items():
        for status, q850 in answers:
            await rig.phone("1001", Refuse(status, q850))
            leg = steps.leg()
            rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
            told[status, q850] = (await events.ended(leg)).cause
            assert told[status, q850] is cause, (status, q850)
    assert events.of(CallAnswered) == []


@pytest.mark.parametrize("status", [300, 302, 305])
async def test_a_phone_that_forwards_is_not_followed(rig: Rig, events: Events, steps: Steps, status: int) -> None:
    await rig.phone("1001", Refuse(status))
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
    assert (await events.ended(leg)).cause is Cause.FORWARDED
    await rig.pause(0.5)
    assert events.of(CallArrived) == [], "nobody calls the number to which it forwards"
    assert list(await rig.switch.calls()) == []


async def test_a_phone_that_says_nothing_at_all_is_unreachable(rig: Rig, events: Events, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    await phone.unplug()
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 1.0))
    assert (await events.ended(leg)).cause is Cause.UNREACHABLE


async def test_a_caller_who_gives_up_before_the_answer_has_cancelled(rig: Rig, events: Events) -> None:
    caller = await rig.call_in()
    await caller.hang_up()
    assert (await events.ended(caller.leg)).cause is Cause.CANCELLED
