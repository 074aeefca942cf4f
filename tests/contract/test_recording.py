"""Voicemail of one leg, and both sides of a talk in one stereo file."""

from __future__ import annotations

import time

from calls.causes import Outcome
from calls.commands import HangUp, MuteRecording, Record, Stop
from calls.events import CommandDone, CommandFailed, RecordingFinished
from calls.ids import AttemptId, LegId
from tests.contract.rig import Events, Rig, Steps


async def recording(events: Events, attempt: AttemptId) -> RecordingFinished:
    return await events.next(RecordingFinished, lambda event: event.attempt == attempt)


async def test_a_voicemail_ends_with_a_key(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "mail/one", max_s=20.0, beep=False))
    caller.speak()
    await rig.pause(0.6)  # what is to be recorded
    await caller.press("#")
    event = await recording(events, attempt)
    assert (event.outcome, event.ended_by) == (Outcome.FINISHED, "digit")
    recorded = rig.recorded(event.path)
    assert recorded.left == {"caller"}
    assert event.path.endswith("mail/one.wav")
    assert abs(recorded.duration_s - event.duration_s) < 0.05


async def test_a_voicemail_ends_at_its_limit(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "limit", max_s=1.0, beep=False))
    caller.speak()
    event = await recording(events, attempt)
    assert event.ended_by == "limit"
    assert 0.7 < event.duration_s < 2.1  # a switch may count whole seconds


async def test_a_voicemail_ends_with_silence(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "silence", max_s=20.0, silence_s=1.0, beep=False))
    assert (await recording(events, attempt)).ended_by == "silence"


async def test_a_voicemail_is_stopped(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "stopped", max_s=20.0, beep=False))
    caller.speak()
    await rig.pause(0.5)  # what is to be recorded
    rig.switch.send(Stop(caller.leg, attempt))
    event = await recording(events, attempt)
    assert (event.outcome, event.ended_by) == (Outcome.FINISHED, "stopped")


async def test_a_voicemail_is_kept_when_the_caller_goes(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "gone", max_s=20.0, beep=False))
    caller.speak()
    await rig.pause(0.6)  # what is to be recorded
    await caller.hang_up()
    event = await recording(events, attempt)
    assert (event.outcome, event.ended_by) == (Outcome.FINISHED, "hang_up")
    assert rig.recorded(event.path).left == {"caller"}
    ended = await events.ended(caller.leg)
    assert events.after(ended) == []


async def test_a_voicemail_begins_with_a_beep(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Record(caller.leg, attempt, "beep", max_s=2.0))
    assert (await recording(events, attempt)).outcome is Outcome.FINISHED


async def test_both_sides_are_heard_left_and_right(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking(record="talk/both")
    caller.speak()
    agent.speak()
    await agent.hears("caller")
    await caller.hears("agent")
    await rig.pause(1.0)  # what is to be recorded
    await caller.hang_up()
    event = await recording(events, attempt)
    assert event.leg == caller.leg
    assert event.outcome is Outcome.FINISHED
    recorded = rig.recorded(event.path)
    assert (recorded.left, recorded.right) == ({"caller"}, {"agent"})
    assert abs(recorded.duration_s - event.duration_s) < 0.05
    assert event.path.endswith("talk/both.wav")


async def test_muting_leaves_silence_on_both_sides(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, attempt = await steps.talking(record="secret")
    caller.speak()
    agent.speak()
    await agent.hears("caller")
    await rig.pause(0.5)  # what is to be recorded
    on, off = steps.attempt(), steps.attempt()
    muted_at = time.monotonic()
    rig.switch.send(MuteRecording(on, attempt, True))
    assert isinstance(await events.outcome(on), CommandDone)
    await rig.pause(0.6)  # what is not
    rig.switch.send(MuteRecording(off, attempt, False))
    assert isinstance(await events.outcome(off), CommandDone)
    took_s = time.monotonic() - muted_at
    await agent.hears("caller")  # the talk itself was never muted
    await rig.pause(0.5)  # what is to be recorded again
    rig.switch.send(HangUp(agent.leg))
    recorded = rig.recorded((await recording(events, attempt)).path)
    assert (recorded.left, recorded.right) == ({"caller"}, {"agent"})
    assert 0.5 < recorded.silent_s < max(0.8, took_s + 0.1)  # the recorded rig does not wait


async def test_muting_what_is_not_recorded_fails(rig: Rig, events: Events, steps: Steps) -> None:
    _, _, bridge = await steps.talking()
    attempt = steps.attempt()
    rig.switch.send(MuteRecording(attempt, bridge, True))
    assert isinstance(await events.outcome(attempt), CommandFailed)


async def test_recording_nobody_fails(rig: Rig, events: Events, steps: Steps) -> None:
    attempt = steps.attempt()
    rig.switch.send(Record(LegId("nobody"), attempt, "nobody", max_s=2.0))
    event = await recording(events, attempt)
    assert (event.outcome, event.path) == (Outcome.FAILED, "")
