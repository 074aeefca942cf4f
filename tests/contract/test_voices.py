"""Voices: when the far end of a leg begins to be heard, and ceases to be; told while it is asked for, and no longer."""

from __future__ import annotations

import pytest

from calls.commands import HangUp, Originate, WatchVoice
from calls.events import VOICE_QUIET_S, CallAnswered, CommandDone, CommandFailed, VoiceBegan, VoiceEnded
from calls.ids import LegId
from tests.contract.conftest import THAT_HEAR_VOICES
from tests.contract.rig import Events, PickUp, Rig, Steps

LATE_S = 0.4
"""How much a length may differ: packets are 20 ms, and machines are busy."""
pytestmark = pytest.mark.parametrize("rig", THAT_HEAR_VOICES, indirect=True)


async def watch(rig: Rig, steps: Steps, leg: LegId, on: bool = True) -> None:
    attempt = steps.attempt()
    rig.switch.send(WatchVoice(leg, attempt, on))
    assert await rig.events.outcome(attempt) == CommandDone(attempt, leg)


def told(events: Events) -> list[VoiceBegan | VoiceEnded]:
    """Without what the first frame of a line may be taken for."""
    found: list[VoiceBegan | VoiceEnded] = []
    for event in events.all:
        if isinstance(event, VoiceEnded) and event.lasted_s < 0.1:
            assert isinstance(found.pop(), VoiceBegan)
        elif isinstance(event, VoiceBegan | VoiceEnded):
            found.append(event)
    return found


async def is_quiet(rig: Rig, steps: Steps) -> None:
    """The line's first frame has been told of, if it is at all."""
    await rig.pause(3 * VOICE_QUIET_S)


async def test_a_voice_is_told_from_its_beginning_to_its_end(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await watch(rig, steps, caller.leg)
    await is_quiet(rig, steps)
    assert told(events) == []
    for length_s in (0.6, 1.2):
        caller.speak()
        await rig.pause(length_s)
        caller.hush()
        ended = await events.next(VoiceEnded, lambda event: event.lasted_s >= 0.1)
        assert (ended.leg, ended.quiet_s) == (caller.leg, VOICE_QUIET_S)
        assert abs(ended.lasted_s - length_s) < LATE_S
    assert [type(event) for event in told(events)] == [VoiceBegan, VoiceEnded] * 2


async def test_a_short_pause_ends_no_voice(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await watch(rig, steps, caller.leg)
    await is_quiet(rig, steps)
    caller.speak()
    await rig.pause(0.5)
    caller.hush()
    await rig.pause(VOICE_QUIET_S / 4)
    caller.speak()
    await rig.pause(0.5)
    caller.hush()
    await events.next(VoiceEnded, lambda event: event.lasted_s >= 0.8)
    assert [type(event) for event in told(events)] == [VoiceBegan, VoiceEnded]


async def test_nobody_is_told_of_who_is_not_watched_any_more(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    caller.speak()
    await rig.pause(0.3)
    caller.hush()
    assert told(events) == []
    await watch(rig, steps, caller.leg)
    await is_quiet(rig, steps)
    await watch(rig, steps, caller.leg, on=False)
    before = len(told(events))
    caller.speak()
    await rig.pause(0.5)
    caller.hush()
    await rig.pause(2 * VOICE_QUIET_S)
    assert len(told(events)) == before


async def test_who_is_called_is_heard_from_the_answer_on(rig: Rig, events: Events, steps: Steps) -> None:
    """Asked for with the call, and once more at the answer: that changes nothing, and says whether it is done."""
    phone = await rig.phone("1001", PickUp())
    leg = steps.leg()
    rig.switch.send(Originate(leg, steps.attempt(), "phone:1001", "95001", "", 20.0, watch_voice=True))
    await events.next(CallAnswered, lambda event: event.leg == leg)
    await watch(rig, steps, leg)
    person = await phone.on_call(leg)
    person.speak()
    assert (await events.next(VoiceBegan)).leg == leg
    await rig.pause(0.6)
    person.hush()
    ended = await events.next(VoiceEnded, lambda event: event.lasted_s >= 0.1)
    assert ended.lasted_s < 0.6 + LATE_S


async def test_a_leg_that_is_gone_cannot_be_watched(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(HangUp(caller.leg))
    await events.ended(caller.leg)
    attempt = steps.attempt()
    rig.switch.send(WatchVoice(caller.leg, attempt))
    failed = await events.outcome(attempt)
    assert isinstance(failed, CommandFailed)
    assert failed.reason == "leg_gone"
