"""Sentences in pieces, on each switch: the beginning is heard while the rest is made, and the whole has one outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from calls.causes import Outcome
from calls.commands import Clip, Play, Sentence, StartMusic, Stop, SwitchCommand
from calls.events import LiveLeg, PlaybackFinished
from calls.ports import Sink
from speech.speaking_switch import SpeakingSwitch
from tests.contract.conftest import NOT_RECORDED
from tests.contract.rig import Events, Rig, Steps

pytestmark = pytest.mark.parametrize("rig", NOT_RECORDED, indirect=True)
TEXT = Sentence("您当前应还三百元", "zh-CN")


class Behind:
    """The rig's switch, which runs already, as one that is started by who stands before it."""

    name = "behind"

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    async def start(self, sink: Sink) -> None:
        self._rig.events.taken_by = sink

    def send(self, command: SwitchCommand) -> None:
        self._rig.switch.send(command)

    async def calls(self) -> Sequence[LiveLeg]:
        return await self._rig.switch.calls()

    async def close(self) -> None:
        self._rig.events.taken_by = None


class Slow:
    """A speaker whose second piece is there when the test says so."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.made = asyncio.Event()

    async def say(self, sentence: Sentence) -> AsyncGenerator[Clip]:
        yield self._rig.clip("high")
        await self.made.wait()
        yield self._rig.clip("low")


async def spoken(rig: Rig) -> tuple[SpeakingSwitch, Slow, Events]:
    """A switch that speaks, and what it tells."""
    speaker, told = Slow(rig), Events()
    switch = SpeakingSwitch(Behind(rig), speaker)
    await switch.start(told.sink)
    return switch, speaker, told


async def test_the_beginning_is_heard_before_the_rest_is_there(rig: Rig, steps: Steps) -> None:
    switch, speaker, told = await spoken(rig)
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    switch.send(Play(caller.leg, attempt, (TEXT,)))
    await caller.hears("high")
    speaker.made.set()
    await caller.hears("low")
    event = await told.outcome(attempt)
    assert isinstance(event, PlaybackFinished)
    assert event.outcome is Outcome.FINISHED
    assert [one.attempt for one in told.of(PlaybackFinished)] == [attempt], "the pieces are nobody's business"
    await switch.close()


async def test_a_stop_ends_all_of_it(rig: Rig, steps: Steps) -> None:
    switch, speaker, told = await spoken(rig)
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    switch.send(Play(caller.leg, attempt, (TEXT,)))
    await caller.hears("high")
    switch.send(Stop(caller.leg, attempt))
    speaker.made.set()
    event = await told.outcome(attempt)
    assert isinstance(event, PlaybackFinished)
    assert event.outcome is Outcome.STOPPED
    await caller.hears_nothing()
    await switch.close()


async def test_music_that_is_ordered_meanwhile_follows(rig: Rig, steps: Steps) -> None:
    switch, speaker, told = await spoken(rig)
    caller = await steps.answered_caller()
    attempt, music = steps.attempt(), steps.attempt()
    switch.send(Play(caller.leg, attempt, (TEXT,)))
    await caller.hears("high")
    switch.send(StartMusic(caller.leg, music))
    speaker.made.set()
    await caller.hears("low")
    await told.outcome(music)
    await told.outcome(attempt)
    await caller.hears("music")
    await switch.close()


async def test_the_caller_goes_between_the_pieces(rig: Rig, steps: Steps) -> None:
    switch, _, told = await spoken(rig)
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    switch.send(Play(caller.leg, attempt, (TEXT,)))
    await caller.hears("high")
    await caller.hang_up()
    ended = await told.ended(caller.leg)
    event = await told.outcome(attempt)
    assert isinstance(event, PlaybackFinished)
    assert event.outcome is not Outcome.FINISHED
    assert told.after(ended) == []
    await switch.close()
