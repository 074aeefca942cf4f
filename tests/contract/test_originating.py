"""Calls out: answered, refused, not answered, withdrawn, impossible; and what is seen of phones meanwhile."""

from __future__ import annotations

import pytest

from calls.causes import Cause, DeviceState
from calls.commands import HangUp, Originate
from calls.events import AgentDeviceChanged, CallAnswered, CallEnded, CallRinging
from tests.contract.rig import Busy, Decline, Events, LeaveRinging, PickUp, Reaction, Rig, Steps


async def test_a_phone_rings_and_is_answered(rig: Rig, events: Events, steps: Steps) -> None:
    await rig.phone("1001", PickUp(after_s=0.2))
    leg, attempt = steps.leg(), steps.attempt()
    rig.switch.send(Originate(leg, attempt, "phone:1001", "13800000001", '客户 "王" <x>', 20.0))
    assert await events.next(CallRinging) == CallRinging(leg)
    assert await events.outcome(attempt) == CallAnswered(leg, attempt)
    live = list(await rig.switch.calls())
    assert [(leg.leg, leg.answered, leg.inbound, leg.device) for leg in live] == [(leg, True, False, "1001")]


@pytest.mark.parametrize(
    ("reaction", "ring_s", "cause"),
    [
        (Busy(after_s=0.1), 20.0, Cause.BUSY),
        (Decline(after_s=0.1), 20.0, Cause.REJECTED),
        (LeaveRinging(), 0.5, Cause.NO_ANSWER),
    ],
)
async def test_it_is_not_answered(
    rig: Rig, events: Events, steps: Steps, reaction: Reaction, ring_s: float, cause: Cause
) -> None:
    await rig.phone("1001", reaction)
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", ring_s))
    assert (await events.ended(leg)).cause is cause
    assert events.of(CallAnswered) == []


@pytest.mark.parametrize("to", ["phone:1003", "phone:none", "tel:+861012345678"])
async def test_nobody_can_be_reached_there(rig: Rig, events: Events, steps: Steps, to: str) -> None:
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), to, "95001", "", 20.0))
    away = Cause.UNREACHABLE if to.startswith("phone:") else Cause.TRUNK_UNREACHABLE
    assert (await events.ended(leg)).cause is away


async def test_it_is_withdrawn_while_it_rings(rig: Rig, events: Events, steps: Steps) -> None:
    await rig.phone("1001", LeaveRinging())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
    await events.next(CallRinging)
    rig.switch.send(HangUp(leg))
    assert (await events.ended(leg)).cause is Cause.CANCELLED


async def test_it_is_withdrawn_at_once(rig: Rig, events: Events, steps: Steps) -> None:
    await rig.phone("1001", LeaveRinging())
    for _ in range(10):
        leg = steps.leg()
        rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
        rig.switch.send(HangUp(leg))
        assert (await events.ended(leg)).cause is Cause.CANCELLED
    assert list(await rig.switch.calls()) == []
    assert events.of(CallAnswered) == []


async def test_the_same_command_twice_is_one_call(rig: Rig, events: Events, steps: Steps) -> None:
    await rig.phone("1001", PickUp(after_s=0.2))
    order = Originate(steps.leg(), steps.attempt(), "phone:1001", "95001", "", 20.0)
    rig.switch.send(order)
    rig.switch.send(order)
    await events.outcome(order.attempt)
    assert len(await rig.switch.calls()) == 1
    assert events.of(CallEnded) == []


async def test_the_phone_hangs_up(rig: Rig, events: Events, steps: Steps) -> None:
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    await agent.hang_up()
    assert (await events.ended(agent.leg)).cause is Cause.NORMAL


async def test_phones_are_seen_ringing_busy_and_idle(rig: Rig, events: Events, steps: Steps) -> None:
    agent = await steps.answered_phone(await rig.phone("1001", PickUp(after_s=0.2)))
    await events.next(AgentDeviceChanged, lambda event: event.device == "1001" and event.state is DeviceState.BUSY)
    await agent.hang_up()
    await events.next(
        AgentDeviceChanged,
        lambda event: event.state is DeviceState.IDLE and event in events.after(events.of(CallAnswered)[0]),
    )
    seen = [event.state for event in events.of(AgentDeviceChanged, lambda event: event.device == "1001")]
    assert seen[-4:] == [DeviceState.IDLE, DeviceState.RINGING, DeviceState.BUSY, DeviceState.IDLE]
