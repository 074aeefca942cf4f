"""Outbound-socket mode on a real FreeSWITCH: calls are spread over controllers, and past the one that is gone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from calls import commands
from calls.causes import Cause
from calls.events import CallAnswered, CallArrived, CallEnded, LiveLeg, SwitchBack, SwitchEvent
from calls.ids import AttemptId, LegId
from phones.caller import OutgoingCall, PhoneLine
from phones.endpoint import Endpoint
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.instance.process import FreeSwitchProcess
from switch.freeswitch.instance.settings import FreeSwitchSettings
from switch.freeswitch.session import FreeSwitchOptions
from tests.live.conftest import until
from tests.live.freeswitch import own_freeswitch
from tests.ports import free_port

pytestmark = pytest.mark.live

CALLS = 12
_PORTS = range(13_100, 13_200)


class Controller:
    """An adapter that keeps what it is told."""

    def __init__(self, name: str, port: int, settings: FreeSwitchSettings) -> None:
        self.name = name
        self.told: list[SwitchEvent] = []
        self.door = FreeSwitch(
            FreeSwitchOptions(
                settings.event_socket_password,
                port=settings.event_socket_port,
                recordings_dir=settings.recording_dir,
                listen=("127.0.0.1", port),
                controller=name,
            )
        )

    async def start(self) -> None:
        await self.door.start(self.told.append)

    def arrived(self) -> dict[str, CallArrived]:
        return {event.caller: event for event in self.told if isinstance(event, CallArrived)}

    async def call_from(self, caller: str) -> CallArrived:
        await until(lambda: _is(caller in self.arrived()), 10.0)
        return self.arrived()[caller]

    def answered(self, leg: LegId) -> bool:
        return any(isinstance(event, CallAnswered) and event.leg == leg for event in self.told)

    def ended(self, leg: LegId) -> bool:
        return any(isinstance(event, CallEnded) and event.leg == leg for event in self.told)

    def adopted(self) -> tuple[LiveLeg, ...]:
        return next(event for event in self.told if isinstance(event, SwitchBack)).live


async def _is(truth: bool) -> bool:
    return truth


class Rig:
    """A switch that offers its calls to two addresses, and a line to it."""

    def __init__(self, process: FreeSwitchProcess, ports: tuple[int, int], line: PhoneLine) -> None:
        self.process = process
        self.ports = ports
        self.line = line
        self._stack = contextlib.AsyncExitStack()

    async def controller(self, name: str, place: int) -> Controller:
        made = Controller(name, self.ports[place], self.process.settings)
        await made.start()
        self._stack.push_async_callback(made.door.close)
        return made

    async def dial(self, count: int, first: int = 0) -> dict[str, OutgoingCall]:
        callers = [f"1380000{number:04}" for number in range(first, first + count)]
        return {caller: await self.line.dial("95588", caller_id=caller) for caller in callers}

    async def close(self) -> None:
        await self._stack.aclose()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    ports = free_port(socket.SOCK_STREAM, _PORTS), free_port(socket.SOCK_STREAM, _PORTS)
    sockets = tuple(f"127.0.0.1:{port}" for port in ports)
    async with own_freeswitch(tmp_path, call_sockets=sockets) as process:
        endpoint = await Endpoint.open()
        rig = Rig(process, ports, PhoneLine(endpoint, ("127.0.0.1", process.settings.sip_port)))
        try:
            yield rig
        finally:
            await rig.close()
            endpoint.close()


async def test_calls_are_spread_and_each_belongs_to_one_controller(rig: Rig) -> None:
    one, two = await rig.controller("one", 0), await rig.controller("two", 1)
    calls = await rig.dial(CALLS)
    await until(lambda: _is(len(one.arrived()) + len(two.arrived()) == CALLS), 15.0)
    shares = Counter({"one": len(one.arrived()), "two": len(two.arrived())})
    assert not one.arrived().keys() & two.arrived().keys()
    assert all(shares.values()), f"one had none of {CALLS}: a chance of one in two thousand"
    for controller in (one, two):
        for arrived in controller.arrived().values():
            assert arrived.called == "95588"
            controller.door.send(commands.Answer(arrived.leg, AttemptId(f"answer-{arrived.leg}")))
        for arrived in controller.arrived().values():
            await until(lambda leg=arrived.leg, of=controller: _is(of.answered(leg)), 10.0)
    its_own = {arrived.leg for arrived in one.arrived().values()}

    async def all_told() -> bool:
        return {leg.leg for leg in await one.door.calls()} == its_own

    await until(all_told)  # the switch writes the table that it shows behind its calls
    for controller in (one, two):
        for arrived in controller.arrived().values():
            controller.door.send(commands.HangUp(arrived.leg, Cause.NORMAL))
    await asyncio.gather(*(call.ended() for call in calls.values()))


async def test_when_one_is_gone_the_other_takes_all_and_its_heir_takes_back_what_it_had(rig: Rig) -> None:
    one, two = await rig.controller("one", 0), await rig.controller("two", 1)
    before = await rig.dial(CALLS)
    await until(lambda: _is(len(one.arrived()) + len(two.arrived()) == CALLS), 15.0)
    left = {arrived.leg for arrived in one.arrived().values()}
    await one.door.close()
    had = len(two.arrived())
    after = await rig.dial(CALLS // 2, first=100)
    await until(lambda: _is(len(two.arrived()) == had + CALLS // 2), 15.0)
    heir = await rig.controller("one", 0)
    assert {leg.leg for leg in heir.adopted()} == left, "its own, and nobody else's"
    await asyncio.gather(*(call.hang_up() for call in (*before.values(), *after.values())))
    for leg in left:
        await until(lambda leg=leg: _is(heir.ended(leg)), 10.0)


async def test_the_fallback_is_last(rig: Rig) -> None:
    """Its apology, in tones, is the one that the switch has before anything is published."""
    [call] = (await rig.dial(1)).values()
    await call.heard_audio()
    await call.ended(15.0)


async def test_a_controller_that_accepts_and_says_nothing_costs_three_seconds(rig: Rig) -> None:
    held: list[asyncio.StreamWriter] = []
    frozen = await asyncio.start_server(lambda reader, writer: held.append(writer), "127.0.0.1", rig.ports[0])
    two = await rig.controller("two", 1)
    try:
        for attempt in range(5):  # whom a call is offered to first is chance
            calls = await rig.dial(CALLS // 2, first=100 * attempt)
            await asyncio.gather(*(_taken_or_apologised(two, caller, call) for caller, call in calls.items()))
            if held:
                break
        assert held, "none of them was offered to it"
    finally:
        frozen.close()
        for writer in held:
            writer.close()


async def _taken_or_apologised(two: Controller, caller: str, call: OutgoingCall) -> None:
    apology = asyncio.ensure_future(call.heard_audio(10.0))
    taken = asyncio.ensure_future(two.call_from(caller))
    done, waiting = await asyncio.wait({apology, taken}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()
    await call.hang_up()
