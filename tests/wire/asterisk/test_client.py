"""The link: requests out, answers matched, the loss noticed, the way back found, the name taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog

from calls.errors import SwitchAway
from switch.asterisk import wire
from switch.asterisk.client import AriClient
from switch.asterisk.requests import Reply
from tests.wire.asterisk.ari_server import AriServer, ari_server

pytestmark = pytest.mark.wire

DIGIT = {"type": "ChannelDtmfReceived", "digit": "5", "channel": {"id": "c"}}


class Listener:
    """What a client tells its owner."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[wire.AriEvent] = asyncio.Queue()
        self.ups = 0
        self.downs: asyncio.Queue[str] = asyncio.Queue()
        self.up = asyncio.Event()

    async def on_up(self) -> None:
        self.ups += 1
        self.up.set()


def client_of(
    server: AriServer, listener: Listener, password: str = "secret", deadline_s: float = 5.0, connections: int = 1
) -> AriClient:
    return AriClient(
        server.url,
        "user",
        password,
        "hotline",
        on_event=listener.events.put_nowait,
        on_up=listener.on_up,
        on_down=listener.downs.put_nowait,
        deadline_s=deadline_s,
        connections=connections,
    )


@pytest_asyncio.fixture
async def server() -> AsyncIterator[AriServer]:
    async with ari_server() as running:
        yield running


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest_asyncio.fixture
async def client(server: AriServer, listener: Listener) -> AsyncIterator[AriClient]:
    client = client_of(server, listener)
    await client.start(5.0)
    yield client
    await client.close()


async def test_requests_leave_together_and_in_order(client: AriClient, server: AriServer) -> None:
    replies = await asyncio.gather(*(client.ask("POST", f"channels/{number}/answer") for number in range(20)))
    assert [request["uri"] for request in server.requests] == [f"channels/{number}/answer" for number in range(20)]
    assert all(reply.ok for reply in replies)


async def test_answers_out_of_order_find_their_requests(client: AriClient, server: AriServer) -> None:
    server.answer = lambda request: None
    asked = [asyncio.create_task(client.ask("GET", f"channels/{number}")) for number in range(3)]
    await server.asked(3)
    for request in reversed(server.requests):
        await server.reply(request, status_code=200, message_body=request["uri"])
    assert [(await reply).body for reply in asked] == ["channels/0", "channels/1", "channels/2"]


async def test_no_answer_is_told_after_the_deadline(server: AriServer, listener: Listener) -> None:
    client = client_of(server, listener, deadline_s=1.0)  # the requests of its start have it, too
    await client.start(5.0)
    server.answer = lambda request: None
    reply = await client.ask("POST", "channels/c/answer")
    assert (reply.failure, reply.status) == ("deadline", 0)
    await server.reply(server.requests[0], status_code=204)  # too late: it changes nothing
    server.answer = lambda request: {"status_code": 204}
    assert (await client.ask("POST", "channels/c/ring")).ok
    await client.close()


async def test_a_refusal_says_why(client: AriClient, server: AriServer) -> None:
    server.answer = lambda request: {"status_code": 409, "message_body": '{"message":"not in Stasis"}'}
    reply = await client.ask("POST", "channels/c/answer")
    assert reply.failure == "refused"
    assert "not in Stasis" in reply.reason


async def test_what_cannot_be_read_does_not_end_the_link(
    client: AriClient, server: AriServer, listener: Listener
) -> None:
    with structlog.testing.capture_logs() as logs:
        await server.say("{broken")
        await server.say({"type": "StasisStart", "channel": 7})
        await server.say({"type": "SomethingNew"})
        await server.say({"type": "SomethingNew"})
        await server.say(DIGIT)
        assert isinstance(await listener.events.get(), wire.ChannelDtmfReceived)
    said = [entry["event"] for entry in logs]
    assert said == ["ari.bad_message", "ari.bad_message", "ari.unknown_event"]


async def test_a_fault_of_the_owner_does_not_end_the_link(server: AriServer, listener: Listener) -> None:
    client = client_of(server, listener)
    await client.start(5.0)
    taken: list[wire.AriEvent] = []

    def stumble(event: wire.AriEvent) -> None:
        taken.append(event)
        raise ValueError("a fault")

    client._on_event = stumble
    with structlog.testing.capture_logs() as logs:
        await server.say(DIGIT)
        await server.say(DIGIT)
        assert (await client.ask("GET", "channels")).ok
    assert len(taken) == 2
    assert [entry["event"] for entry in logs] == ["ari.event_failed"] * 2
    await client.close()


async def test_a_lost_link_fails_what_is_open_and_comes_back(
    client: AriClient, server: AriServer, listener: Listener
) -> None:
    server.answer = lambda request: None
    asked = asyncio.create_task(client.ask("POST", "channels/c/answer"))
    await server.asked(1)
    listener.up.clear()
    await server.drop()
    assert (await asked).failure == "switch_lost"
    assert await listener.downs.get()
    assert not client.connected
    assert (await client.ask("GET", "channels")).failure == "switch_lost"
    await listener.up.wait()
    assert (server.connections, listener.ups) == (2, 2)


async def test_lanes_share_the_requests_and_keep_those_about_one_thing_in_order(
    server: AriServer, listener: Listener
) -> None:
    client = client_of(server, listener, connections=4)
    await client.start(5.0)
    asked = [(call, f"channels/{call}/{step}") for step in range(5) for call in range(40)]
    await asyncio.gather(*(client.ask("POST", uri, connection=call) for call, uri in asked))
    by_connection = {request["application"] for request in server.requests}
    assert by_connection == {"hotline", "hotline-connection-1", "hotline-connection-2", "hotline-connection-3"}
    for call in range(40):
        mine = [request for request in server.requests if request["uri"].startswith(f"channels/{call}/")]
        assert [request["uri"] for request in mine] == [f"channels/{call}/{step}" for step in range(5)]
        assert len({request["application"] for request in mine}) == 1
    await client.close()
    assert all(socket.closed for socket in server.sockets.values())


async def test_a_lane_that_waits_holds_up_no_other(server: AriServer, listener: Listener) -> None:
    client = client_of(server, listener, connections=2)
    await client.start(5.0)
    server.answer = lambda request: None if request["uri"] == "channels/slow" else {"status_code": 204}
    slow = asyncio.create_task(client.ask("POST", "channels/slow", connection=0))
    await server.asked(1)
    assert (await client.ask("POST", "channels/quick", connection=1)).ok
    assert not slow.done()
    await server.reply(server.requests[0], status_code=204)
    assert (await slow).ok
    await client.close()


async def test_caught_up_comes_behind_what_was_asked_on_each_lane(server: AriServer, listener: Listener) -> None:
    client = client_of(server, listener, connections=3)
    await client.start(5.0)
    for connection in range(6):
        client.request("POST", f"channels/{connection}", connection=connection)
    await client.caught_up()
    by_connection: dict[str, list[str]] = {}
    for request in server.requests:
        by_connection.setdefault(request["application"], []).append(request["uri"])
    assert sorted(by_connection.values()) == [[f"channels/{n}", f"channels/{n + 3}", "asterisk/ping"] for n in range(3)]
    await client.close()


async def test_lanes_go_down_and_come_up_together(server: AriServer, listener: Listener) -> None:
    client = client_of(server, listener, connections=3)
    await client.start(5.0)
    server.answer = lambda request: None
    asked = [asyncio.create_task(client.ask("POST", "channels/c/answer", connection=call)) for call in range(20)]
    await server.asked(20)
    listener.up.clear()
    await server.drop("hotline-connection-2")
    assert {(await reply).failure for reply in asked} == {"switch_lost"}
    assert await listener.downs.get()
    await listener.up.wait()
    assert (server.connections, listener.ups, listener.downs.qsize()) == (6, 2, 0)
    await client.close()


async def test_without_all_its_lanes_the_link_is_not_up(server: AriServer, listener: Listener) -> None:
    server.refused = {"hotline-connection-2"}
    client = client_of(server, listener, connections=3)
    with pytest.raises(SwitchAway, match="500"):
        await client.start(2.0)
    assert not listener.ups
    assert all(socket.closed for socket in server.sockets.values()), "none is left open"


async def test_a_taken_name_is_the_end(client: AriClient, server: AriServer, listener: Listener) -> None:
    with structlog.testing.capture_logs() as logs:
        await server.say({"type": "ApplicationReplaced", "application": "hotline"})
        assert "another connection" in await listener.downs.get()
        keeper = client._keeper
        assert keeper is not None
        await keeper
    assert "ari.name_taken" in [entry["event"] for entry in logs]
    assert server.connections == 1


async def test_closing_fails_what_is_open(client: AriClient, server: AriServer) -> None:
    server.answer = lambda request: None
    replies: list[Reply] = []
    client.request("POST", "channels/c/answer", replies.append)
    await client.close()
    assert [reply.failure for reply in replies] == ["switch_lost"]


async def test_a_wrong_password_is_named(server: AriServer, listener: Listener) -> None:
    with pytest.raises(SwitchAway, match="refuses user 'user'"):
        await client_of(server, listener, password="wrong").start(2.0)


async def test_an_older_asterisk_gets_its_requests_by_http(listener: Listener) -> None:
    async with ari_server("20.9.0") as server:
        client = client_of(server, listener)
        await client.start(5.0)
        asked = [client.ask("POST", "channels/c/play/p", {"media": ["sound:a"]}), client.ask("DELETE", "playbacks/p")]
        replies = await asyncio.gather(*asked)
        assert [reply.status for reply in replies] == [204, 204]
        assert [request["uri"] for request in server.requests] == ["channels/c/play/p", "playbacks/p"]
        assert server.requests[0]["message_body"] == '{"media":["sound:a"]}'
        await server.say(DIGIT)
        assert isinstance(await listener.events.get(), wire.ChannelDtmfReceived)
        await client.close()
