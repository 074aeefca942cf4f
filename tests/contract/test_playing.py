"""Prompts: in sequence, stopped, replaced, missing; and music on hold around them."""

from __future__ import annotations

from calls.causes import Outcome
from calls.commands import Answer, HangUp, Play, StartMusic, Stop, StopMusic
from calls.events import CallEnded, CommandDone, CommandFailed, PlaybackFinished
from calls.ids import AttemptId, LegId
from tests.contract.rig import Facts, Rig, Steps


async def finished(facts: Facts, attempt: AttemptId) -> PlaybackFinished:
    fact = await facts.outcome(attempt)
    assert isinstance(fact, PlaybackFinished)
    return fact


async def test_clips_are_heard_in_order(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"), rig.clip("low"))))
    await caller.hears("high")
    await caller.hears("low")
    assert (await finished(facts, attempt)).outcome is Outcome.FINISHED


async def test_answer_and_prompt_may_be_sent_at_once(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await rig.call_in()
    attempt = steps.attempt()
    rig.switch.send(Answer(caller.leg, steps.attempt()))
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await caller.hears("high")
    assert (await finished(facts, attempt)).outcome is Outcome.FINISHED


async def test_stop(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"), rig.clip("low"))))
    await caller.hears("low")
    rig.switch.send(Stop(caller.leg, attempt))
    assert (await finished(facts, attempt)).outcome is Outcome.STOPPED
    await caller.hears_nothing()


async def test_a_second_prompt_stops_the_first(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    first, second = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, first, (rig.clip("low"),)))
    await caller.hears("low")
    rig.switch.send(Play(caller.leg, second, (rig.clip("high"),)))
    assert (await finished(facts, first)).outcome is Outcome.STOPPED
    assert (await finished(facts, second)).outcome is Outcome.FINISHED


async def test_stopping_what_is_over_is_nothing(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await finished(facts, attempt)
    rig.switch.send(Stop(caller.leg, attempt))
    rig.switch.send(HangUp(caller.leg))
    await facts.ended(caller.leg)
    assert len(facts.of(PlaybackFinished)) == 1
    assert facts.of(CommandFailed) == []


async def test_a_missing_file_is_named(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"), rig.clip("nowhere"))))
    fact = await finished(facts, attempt)
    assert fact.outcome is Outcome.FAILED
    assert rig.clip("nowhere").path in fact.detail


async def test_a_prompt_to_nobody_fails(rig: Rig, facts: Facts, steps: Steps) -> None:
    attempt = steps.attempt()
    rig.switch.send(Play(LegId("nobody"), attempt, (rig.clip("high"),)))
    assert (await finished(facts, attempt)).outcome is Outcome.FAILED


async def test_the_caller_goes_while_a_prompt_plays(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"),)))
    await caller.hears("low")
    await caller.hang_up()
    ended = await facts.ended(caller.leg)
    assert (await finished(facts, attempt)).outcome is not Outcome.FINISHED
    assert facts.after(ended) == []  # its last fact


async def test_music_until_it_is_stopped(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    on, off = steps.attempt(), steps.attempt()
    rig.switch.send(StartMusic(caller.leg, on))
    assert await facts.outcome(on) == CommandDone(on, caller.leg)
    await caller.hears("music")
    assert [leg.in_music for leg in await rig.switch.calls()] == [True]
    rig.switch.send(StopMusic(caller.leg, off))
    assert await facts.outcome(off) == CommandDone(off, caller.leg)
    await caller.hears_nothing()


async def test_music_goes_on_after_an_announcement(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("high"),)))
    await caller.hears("high")
    assert (await finished(facts, attempt)).outcome is Outcome.FINISHED
    await caller.hears("music")


async def test_an_announcement_over_music_can_be_stopped(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    attempt = steps.attempt()
    rig.switch.send(Play(caller.leg, attempt, (rig.clip("low"),)))
    await caller.hears("low")
    rig.switch.send(Stop(caller.leg, attempt))
    assert (await finished(facts, attempt)).outcome is Outcome.STOPPED
    await caller.hears("music")


async def test_music_ordered_during_a_prompt_follows_it(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    prompt, music = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    rig.switch.send(StartMusic(caller.leg, music))
    assert await facts.outcome(music) == CommandDone(music, caller.leg)
    assert (await finished(facts, prompt)).outcome is Outcome.FINISHED
    await caller.hears("music")


async def test_music_stopped_during_an_announcement_lets_it_end(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    prompt, off = steps.attempt(), steps.attempt()
    rig.switch.send(Play(caller.leg, prompt, (rig.clip("high"),)))
    rig.switch.send(StopMusic(caller.leg, off))
    assert await facts.outcome(off) == CommandDone(off, caller.leg)
    assert (await finished(facts, prompt)).outcome is Outcome.FINISHED
    await caller.hears_nothing()


async def test_there_is_music_too_for_who_comes_after_nobody_waited(rig: Rig, facts: Facts, steps: Steps) -> None:
    for _ in range(3):
        caller = await steps.answered_caller()
        rig.switch.send(StartMusic(caller.leg, steps.attempt()))
        await caller.hears("music")
        await caller.hang_up()
        await facts.ended(caller.leg)


async def test_the_caller_goes_while_music_plays(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    await caller.hang_up()
    await facts.ended(caller.leg)
    assert len(facts.of(CallEnded)) == 1
    assert list(await rig.switch.calls()) == []
