"""Keys: each one, once, in order, whatever the leg does at the time."""

from __future__ import annotations

from calls.commands import Bridge, Play, StartMusic
from calls.events import Bridged, DigitPressed
from tests.contract.rig import Facts, PickUp, Rig, Steps


async def test_all_keys_in_order(facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    keys = "1234567890*#"
    await caller.press(keys)
    await facts.next(DigitPressed, lambda fact: fact.digit == "#")
    assert "".join(fact.digit for fact in facts.of(DigitPressed)) == keys
    assert {fact.leg for fact in facts.of(DigitPressed)} == {caller.leg}


async def test_the_same_key_twice_is_two(facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    await caller.press("55#")
    await facts.next(DigitPressed, lambda fact: fact.digit == "#")
    assert "".join(fact.digit for fact in facts.of(DigitPressed)) == "55#"


async def test_during_a_prompt(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(Play(caller.leg, steps.attempt(), (rig.clip("low"),)))
    await caller.hears("low")
    await caller.press("7")
    assert (await facts.next(DigitPressed)).digit == "7"


async def test_during_music(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    rig.switch.send(StartMusic(caller.leg, steps.attempt()))
    await caller.hears("music")
    await caller.press("9")
    assert (await facts.next(DigitPressed)).digit == "9"


async def test_of_an_agent_in_a_talk(rig: Rig, facts: Facts, steps: Steps) -> None:
    caller = await steps.answered_caller()
    agent = await steps.answered_phone(await rig.phone("1001", PickUp()))
    rig.switch.send(Bridge(steps.attempt(), caller.leg, agent.leg))
    await facts.next(Bridged)
    await agent.press("*2")
    await facts.next(DigitPressed, lambda fact: fact.digit == "2")
    pressed = facts.of(DigitPressed, lambda fact: fact.leg == agent.leg)
    assert "".join(fact.digit for fact in pressed) == "*2"
