"""The tap between controller and Asterisk: nothing is changed, all is kept for a while, bridges are timed."""

import asyncio
import json

import pytest

from bench.ari_tap import Tap, Told, caller_key, tapping
from tests.ports import free_port
from tests.unit.bench.test_websocket_frames import ASKED, TOLD

pytestmark = pytest.mark.unit


def entered(at: float, bridge: str, channel: str, caller: str, connected: str = "") -> Told:
    event = {
        "type": "ChannelEnteredBridge",
        "bridge": {"id": bridge, "channels": [channel]},
        "channel": {"id": channel, "caller": {"number": caller}, "connected": {"number": connected}},
    }
    return Told(at, False, 1, json.dumps(event).encode())


@pytest.mark.parametrize("written", ["+8613800000042", "13800000042", "0086 138-0000-0042"])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert caller_key(written) == "00000042"


def test_a_talk_is_bridged_when_the_second_is_in_and_that_is_told_once() -> None:
    tap = Tap()
    tap.take(entered(10.0, "hotline-hold", "caller", "+8613800000042"))
    tap.take(entered(11.0, "hotline-talk-7", "agent", "1001", "13800000042"))
    assert tap.bridged_at("+8613800000042") is None
    tap.take(entered(11.2, "hotline-talk-7", "caller", "+8613800000042", "1001"))
    assert tap.bridged_at("+8613800000042") == 11.2
    assert tap.bridged_at("+8613800000042") is None


def test_what_is_too_old_is_forgotten() -> None:
    tap = Tap(kept_s=5.0)
    for at in (1.0, 5.9, 6.0, 6.1):
        tap.take(Told(at, True, 1, b"{}"))
    assert [one.at for one in tap.told()] == [5.9, 6.0, 6.1]


async def test_both_directions_pass_unchanged_and_are_seen() -> None:
    got = asyncio.get_running_loop().create_future()

    async def asterisk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(TOLD)
        got.set_result(await reader.readexactly(len(ASKED)))
        writer.close()

    server = await asyncio.start_server(asterisk, "127.0.0.1", 0)
    port = free_port()
    async with server, asyncio.timeout(20.0), tapping("127.0.0.1", port, server.sockets[0].getsockname()[1]) as tap:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert await got == ASKED
        assert await reader.read() == TOLD
        writer.close()
        told = tap.told()
    assert {one.text for one in told if one.asked} == {b'{"type":"RESTRequest"}', b"a" * 70_000}
    assert [one.text for one in told if not one.asked][:2] == [b'{"type":"StasisStart"}', b'{"type":"Dial"}']
    assert {one.connection for one in told} == {1}
