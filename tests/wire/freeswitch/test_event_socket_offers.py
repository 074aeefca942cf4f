"""Calls that are offered to us by outbound sockets: claimed as a real switch was told, and nobody else's taken."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from calls.errors import SwitchAway
from calls.events import CallArrived, SwitchEvent
from switch.freeswitch.adapter import FreeSwitch
from switch.freeswitch.claiming import Offers
from switch.freeswitch.session import FreeSwitchOptions
from tests.live.conftest import until
from tests.wire.freeswitch.bare_switch import BareSwitch, api, bare_switch
from tests.wire.freeswitch.recording import encode_frame, load

pytestmark = pytest.mark.wire

LEG = "e5e45ddf-a031-4131-a86d-e30b9b6fb8a3"


@asynccontextmanager
async def offers(free_port: int, deadline_s: float = 5.0) -> AsyncIterator[Offers]:
    listening = Offers(("127.0.0.1", free_port), "one", deadline_s)
    await listening.open()
    try:
        yield listening
    finally:
        listening.close()


@pytest.fixture
async def free_port() -> int:
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


@pytest.mark.parametrize("piece", [1, 7, 100_000])
async def test_a_recorded_offer_is_claimed_however_it_is_cut(free_port: int, piece: int) -> None:
    async with offers(free_port):
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        for said in load("an_offer"):
            if said.speaker == "client":
                assert await reader.readexactly(len(said.frame)) == said.frame.encode()
            elif said.speaker == "switch":
                data = said.frame.encode()
                for start in range(0, len(data), piece):
                    writer.write(data[start : start + piece])
                    await asyncio.sleep(0)
        writer.close()
        assert await reader.read() == b""


@pytest.mark.parametrize(
    "said",
    [
        "Content-Type: command/reply\nReply-Text: %2BOK%0A\n\n",
        "Content-Type: command/reply\nReply-Text: %2BOK%0A\nUnique-ID: x%20hotline_role%20caller\n\n",
        "Content-Type: api/response\nContent-Length: 3\n\n+OK",
        "no header\n\n",
    ],
)
async def test_what_is_no_offer_ends_the_connection(free_port: int, said: str) -> None:
    async with offers(free_port):
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        writer.write(said.encode())
        assert await _all(reader) == b"connect\n\n", "nothing was ordered"
        writer.close()


async def test_a_stranger_that_says_nothing_is_shut_out(free_port: int) -> None:
    async with offers(free_port, deadline_s=0.05):
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        assert await _all(reader) == b"connect\n\n"
        writer.close()


async def test_closing_ends_offers_that_are_not_through(free_port: int) -> None:
    async with offers(free_port) as listening:
        reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
        assert await reader.readexactly(9) == b"connect\n\n"
        listening.close()
        assert await _all(reader) == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", free_port)


async def test_an_address_that_is_taken_is_said(free_port: int) -> None:
    async with offers(free_port):
        with pytest.raises(SwitchAway, match=f"127.0.0.1:{free_port}"):
            await Offers(("127.0.0.1", free_port), "two", 5.0).open()


async def _all(reader: asyncio.StreamReader) -> bytes:
    """What comes until the connection ends, in order or by a reset."""
    data = b""
    try:
        async with asyncio.timeout(20):
            while piece := await reader.read(4096):
                data += piece
    except ConnectionResetError:
        pass
    return data


def _empty_switch(command: str) -> str | None:
    if command.startswith("api show"):
        return api('{"row_count": 0}')
    if command.startswith("api sofia xmlstatus"):
        return api("<profile>\n  <registrations>\n  </registrations>\n</profile>\n")
    if command.startswith("api json"):
        return api('{"response": {"sessions": {"count": {"active": 0}}}}')
    return api("core") if command.startswith("api global_getvar") else None


def _park(headers: dict[str, str]) -> str:
    fields = {
        "Event-Name": "CHANNEL_PARK",
        "Unique-ID": LEG,
        "Call-Direction": "inbound",
        "Caller-Caller-ID-Number": "13800138000",
        "Caller-Destination-Number": "95588",
        "variable_hotline_role": "caller",
        **headers,
    }
    return encode_frame({"Content-Type": "text/event-json"}, json.dumps(fields))


async def test_only_what_was_claimed_by_us_is_ours_and_offers_end_with_the_link(free_port: int) -> None:
    told: list[SwitchEvent] = []
    async with bare_switch(_empty_switch) as (switch, port):
        options = FreeSwitchOptions("right", port=port, listen=("127.0.0.1", free_port), controller="one")
        adapter = FreeSwitch(options)
        await adapter.start(told.append)
        try:
            assert not any("hotline_until" in command for command in switch.commands), "no lease: it would park calls"
            _say_parks(switch)
            await until(lambda: any(isinstance(event, CallArrived) for event in told))
            arrived = [event for event in told if isinstance(event, CallArrived)]
            assert [(event.leg, event.called) for event in arrived] == [(LEG, "95588")]
            _, writer = await asyncio.open_connection("127.0.0.1", free_port)
            writer.close()
            switch.deaf = True
            switch.hang_up()

            async def refused() -> bool:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", free_port)
                except OSError:
                    return True
                writer.close()
                return False

            await until(refused)
        finally:
            await adapter.close()


def _say_parks(switch: BareSwitch) -> None:
    """Of the offer itself, of another controller's, and of ours."""
    other = LEG.replace("e5e4", "0000")
    for headers in (
        {"Caller-Context": "hotline-callers", "variable_hotline_controller": "one"},
        {"Caller-Context": "hotline-claimed", "variable_hotline_controller": "two", "Unique-ID": other},
        {"Caller-Context": "hotline-claimed", "variable_hotline_controller": "one"},
    ):
        switch.say(_park(headers))
