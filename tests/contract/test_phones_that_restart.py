"""A phone that starts anew without a goodbye is taken at once, and is the one that rings."""

from __future__ import annotations

import pytest

from calls.causes import Cause
from calls.commands import Originate
from calls.events import CallAnswered
from tests.contract.rig import Events, LeaveRinging, PickUp, Rig, Steps


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same port", "another port"])
async def test_it_rings_and_is_answered(rig: Rig, events: Events, steps: Steps, elsewhere: bool) -> None:
    phone = await rig.phone("1001", PickUp())
    for _ in range(3):  # as a phone with a loose plug
        await phone.restart(elsewhere=elsewhere)
        agent = await steps.answered_phone(phone)
        await agent.hang_up()
        await events.ended(agent.leg)


async def test_a_phone_that_restarts_while_it_rings_is_called_again(rig: Rig, events: Events, steps: Steps) -> None:
    phone = await rig.phone("1001", LeaveRinging())
    ringing = steps.leg()
    rig.switch.send(Originate(ringing, steps.attempt(), "phone:1001", "95001", "", 1.0))
    await rig.pause(0.3)
    await phone.restart()
    assert (await events.ended(ringing)).cause is not Cause.NORMAL
    assert events.of(CallAnswered) == []
    await rig.phone("1001", PickUp())
    await steps.answered_phone(phone)
