"""The phone's own Transfer key: the house is asked, the switch itself moves nobody, and a caller may not ask at all."""

from __future__ import annotations

import pytest

from calls.commands import Bridge, HangUp, ReportTransfer, StartMusic
from calls.events import Bridged, CallArrived, CallHeld, CommandDone, CommandFailed, TransferRequested, Unbridged
from tests.contract.rig import Events, PickUp, Rig, Steps


@pytest.mark.parametrize("to", ["1002", "+8613900139000", "front_desk", "*61", "1002@10.1.2.3"])
async def test_an_agent_s_key_is_told_and_the_talk_goes_on(rig: Rig, events: Events, steps: Steps, to: str) -> None:
    """Of an address the name before the @ alone: no host of the phone's is ever called."""
    caller, agent, attempt = await steps.talking()
    assert await agent.refer(to) is rig.tells_transfers
    assert await events.next(TransferRequested) == TransferRequested(agent.leg, to.partition("@")[0], "phone")
    caller.speak()
    await agent.hears("caller")
    agent.speak()
    await caller.hears("agent")
    assert events.of(Unbridged) == []
    assert len(events.of(CallArrived)) == 1
    assert {leg.leg: leg.bridge for leg in await rig.switch.calls()} == {caller.leg: attempt, agent.leg: attempt}


@pytest.mark.parametrize("progress", ["done", "refused"])
async def test_the_phone_is_told_what_becomes_of_it(rig: Rig, events: Events, steps: Steps, progress: str) -> None:
    _, agent, _ = await steps.talking()
    await agent.refer("1002")
    await events.next(TransferRequested)
    told = steps.attempt()
    rig.switch.send(ReportTransfer(agent.leg, told, progress))  # type: ignore[arg-type]  # one of both words
    assert await events.outcome(told) == CommandDone(told, agent.leg)
    if rig.tells_transfers:
        assert await agent.transferred() is (progress == "done")
    assert events.of(Unbridged) == []


async def test_the_other_side_goes_on_while_the_phone_is_told_and_hung_up(
    rig: Rig, events: Events, steps: Steps
) -> None:
    """All at once, as the house orders it: music, the report, the end."""
    caller, agent, attempt = await steps.talking()
    await agent.refer("1002")
    await events.next(TransferRequested)
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    rig.switch.send(ReportTransfer(agent.leg, steps.attempt(), "done"))
    rig.switch.send(HangUp(agent.leg))
    await events.ended(agent.leg)
    assert (await events.next(Unbridged)).attempt == attempt
    if rig.tells_transfers:
        assert await agent.transferred()
    await agent.gone()
    await caller.hears("music")
    assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


async def test_a_key_is_told_again_after_one_that_was_refused(rig: Rig, events: Events, steps: Steps) -> None:
    _, agent, _ = await steps.talking()
    for to in ("1002", "1003"):
        await agent.refer(to)
        assert (await events.next(TransferRequested)).to == to
        rig.switch.send(ReportTransfer(agent.leg, steps.attempt(), "refused"))
        if rig.tells_transfers:
            assert not await agent.transferred()


async def test_a_second_call_of_the_phone_is_named(rig: Rig, events: Events, steps: Steps) -> None:
    """REFER with Replaces: the address says nothing, and who is named may be anybody, as far as the switch knows."""
    _, agent, attempt = await steps.talking()
    other = await steps.answered_phone(await rig.phone("1002", PickUp()))
    assert await agent.refer("1003", other) is rig.tells_transfers
    assert await events.next(TransferRequested) == TransferRequested(agent.leg, "1003", "phone", replaces=other.leg)
    assert events.of(Unbridged) == []
    assert {leg.leg: leg.bridge for leg in await rig.switch.calls()}[agent.leg] == attempt


async def test_a_second_call_that_is_gone_is_refused_and_nobody_asked(rig: Rig, events: Events, steps: Steps) -> None:
    _, agent, _ = await steps.talking()
    other = await steps.answered_phone(await rig.phone("1002", PickUp()))
    await other.hang_up()
    await events.ended(other.leg)
    assert not await agent.refer("1003", other) or not await agent.transferred()
    assert events.of(TransferRequested) == []


async def test_both_far_sides_are_joined_out_of_both_calls(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, first = await steps.talking()
    own = await steps.answered_phone(await rig.phone("1003", PickUp()))
    other = await steps.answered_phone(await rig.phone("1002", PickUp()))
    second, joined = steps.attempt(), steps.attempt()
    rig.switch.send(Bridge(second, own.leg, other.leg))
    await events.next(Bridged, lambda event: event.attempt == second)
    await agent.hold()
    await events.next(CallHeld)
    own.speak()
    await other.hears("agent")
    rig.switch.send(Bridge(joined, caller.leg, other.leg))
    rig.switch.send(HangUp(agent.leg))
    rig.switch.send(HangUp(own.leg))
    await events.next(Bridged, lambda event: event.attempt == joined)
    caller.speak()
    await other.hears("caller")
    assert {event.attempt for event in [await events.next(Unbridged) for _ in range(2)]} == {first, second}
    assert {leg.leg: leg.bridge for leg in await rig.switch.calls()} == {caller.leg: joined, other.leg: joined}


async def test_a_caller_moves_nobody(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, _ = await steps.talking()
    assert not await caller.refer("1002")
    caller.speak()
    await agent.hears("caller")
    assert events.of(TransferRequested) == []


async def test_a_report_to_a_phone_that_is_gone_fails(rig: Rig, events: Events, steps: Steps) -> None:
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    await agent.hang_up()
    await events.ended(agent.leg)
    told = steps.attempt()
    rig.switch.send(ReportTransfer(agent.leg, told, "done"))
    failed = await events.outcome(told)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "leg_gone"
