"""What breaks: legs that die under an order, an ear that is not there, one outcome for each order all the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from calls.commands import Answer, HangUp, Listen, Play, StartMusic, StopMusic
from calls.events import CallAnswered, CallEnded, CommandDone, CommandFailed, PlaybackFinished
from tests.contract.rig import Events, Rig, Steps


async def test_listening_is_not_a_switchs_own(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Listen(caller.leg, attempt, "zh-CN"))
    failed = await events.outcome(attempt)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "unsupported"


@pytest.mark.timeout(180)
async def test_a_leg_that_dies_under_its_commands_gives_each_one_outcome(
    rig: Rig, events: Events, steps: Steps
) -> None:
    """50 callers who hang up from 4 ms before to 4 ms after we answer, play and put them into music."""
    chance = Random(11)
    commands = 0
    for number in range(50):
        caller = await rig.call_in(caller=f"1390000{number:04d}")
        answer, play, on, off = (steps.attempt() for _ in range(4))
        offset_s = chance.uniform(-0.004, 0.004)
        hangup = asyncio.create_task(caller.hang_up())
        await rig.pause(max(0.0, offset_s))
        rig.switch.send(Answer(caller.leg, answer))
        rig.switch.send(Play(caller.leg, play, (rig.clip("low"),)))
        rig.switch.send(StartMusic(caller.leg, on))
        rig.switch.send(StopMusic(caller.leg, off))
        commands += 4
        await hangup
        await events.ended(caller.leg)
        for attempt in (play, on, off):
            await events.outcome(attempt)
    told = Counter(
        event.attempt
        for event in events.all
        if isinstance(event, PlaybackFinished | CommandDone | CommandFailed | CallAnswered)
    )
    assert set(told.values()) == {1}
    # An Answer whose leg ended first has CallEnded for its outcome: three or four for each caller.
    assert commands - 50 <= len(told) <= commands
    ended = Counter(event.leg for event in events.of(CallEnded))
    assert len(ended) == 50
    assert set(ended.values()) == {1}
    assert list(await rig.switch.calls()) == []


async def test_a_hangup_while_everything_goes_on(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    play = steps.attempt()
    rig.switch.send(Play(caller.leg, play, (rig.clip("low"),)))
    rig.switch.send(HangUp(caller.leg))
    await events.ended(caller.leg)
    assert isinstance(await events.outcome(play), PlaybackFinished)
