"""Keys: each one, once, in order, whatever the leg does at the time."""

from __future__ import annotations

from calls.commands import Bridge, Play, StartMusic
from calls.events import Bridged, DigitPressed
from tests.contract.rig import Events, PickUp, Rig, Steps


async def test_all_keys_in_order(events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    keys = "1234567890*#"
    await caller.press(keys)
    await events.next(DigitPressed, lambda event: event.digit == "#")
    assert "".join(event.digit for event in events.of(DigitPressed)) == keys
    assert {event.leg for event in events.of(DigitPressed)} == {caller.leg}


async def test_the_same_key_twice_is_two(events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await caller.press("55#")
    await events.next(DigitPressed, lambda event: event.digit == "#")
    assert "".join(event.digit for event in events.of(DigitPressed)) == "55#"


async def test_during_a_prompt(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("low"),)))
    await caller.hears("low")
    await caller.press("7")
    assert (await events.next(DigitPressed)).digit == "7"


async def test_during_music(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    await caller.press("9")
    assert (await events.next(DigitPressed)).digit == "9"


async def test_of_an_agent_in_a_talk(rig: Rig, events: Events, steps: Steps) -> None:
    caller = await steps.answered_caller()
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    rig.switch.send(Bridge(steps.attempt(), caller.leg, agent.leg))
    await events.next(Bridged)
    await agent.press("*2")
    await events.next(DigitPressed, lambda event: event.digit == "2")
    pressed = events.of(DigitPressed, lambda event: event.leg == agent.leg)
    assert "".join(event.digit for event in pressed) == "*2"
