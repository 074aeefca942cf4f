"""How a connection writes: as few packets as the loop's turns allow, no command held back, all in order."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from switch.freeswitch.link import Link
from switch.freeswitch.wire import Api, Event
from tests.wire.freeswitch.bare_switch import event

pytestmark = [pytest.mark.wire, pytest.mark.asyncio]

OK = b"Content-Type: api/response\nContent-Length: 3\n\n+OK"


class _Wire:
    """A transport that keeps the packets apart."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.packets.append(data)

    def is_closing(self) -> bool:
        return False


def _link(on_event: Callable[[Event], None] = lambda told: None) -> tuple[Link, _Wire]:
    wire = _Wire()
    link = Link(on_event, lambda lag: None)
    link.connection_made(cast("asyncio.Transport", wire))
    return link, wire


def _commands(*numbers: int) -> bytes:
    return b"".join(b"api echo %d\n\n" % number for number in numbers)


async def test_a_lone_command_leaves_at_once_and_those_behind_it_leave_together() -> None:
    link, wire = _link()
    replies = [link.submit(Api("echo", str(number)), 5) for number in range(4)]
    assert wire.packets == [_commands(0)]
    await asyncio.sleep(0)
    assert wire.packets == [_commands(0), _commands(1, 2, 3)]
    link.data_received(OK * 4)
    assert [(await reply).place for reply in replies] == [0, 1, 2, 3]
    link.submit(Api("echo", "4"), 5)
    assert wire.packets[2:] == [_commands(4)]


async def test_who_is_told_to_stop_in_the_turn_in_which_the_switch_closes_stops() -> None:
    link, _ = _link()
    waiting = asyncio.create_task(link.welcomed())
    await asyncio.sleep(0)
    link.connection_lost(None)
    waiting.cancel()  # a client that is closed would else connect again, for ever
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_what_an_event_gives_rise_to_leaves_when_the_event_has_been_told() -> None:
    seen: list[int] = []

    def order(told: Event) -> None:
        seen.append(len(wire.packets))
        link.submit(Api("echo", str(len(seen))), 5)

    link, wire = _link(order)
    link.data_received((event("DTMF", DTMF_Digit="1") + event("DTMF", DTMF_Digit="2")).encode())
    assert seen == [0, 0], "nothing left while events were told"
    assert wire.packets == [_commands(1, 2)]


async def test_nothing_is_written_to_a_connection_that_is_gone() -> None:
    link, wire = _link()
    replies = [link.submit(Api("echo", str(number)), 5) for number in range(2)]
    link.connection_lost(None)
    await asyncio.sleep(0)
    assert wire.packets == [_commands(0)]
    assert all(reply.exception() is not None for reply in replies)
