"""Hold by a phone's own key: told, with music from the switch for the other side, and over in each way that it ends."""

from __future__ import annotations

import pytest

from calls.causes import Cause
from calls.commands import HangUp, Play, StartMusic
from calls.events import CallHeld, CallResumed, RecordingFinished, Unbridged
from switch.media_timeout import MediaTimeout
from tests.contract.conftest import REAL
from tests.contract.rig import Events, PickUp, Rig, Steps


@pytest.mark.parametrize("inactive", [False, True], ids=["sendonly", "inactive"])
async def test_hold_is_told_and_the_other_side_hears_music(
    rig: Rig, events: Events, steps: Steps, inactive: bool
) -> None:
    """By either way that phones have; the bridge stands, and nothing of ours plays that music."""
    caller, agent, attempt = await steps.talking()
    agent.speak()
    await caller.hears("agent")
    await agent.hold(inactive=inactive)
    assert await events.next(CallHeld) == CallHeld(agent.leg)
    await caller.hears("music")
    live = {leg.leg: leg for leg in await rig.switch.calls()}
    assert (live[agent.leg].held, live[caller.leg].held) == (True, False)
    assert live[agent.leg].bridge == live[caller.leg].bridge == attempt
    await agent.resume()
    assert await events.next(CallResumed) == CallResumed(agent.leg)
    await caller.hears("agent")
    caller.speak()
    await agent.hears("caller")
    assert not any(leg.held for leg in await rig.switch.calls())
    assert events.of(Unbridged) == []


async def test_a_caller_who_holds_is_told_too(events: Events, steps: Steps) -> None:
    caller, agent, _ = await steps.talking()
    await caller.hold()
    assert await events.next(CallHeld) == CallHeld(caller.leg)
    await agent.hears("music")
    await caller.resume()
    assert await events.next(CallResumed) == CallResumed(caller.leg)


async def test_hold_said_twice_is_told_once(events: Events, steps: Steps) -> None:
    _, agent, _ = await steps.talking()
    for _ in range(2):
        await agent.hold()
    await agent.resume()
    assert await events.next(CallResumed) == CallResumed(agent.leg)
    assert events.of(CallHeld) == [CallHeld(agent.leg)]


async def test_a_talk_that_ends_on_hold_leaves_a_caller_who_hears_prompts(
    rig: Rig, events: Events, steps: Steps
) -> None:
    """The music of the hold ends with the talk, by whomever it is ended."""
    for by_us in (False, True):
        caller, agent, attempt = await steps.talking()
        await agent.hold()
        await events.next(CallHeld)
        await caller.hears("music")
        if by_us:
            rig.switch.send(HangUp(agent.leg))
        else:
            await agent.hang_up()
        assert await events.next(Unbridged) == Unbridged(attempt, (caller.leg,))
        await caller.hears_nothing()
        rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("high"),)))
        await caller.hears("high")
        await caller.hang_up()
        await events.ended(caller.leg)


async def test_a_held_caller_can_be_placed_elsewhere(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    await agent.hold()
    await events.next(CallHeld)
    await caller.hears("music")
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    assert await events.next(Unbridged) == Unbridged(attempt, (agent.leg,))
    rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("high"),)))
    await caller.hears("high")


async def test_a_recording_goes_on_without_the_music(rig: Rig, events: Events, steps: Steps) -> None:
    """The caller's side has what the caller says, on hold too, and never the music that they hear."""
    caller, agent, attempt = await steps.talking("held")
    agent.speak()
    await caller.hears("agent")
    agent.hush()
    await agent.hold()
    await events.next(CallHeld)
    await caller.hears("music")
    caller.speak()
    await rig.pause(1.0)
    caller.hush()
    await agent.resume()
    await events.next(CallResumed)
    await agent.hang_up()
    done = await events.next(RecordingFinished)
    assert done.attempt == attempt
    recorded = rig.recorded(done.path)
    assert recorded.left == {"caller"}
    assert recorded.right <= {"agent"}


@pytest.mark.parametrize("rig", REAL, indirect=True)
async def test_a_phone_that_sends_nothing_while_it_holds_is_not_taken_for_dead(
    rig: Rig, events: Events, steps: Steps
) -> None:
    """It has the time of holding, which is longer than that of talking."""
    caller, agent, _ = await steps.talking()
    await agent.hold()
    await events.next(CallHeld)
    await rig.pause(MediaTimeout().talking_s + 3.0)
    await caller.hears("music")
    await agent.resume()
    await events.next(CallResumed)
    agent.speak()
    await caller.hears("agent")


@pytest.mark.parametrize("rig", REAL, indirect=True)
async def test_a_phone_that_is_gone_after_it_has_held_is_noticed_in_the_time_of_talking(
    rig: Rig, events: Events, steps: Steps
) -> None:
    caller, agent, attempt = await steps.talking()
    await agent.hold()
    await events.next(CallHeld)
    await rig.pause(1.0)
    await agent.resume()
    await events.next(CallResumed)
    agent.speak()
    await caller.hears("agent")
    await rig.pause(MediaTimeout().talking_s + 3.0)
    await caller.hears("agent")  # who goes on speaking stays
    await (await rig.phone("1001", PickUp())).unplug()
    assert (await events.ended(agent.leg, MediaTimeout().talking_s * 1.5)).cause is Cause.TIMED_OUT
    assert (await events.next(Unbridged)).attempt == attempt
    assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


async def test_a_hold_outlives_the_controller(rig: Rig, events: Events, steps: Steps) -> None:
    """Held in the gap or before it: the next controller is told by what is live, and of its end as it comes."""
    caller, agent, _ = await steps.talking()
    await rig.cut_link()
    await agent.hold()
    await rig.restore_link()
    live = {leg.leg: leg for leg in await rig.switch.calls()}
    assert live[agent.leg].held
    await rig.forget()
    await agent.resume()
    assert await rig.events.next(CallResumed) == CallResumed(agent.leg)
    caller.speak()
    await agent.hears("caller")
