"""Prompts: in sequence, stopped, replaced, missing; and music on hold around them."""

from __future__ import annotations

from calls.causes import Outcome
from calls.commands import Answer, HangUp, Play, StartMusic, Stop, StopMusic
from calls.events import CallEnded, CommandDone, CommandFailed, PlaybackFinished
from calls.ids import AttemptId, LegId
from tests.contract.rig import Events, Rig, Steps


async def finished(events: Events, attempt: AttemptId) -> PlaybackFinished:
    event = await events.outcome(attempt)
    assert isinstance(event, PlaybackFinished)
    return event


async def test_clips_are_heard_in_order(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"), rig.clip("low"))))
    await caller.hears("high")
    await caller.hears("low")
    assert (await finished(events, attempt)).outcome is Outcome.FINISHED


async def test_answer_and_prompt_may_be_sent_at_once(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await rig.call_in()
    attempt = steps.attempt()
    rig.switch.send(Answer(caller.leg, steps.attempt()))
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await caller.hears("high")
    assert (await finished(events, attempt)).outcome is Outcome.FINISHED


async def test_stop(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"), rig.clip("low"))))
    await caller.hears("low")
    rig.switch.send(Stop(caller.leg, attempt))
    assert (await finished(events, attempt)).outcome is Outcome.STOPPED
    await caller.hears_nothing()


async def test_a_second_prompt_stops_the_first(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    first, second = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, first, (rig.clip("low"),)))
    await caller.hears("low")
    rig.switch.send(Play(caller.leg, second, (rig.clip("high"),)))
    assert (await finished(events, first)).outcome is Outcome.STOPPED
    assert (await finished(events, second)).outcome is Outcome.FINISHED


async def test_stopping_what_is_over_is_nothing(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await finished(events, attempt)
    rig.switch.send(Stop(caller.leg, attempt))
    rig.switch.send(HangUp(caller.leg))
    await events.ended(caller.leg)
    assert len(events.of(PlaybackFinished)) == 1
    assert events.of(CommandFailed) == []


async def test_a_missing_file_is_named(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"), rig.clip("nowhere"))))
    event = await finished(events, attempt)
    assert event.outcome is Outcome.FAILED
    assert rig.clip("nowhere").path in event.detail


async def test_a_prompt_to_nobody_fails(rig: Rig, events: Events, steps: Steps) -> None:
    attempt = steps.attempt()
    rig.switch.send(Play(LegId("nobody"), attempt, (rig.clip("high"),)))
    assert (await finished(events, attempt)).outcome is Outcome.FAILED


async def test_the_caller_goes_while_a_prompt_plays(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"),)))
    await caller.hears("low")
    await caller.hang_up()
    ended = await events.ended(caller.leg)
    assert (await finished(events, attempt)).outcome is not Outcome.FINISHED
    assert events.after(ended) == []  # its last event


async def test_music_until_it_is_stopped(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    on, off = steps.attempt(), steps.attempt()
    rig.switch.send(StartMusic(caller.leg, on))
    assert await events.outcome(on) == CommandDone(on, caller.leg)
    await caller.hears("music")
    assert [leg.in_music for leg in await rig.switch.calls()] == [True]
    rig.switch.send(StopMusic(caller.leg, off))
    assert await events.outcome(off) == CommandDone(off, caller.leg)
    await caller.hears_nothing()


async def test_music_goes_on_after_an_announcement(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await caller.hears("high")
    assert (await finished(events, attempt)).outcome is Outcome.FINISHED
    await caller.hears("music")


async def test_an_announcement_over_music_can_be_stopped(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"),)))
    await caller.hears("low")
    rig.switch.send(Stop(caller.leg, attempt))
    assert (await finished(events, attempt)).outcome is Outcome.STOPPED
    await caller.hears("music")


async def test_music_ordered_during_a_prompt_follows_it(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    prompt, music = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    rig.switch.send(StartMusic(caller.leg, music))
    assert await events.outcome(music) == CommandDone(music, caller.leg)
    assert (await finished(events, prompt)).outcome is Outcome.FINISHED
    await caller.hears("music")


async def test_music_stopped_during_an_announcement_lets_it_end(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    prompt, off = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    rig.switch.send(StopMusic(caller.leg, off))
    assert await events.outcome(off) == CommandDone(off, caller.leg)
    assert (await finished(events, prompt)).outcome is Outcome.FINISHED
    await caller.hears_nothing()


async def test_there_is_music_too_for_who_comes_after_nobody_waited(rig: Rig, events: Events, steps: Steps) -> None:
    for _ in range(3):
        caller = await steps.answered_caller()
        rig.switch.send(StartMusic(caller.leg, steps.attempt()))
        await caller.hears("music")
        await caller.hang_up()
        await events.ended(caller.leg)


async def test_the_caller_goes_while_music_plays(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    await caller.hang_up()
    await events.ended(caller.leg)
    assert len(events.of(CallEnded)) == 1
    assert list(await rig.switch.calls()) == []
