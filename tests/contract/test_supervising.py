"""A supervisor listens, whispers, joins; each mode lets through what it should, and nothing else."""

from __future__ import annotations

from typing import Literal

from calls.commands import HangUp, Supervise
from calls.events import Bridged, CommandDone, CommandFailed, SwitchBack, Unbridged
from calls.ids import LegId
from tests.contract.rig import Events, Person, PickUp, Rig, Steps

Mode = Literal["listen", "whisper", "barge"]


async def supervised(rig: Rig, steps: Steps, mode: Mode) -> tuple[Person, Person, Person]:
    """Caller, agent, and a supervisor at the agent's leg."""
    caller, agent, _ = await steps.talking()
    supervisor = await steps.answered_phone(await rig.phone("1003", PickUp()), "supervisor")
    await supervise(rig, steps, supervisor.leg, agent.leg, mode)
    return caller, agent, supervisor


async def supervise(rig: Rig, steps: Steps, leg: LegId, target: LegId, mode: Mode) -> None:
    attempt = steps.attempt()
    rig.switch.send(Supervise(leg, attempt, target, mode))
    assert await rig.events.outcome(attempt) == CommandDone(attempt, leg)


async def test_listening_hears_both_and_is_heard_by_none(rig: Rig, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "listen")
    caller.speak()
    await supervisor.hears("caller")
    caller.hush()
    agent.speak()
    await supervisor.hears("agent")
    agent.hush()
    supervisor.speak()
    await agent.hears_nothing()
    await caller.hears_nothing()


async def test_whispering_is_heard_by_the_target_alone(rig: Rig, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "whisper")
    supervisor.speak()
    await agent.hears("supervisor")
    await caller.hears_nothing()
    supervisor.hush()
    caller.speak()
    await supervisor.hears("caller")


async def test_joining_is_heard_by_both(rig: Rig, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "barge")
    supervisor.speak()
    await agent.hears("supervisor")
    await caller.hears("supervisor")


async def test_the_mode_changes_within_one_call(rig: Rig, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "listen")
    await supervise(rig, steps, supervisor.leg, agent.leg, "whisper")
    supervisor.speak()
    await agent.hears("supervisor")
    await supervise(rig, steps, supervisor.leg, agent.leg, "barge")
    await caller.hears("supervisor")
    await supervise(rig, steps, supervisor.leg, agent.leg, "listen")
    await caller.hears_nothing()
    await agent.hears_nothing()


async def test_the_supervisor_goes_and_the_talk_stands(rig: Rig, events: Events, steps: Steps) -> None:
    for mode in ("listen", "barge"):
        caller, agent, supervisor = await supervised(rig, steps, mode)
        talk = events.of(Bridged)[-1].attempt
        rig.switch.send(HangUp(supervisor.leg))
        await events.ended(supervisor.leg)
        caller.speak()
        await agent.hears("caller")
        assert all(event.attempt != talk for event in events.of(Unbridged))
        rig.switch.send(HangUp(caller.leg))
        rig.switch.send(HangUp(agent.leg))
        await events.ended(caller.leg)
        await events.ended(agent.leg)
        await events.next(Unbridged)


async def test_the_talk_ends_and_the_supervisor_stays(rig: Rig, events: Events, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "listen")
    caller.speak()
    await supervisor.hears("caller")
    await agent.hang_up()
    await events.ended(agent.leg)
    await supervisor.hears_nothing()
    assert supervisor.leg in {leg.leg for leg in await rig.switch.calls()}


async def test_a_talk_with_a_supervisor_in_it_outlives_the_controller(rig: Rig, steps: Steps) -> None:
    caller, agent, supervisor = await supervised(rig, steps, "barge")
    supervisor.speak()
    await caller.hears("supervisor")
    supervisor.hush()
    talk = rig.events.of(Bridged)[-1].attempt
    await rig.forget()
    live = {leg.leg: (leg.bridged_with, leg.bridge) for leg in rig.events.of(SwitchBack)[-1].live}
    assert live == {
        caller.leg: (agent.leg, talk),
        agent.leg: (caller.leg, talk),
        supervisor.leg: (None, None),
    }
    caller.speak()
    await agent.hears("caller")
    caller.hush()
    agent.speak()
    await caller.hears("agent")
    await agent.hang_up()
    assert await rig.events.next(Unbridged) == Unbridged(talk, (caller.leg,))


async def test_watching_nobody_fails(rig: Rig, events: Events, steps: Steps) -> None:
    supervisor = await steps.answered_phone(await rig.phone("1003", PickUp()), "supervisor")
    attempt = steps.attempt()
    rig.switch.send(Supervise(supervisor.leg, attempt, LegId("nobody"), "listen"))
    assert isinstance(await events.outcome(attempt), CommandFailed)


async def test_nobody_can_join_who_is_alone(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    supervisor = await steps.answered_phone(await rig.phone("1003", PickUp()), "supervisor")
    attempt = steps.attempt()
    rig.switch.send(Supervise(supervisor.leg, attempt, caller.leg, "barge"))
    assert isinstance(await events.outcome(attempt), CommandFailed)
