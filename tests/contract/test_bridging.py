"""Two legs that hear each other; who survives when one goes; and moving a leg from one talk to another."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from calls.causes import Outcome
from calls.commands import Answer, Bridge, HangUp, Play, StartMusic
from calls.events import Bridged, CallAnswered, CallEnded, CommandFailed, PlaybackFinished, Unbridged
from calls.ids import LegId
from tests.contract.rig import Events, PickUp, Rig, Steps


async def test_both_hear_each_other(rig: Rig, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    caller.speak()
    await agent.hears("caller")
    caller.hush()
    agent.speak()
    await caller.hears("agent")
    live = {leg.leg: leg for leg in await rig.switch.calls()}
    assert live[caller.leg].bridged_with == agent.leg
    assert live[agent.leg].bridged_with == caller.leg
    assert live[caller.leg].bridge == live[agent.leg].bridge == attempt


async def test_an_answer_and_a_bridge_are_ordered_together(rig: Rig, events: Events, steps: Steps) -> None:
    """An agent may pick up before it is known that the caller was answered."""
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    caller = await rig.call_in()
    answer, talk = steps.attempt(), steps.attempt()
    rig.switch.send(Answer(caller.leg, answer))
    rig.switch.send(Bridge(talk, caller.leg, agent.leg))
    assert await events.outcome(answer) == CallAnswered(caller.leg, answer)
    assert await events.outcome(talk) == Bridged(talk, (caller.leg, agent.leg))
    caller.speak()
    await agent.hears("caller")


async def test_the_agent_goes_and_the_caller_stays(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    await agent.hang_up()
    assert await events.next(Unbridged) == Unbridged(attempt, (caller.leg,))
    await caller.hears_nothing()
    prompt = steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    await caller.hears("high")
    event = await events.outcome(prompt)
    assert isinstance(event, PlaybackFinished)
    assert event.outcome is Outcome.FINISHED


async def test_a_prompt_ordered_as_the_agent_goes_is_heard(rig: Rig, events: Events, steps: Steps) -> None:
    """Eight times, the moment that the agent's end is told: the caller may still be on the way out of the talk."""
    caller = await steps.answered_caller()
    phone = await rig.phone("1001", PickUp())
    for _ in range(8):
        agent = await steps.answered_phone(phone)
        talk, prompt = steps.attempt(), steps.attempt()
        rig.switch.send(Bridge(talk, caller.leg, agent.leg))
        await events.next(Bridged)
        await agent.hang_up()
        await events.ended(agent.leg)
        rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
        played = await events.outcome(prompt)
        assert isinstance(played, PlaybackFinished)
        assert played.outcome is Outcome.FINISHED
        assert await events.next(Unbridged) == Unbridged(talk, (caller.leg,))


async def test_the_caller_goes_and_the_agent_stays(events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    await caller.hang_up()
    assert await events.next(Unbridged) == Unbridged(attempt, (agent.leg,))


async def test_we_hang_up_one_side(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    rig.switch.send(HangUp(agent.leg))
    assert await events.next(Unbridged) == Unbridged(attempt, (caller.leg,))


async def test_both_go_at_once(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    rig.switch.send(HangUp(caller.leg))
    rig.switch.send(HangUp(agent.leg))
    assert (await events.next(Unbridged)).attempt == attempt
    await events.ended(caller.leg)
    await events.ended(agent.leg)
    assert list(await rig.switch.calls()) == []


async def test_a_prompt_and_music_end_for_it(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    prompt = steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("low"),)))
    await caller.hears("low")
    rig.switch.send(Bridge(steps.attempt(), caller.leg, agent.leg))
    await events.next(Bridged)
    stopped = await events.outcome(prompt)
    assert isinstance(stopped, PlaybackFinished)
    assert stopped.outcome is Outcome.STOPPED
    agent.speak()
    await caller.hears("agent")
    await agent.hang_up()
    await events.next(Unbridged)
    await caller.hears_nothing()


async def test_music_for_one_side_takes_the_talk_apart(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    assert await events.next(Unbridged) == Unbridged(attempt, (agent.leg,))
    await caller.hears("music")


async def test_a_leg_moves_to_another_talk(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, first = await steps.talking()
    other = await steps.answered_phone(await rig.phone("1002", PickUp()), "supervisor")
    second = steps.attempt()
    rig.switch.send(Bridge(second, caller.leg, other.leg))
    assert (await events.next(Bridged, lambda event: event.attempt == second)).legs == (caller.leg, other.leg)
    assert await events.next(Unbridged) == Unbridged(first, (agent.leg,))
    other.speak()
    await caller.hears("supervisor")
    await agent.hears_nothing()


async def test_bridging_with_nobody_fails_and_leaves_the_other(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Bridge(attempt, caller.leg, LegId("nobody")))
    failed = await events.outcome(attempt)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "leg_gone"
    assert [leg.leg for leg in await rig.switch.calls()] == [caller.leg]


@pytest.mark.timeout(180)
async def test_a_hangup_at_the_same_moment_leaves_no_orphan(rig: Rig, events: Events, steps: Steps) -> None:
    """50 times, with the hangup from 3 ms before to 3 ms after the order: one outcome each, and the caller is whole."""
    chance = Random(7)
    caller = await steps.answered_caller()
    phone = await rig.phone("1001", PickUp())
    for _ in range(50):
        agent = await steps.answered_phone(phone)
        attempt = steps.attempt()
        offset_s = chance.uniform(-0.003, 0.003)
        hangup = asyncio.create_task(agent.hang_up())
        await rig.pause(max(0.0, offset_s))
        rig.switch.send(Bridge(attempt, caller.leg, agent.leg))
        outcome = await events.outcome(attempt)
        if isinstance(outcome, Bridged):
            assert await events.next(Unbridged) == Unbridged(attempt, (caller.leg,))
        else:
            assert isinstance(outcome, CommandFailed)
            assert outcome.reason in ("leg_gone", "refused")
        await hangup
        await events.ended(agent.leg)
        assert [(leg.leg, leg.bridge) for leg in await rig.switch.calls()] == [(caller.leg, None)]
    assert events.of(CallEnded, lambda event: event.leg == caller.leg) == []
    prompt = steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    await caller.hears("high")
