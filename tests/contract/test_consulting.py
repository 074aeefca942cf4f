"""Consultations and conferences: legs go from one talk to another, to music, and three into one; nobody is lost by it.

Told in the commands that the house gives for each, in their order. The one who is consulted says `supervisor`.
"""

from __future__ import annotations

from calls.causes import Outcome
from calls.commands import Bridge, HangUp, Play, StartMusic, Supervise
from calls.events import Bridged, CommandDone, PlaybackFinished, Unbridged
from calls.ids import AttemptId
from tests.contract.rig import Events, Person, PickUp, Rig, Steps


async def joined(rig: Rig, steps: Steps, a: Person, b: Person) -> AttemptId:
    attempt = steps.attempt()
    rig.switch.send(Bridge(attempt, a.leg, b.leg))
    await rig.events.next(Bridged, lambda event: event.attempt == attempt)
    return attempt


async def consulting(rig: Rig, steps: Steps) -> tuple[Person, Person, Person]:
    """Caller, agent and the one who is consulted: these two talk, and the caller hears music."""
    caller, agent, _ = await steps.talking()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    rig.switch.send(StartMusic(agent.leg, steps.attempt()))
    await rig.events.next(Unbridged)
    other = await steps.answered_phone(await rig.phone("1003", PickUp()), "supervisor")
    await joined(rig, steps, agent, other)
    return caller, agent, other


async def swapped(rig: Rig, steps: Steps) -> tuple[Person, Person, Person, AttemptId]:
    """Caller and agent talk, and the third hears music; with that talk."""
    caller, agent, other = await consulting(rig, steps)
    rig.switch.send(StartMusic(other.leg, steps.attempt()))
    return caller, agent, other, await joined(rig, steps, caller, agent)


async def conference(rig: Rig, steps: Steps) -> tuple[Person, Person, Person, AttemptId]:
    """All three hear each other; with the talk of caller and agent."""
    caller, agent, other = await consulting(rig, steps)
    talk = await joined(rig, steps, caller, agent)
    attempt = steps.attempt()
    rig.switch.send(Supervise(other.leg, attempt, agent.leg, "barge"))
    assert await rig.events.outcome(attempt) == CommandDone(attempt, other.leg)
    return caller, agent, other, talk


async def hear_each_other(*people: tuple[Person, str]) -> None:
    """Each in turn speaks alone, and all others hear it."""
    for speaker, voice in people:
        speaker.speak()
        for listener, _ in people:
            if listener is not speaker:
                await listener.hears(voice)
        speaker.hush()
        for listener, _ in people:
            if listener is not speaker:
                await listener.hears_nothing()


async def test_two_talk_and_the_caller_hears_music(rig: Rig, steps: Steps) -> None:
    caller, agent, other = await consulting(rig, steps)
    await caller.hears("music")
    await hear_each_other((agent, "agent"), (other, "supervisor"))
    await caller.hears("music")


async def test_swapped_to_and_fro(rig: Rig, steps: Steps) -> None:
    caller, agent, other, _ = await swapped(rig, steps)
    await hear_each_other((caller, "caller"), (agent, "agent"))
    await other.hears("music")
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await joined(rig, steps, agent, other)
    await hear_each_other((agent, "agent"), (other, "supervisor"))
    await caller.hears("music")


async def test_connected_the_agent_leaves_and_the_other_two_talk_on(rig: Rig, events: Events, steps: Steps) -> None:
    """Ordered at once, as the house does."""
    caller, agent, other = await consulting(rig, steps)
    attempt = steps.attempt()
    rig.switch.send(Bridge(attempt, caller.leg, other.leg))
    rig.switch.send(HangUp(agent.leg))
    await events.next(Bridged, lambda event: event.attempt == attempt)
    await events.ended(agent.leg)
    await hear_each_other((caller, "caller"), (other, "supervisor"))
    assert not [event for event in events.of(Unbridged) if event.attempt == attempt]


async def test_given_back_the_other_one_leaves_and_the_talk_goes_on(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other = await consulting(rig, steps)
    attempt = steps.attempt()
    rig.switch.send(HangUp(other.leg))
    rig.switch.send(Bridge(attempt, caller.leg, agent.leg))
    await events.next(Bridged, lambda event: event.attempt == attempt)
    await events.ended(other.leg)
    await hear_each_other((caller, "caller"), (agent, "agent"))
    assert not [event for event in events.of(Unbridged) if event.attempt == attempt]


async def test_three_hear_each_other(rig: Rig, steps: Steps) -> None:
    caller, agent, other, _ = await conference(rig, steps)
    await hear_each_other((caller, "caller"), (agent, "agent"), (other, "supervisor"))


async def test_the_third_leaves_and_two_go_on(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other, talk = await conference(rig, steps)
    await other.hang_up()
    await events.ended(other.leg)
    await hear_each_other((caller, "caller"), (agent, "agent"))
    assert not [event for event in events.of(Unbridged) if event.attempt == talk]


async def test_the_agent_leaves_and_the_other_two_are_connected(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other, talk = await conference(rig, steps)
    await agent.hang_up()
    await events.ended(agent.leg)
    again = steps.attempt()
    rig.switch.send(Bridge(again, caller.leg, other.leg))
    await events.next(Bridged, lambda event: event.attempt == again)
    parted = await events.next(Unbridged, lambda event: event.attempt == talk, within_s=2.0)
    assert parted.survivors in ((), (caller.leg,))
    await hear_each_other((caller, "caller"), (other, "supervisor"))
    assert not [event for event in events.of(Unbridged) if event.attempt == again]


async def test_the_caller_leaves_and_both_others_are_still_there(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other, talk = await conference(rig, steps)
    await caller.hang_up()
    await events.ended(caller.leg)
    assert (await events.next(Unbridged, lambda event: event.attempt == talk)).survivors == (agent.leg,)
    assert {leg.leg for leg in await rig.switch.calls()} == {agent.leg, other.leg}


async def test_out_of_a_conference_two_talk_apart(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other, _ = await conference(rig, steps)
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await joined(rig, steps, agent, other)
    await hear_each_other((agent, "agent"), (other, "supervisor"))
    await caller.hears("music")


async def test_out_of_a_conference_the_agent_connects_both(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, other, _ = await conference(rig, steps)
    attempt = steps.attempt()
    rig.switch.send(Bridge(attempt, caller.leg, other.leg))
    rig.switch.send(HangUp(agent.leg))
    await events.next(Bridged, lambda event: event.attempt == attempt)
    await events.ended(agent.leg)
    await hear_each_other((caller, "caller"), (other, "supervisor"))


async def test_what_is_said_to_one_side_of_a_talk_the_other_does_not_hear(
    events: Events, rig: Rig, steps: Steps
) -> None:
    caller, agent, talk = await steps.talking()
    said = steps.attempt()
    rig.switch.send(Play(agent.leg, said, (rig.clip("high"),)))
    await agent.hears("high")
    await caller.hears_nothing()
    outcome = await events.outcome(said)
    assert isinstance(outcome, PlaybackFinished)
    assert outcome.outcome is Outcome.FINISHED
    await hear_each_other((caller, "caller"), (agent, "agent"))
    assert events.of(Unbridged) == []
    assert {leg.leg: leg.bridge for leg in await rig.switch.calls()} == {caller.leg: talk, agent.leg: talk}
