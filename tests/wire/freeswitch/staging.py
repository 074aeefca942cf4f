"""What scenes are made of: a caller who is answered, an agent who is up, two who talk, one who is gone."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from calls import commands as do
from calls import events as was
from calls.causes import Cause
from calls.ids import AttemptId, LegId
from tests.wire.freeswitch.exchange import (
    Exchange,
    Phone,
)

Scene = Callable[[Exchange], Awaitable[None]]
SCENES: dict[str, Scene] = {}


def scene(act: Scene) -> Scene:
    """A scene, known by its name."""
    SCENES[act.__name__] = act
    return act


def leg_id(number: int) -> LegId:
    """The id of a leg that we call."""
    return LegId(str(UUID(int=number, version=4)))


async def answered(x: Exchange, name: str = "") -> tuple[LegId, Phone]:
    """A caller comes and is answered."""
    phone = await x.caller(name=name)
    leg = (await x.events.next(was.CallArrived)).leg
    x.switch.send(do.Answer(leg, AttemptId("answer")))
    await x.events.next(was.CallAnswered, leg=leg)
    return leg, phone


async def agent_up(x: Exchange, number: int, account: str) -> LegId:
    """The agent's phone is called, and it answers."""
    agent = leg_id(number)
    x.switch.send(do.Originate(agent, AttemptId(f"offer-{number}"), f"phone:{account}", "95588", "前台", 10.0))
    await x.events.next(was.CallRinging, leg=agent)
    await x.events.next(was.CallAnswered, leg=agent)
    return agent


async def bridged(x: Exchange, name: str, a: LegId, b: LegId, record: str | None = None) -> None:
    """The two talk."""
    x.switch.send(do.Bridge(AttemptId(name), a, b, record))
    assert (await x.events.next(was.Bridged)).legs == (a, b)


async def gone(x: Exchange, leg: LegId, cause: Cause) -> None:
    """We hang up, and the leg ends with this cause."""
    x.switch.send(do.HangUp(leg))
    assert (await x.events.next(was.CallEnded, leg=leg)).cause is cause
