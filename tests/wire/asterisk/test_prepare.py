"""What a new connection must show before it counts: that events come by it. And what it subscribes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from switch.asterisk import inventory
from switch.asterisk.client import AriClient
from tests.wire.asterisk.ari_server import AriServer, Request, ari_server

pytestmark = pytest.mark.wire

_BODIES = {
    ("GET", "applications/hotline"): {"channel_ids": [], "device_names": ["PJSIP/agent-1001"]},
    ("GET", "endpoints/PJSIP"): [{"resource": name} for name in ("agent-1001", "agent-1002", "trunk")],
}


class Asterisk:
    """A scripted one that answers every request. `told` is the event it sends when asked for one, if it does, and
    `refuses` whether it does not take that order; both hold for the first connection only, later ones are sound."""

    def __init__(self, server: AriServer) -> None:
        self.server = server
        self.told: str | None = "hotline-hears"
        self.refuses = False
        self._tasks: set[asyncio.Task[None]] = set()
        server.answer = self._answer

    def _answer(self, request: Request) -> Request:
        if request["uri"].startswith("events/user/"):
            first = self.server.connections == 1
            if self.refuses and first:
                return {"status_code": 404}
            told = self.told if first else "hotline-hears"
            if told is not None:
                event = {"type": "ChannelUserevent", "eventname": told}
                task = asyncio.create_task(self.server.say(event))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        body = _BODIES.get((request["method"], request["uri"]))
        return {"status_code": 204} if body is None else {"status_code": 200, "message_body": json.dumps(body)}

    async def connections(self) -> int:
        """How many a client needs until it is up."""

        async def on_up() -> None:
            await inventory.prepare(client, "hotline", "hotline-room", "agent-")

        client = AriClient(
            self.server.url,
            "user",
            "secret",
            "hotline",
            on_event=lambda event: None,
            on_up=on_up,
            on_down=lambda reason: None,
        )
        await client.start(5.0)
        await client.close()
        return self.server.connections


@pytest_asyncio.fixture
async def asterisk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asterisk]:
    monkeypatch.setattr(inventory, "_HEARD_S", 0.3)
    async with ari_server() as server:
        yield Asterisk(server)


async def test_one_that_tells_counts(asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "_HEARD_S", 60.0)
    assert await asterisk.connections() == 1


async def test_one_that_answers_and_tells_nothing_is_built_anew(asterisk: Asterisk) -> None:
    asterisk.told = None
    assert await asterisk.connections() == 2


async def test_the_event_of_somebody_else_is_not_ours(asterisk: Asterisk) -> None:
    asterisk.told = "another"
    assert await asterisk.connections() == 2


async def test_one_that_refuses_to_tell_is_built_anew_at_once(
    asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "_HEARD_S", 60.0)
    asterisk.refuses = True
    assert await asterisk.connections() == 2


async def test_phones_are_subscribed_to_by_name_and_once(asterisk: Asterisk) -> None:
    await asterisk.connections()
    subscribed = [request["uri"] for request in asterisk.server.requests if "/subscription" in request["uri"]]
    assert subscribed == ["applications/hotline/subscription?eventSource=deviceState:PJSIP%2Fagent-1002"]
