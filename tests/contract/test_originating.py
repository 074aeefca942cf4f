"""Calls out: answered, refused, not answered, withdrawn, impossible; and what is seen of phones meanwhile."""

from __future__ import annotations

import pytest

from calls.causes import Cause, DeviceState
from calls.commands import HangUp, Originate
from calls.events import AgentDeviceChanged, CallAnswered, CallEnded, CallRinging
from tests.contract.rig import Busy, Decline, Facts, LeaveRinging, PickUp, Reaction, Rig, Steps


async def test_a_phone_rings_and_is_answered(rig: Rig, facts: Facts, steps: Steps) -> None:
    await rig.phone("1001", PickUp(after_s=0.2))
    leg, attempt = steps.leg(), steps.attempt()
    rig.switch.send(Originate(leg, attempt, "phone:1001", "13800000001", '客户 "王" <x>', 20.0))
    assert await facts.next(CallRinging) == CallRinging(leg)
    assert await facts.outcome(attempt) == CallAnswered(leg, attempt)
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
    rig: Rig, facts: Facts, steps: Steps, reaction: Reaction, ring_s: float, cause: Cause
) -> None:
    await rig.phone("1001", reaction)
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", ring_s))
    assert (await facts.ended(leg)).cause is cause
    assert facts.of(CallAnswered) == []


@pytest.mark.parametrize("to", ["phone:1003", "phone:none", "tel:+861012345678"])
async def test_nobody_can_be_reached_there(rig: Rig, facts: Facts, steps: Steps, to: str) -> None:
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), to, "95001", "", 20.0))
    away = Cause.UNREACHABLE if to.startswith("phone:") else Cause.TRUNK_UNREACHABLE
    assert (await facts.ended(leg)).cause is away


async def test_it_is_withdrawn_while_it_rings(rig: Rig, facts: Facts, steps: Steps) -> None:
    await rig.phone("1001", LeaveRinging())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
    await facts.next(CallRinging)
    rig.switch.send(HangUp(leg))
    assert (await facts.ended(leg)).cause is Cause.CANCELLED


async def test_it_is_withdrawn_at_once(rig: Rig, facts: Facts, steps: Steps) -> None:
    await rig.phone("1001", LeaveRinging())
    for _ in range(10):
        leg = steps.leg()
        rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0))
        rig.switch.send(HangUp(leg))
        assert (await facts.ended(leg)).cause is Cause.CANCELLED
    assert list(await rig.switch.calls()) == []
    assert facts.of(CallAnswered) == []


async def test_the_same_order_twice_is_one_call(rig: Rig, facts: Facts, steps: Steps) -> None:
    await rig.phone("1001", PickUp(after_s=0.2))
    order = Originate(steps.leg(), steps.attempt(), "phone:1001", "95001", "", 20.0)
    rig.switch.send(order)
    rig.switch.send(order)
    await facts.outcome(order.attempt)
    assert len(await rig.switch.calls()) == 1
    assert facts.of(CallEnded) == []


async def test_the_phone_hangs_up(rig: Rig, facts: Facts, steps: Steps) -> None:
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    await agent.hang_up()
    assert (await facts.ended(agent.leg)).cause is Cause.NORMAL


async def test_phones_are_seen_ringing_busy_and_idle(rig: Rig, facts: Facts, steps: Steps) -> None:
    agent = await steps.answered_phone(await rig.phone("1001", PickUp(after_s=0.2)))
    await facts.next(AgentDeviceChanged, lambda fact: fact.device == "1001" and fact.state is DeviceState.BUSY)
    await agent.hang_up()
    await facts.next(
        AgentDeviceChanged,
        lambda fact: fact.state is DeviceState.IDLE and fact in facts.after(facts.of(CallAnswered)[0]),
    )
    seen = [fact.state for fact in facts.of(AgentDeviceChanged, lambda fact: fact.device == "1001")]
    assert seen[-4:] == [DeviceState.IDLE, DeviceState.RINGING, DeviceState.BUSY, DeviceState.IDLE]
