"""Our side of `bench.eventsocket`: the client as the adapter uses it, and the codec alone."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.eventsocket_peer import frame, json_body, plain_body
from switch.freeswitch.client import ClientSettings, EventSocketClient
from switch.freeswitch.lag import ReaderLag
from switch.freeswitch.wire import Api, Conversation, Event, Subscribe, parse_json_event, parse_plain_event

LEG = "5ea67d88-40b9-45f4-8d0f-3ba9153eee61"
READ = ("Unique-ID", "Caller-Caller-ID-Number", "Caller-Destination-Number", "Answer-State", "Channel-State")
"""The headers that a consumer reads of each event, by all contestants."""


class _Counter:
    """A listener that reads what an adapter reads."""

    def __init__(self) -> None:
        self.seen = 0
        self.awaited = 0
        self.done = asyncio.Event()

    async def resync(self) -> None:
        """Nothing to take stock of."""

    def event(self, event: Event) -> None:
        for name in READ:
            event.get(name)
        self.seen += 1
        if self.seen == self.awaited:
            self.done.set()

    def lost(self, reason: str) -> None:
        """At the end of each round."""

    def lagging(self, lag: ReaderLag) -> None:
        """The sample's times are of the past."""


async def events_us(port: int, events: int) -> float:
    """CPU of an event, in microseconds."""
    async with _client(port) as (client, counter):
        counter.awaited = events
        begun = time.process_time()
        await client.api("events", f"json {events}")
        await counter.done.wait()
        return (time.process_time() - begun) / events * 1e6


async def commands_us(port: int, commands: int, together: int = 1) -> float:
    """CPU of a command and its reply, in microseconds; `together` are submitted before the first reply is awaited."""
    async with _client(port) as (client, _):
        begun = time.process_time()
        for _ in range(commands // together):
            for reply in [client.submit(Api("uuid_setvar", f"{LEG} name value")) for _ in range(together)]:
                await reply
        return (time.process_time() - begun) / (commands // together * together) * 1e6


def decoding_us(form: str, events: int) -> float:
    """CPU of the codec for an event, without a socket. `form`: json or plain."""
    data = frame(form)
    body = json_body() if form == "json" else plain_body()
    parse = parse_json_event if form == "json" else parse_plain_event
    if {name: parse(body).get(name) for name in READ} != {
        name: parse_json_event(json_body()).get(name) for name in READ
    }:
        raise RuntimeError("the two forms of the sample differ")
    talk = Conversation()
    begun = time.process_time()
    for _ in range(events // 50):
        talk.feed(data * 50)
        while (event := talk.tell()) is not None:  # one by one, as the link does
            assert isinstance(event, Event)
            for name in READ:
                event.get(name)
    return (time.process_time() - begun) / (events // 50 * 50) * 1e6


def encoding_us(commands: int) -> float:
    """CPU of the codec for a command, without a socket and a reply."""
    begun = time.process_time()
    for number in range(commands):
        Api("uuid_setvar", f"{LEG} name {number}").encode()
    return (time.process_time() - begun) / commands * 1e6


@asynccontextmanager
async def _client(port: int) -> AsyncIterator[tuple[EventSocketClient, _Counter]]:
    counter = _Counter()
    settings = ClientSettings("any", port=port, heartbeat_s=600, command_deadline_s=60, lag_warning_s=1e12)
    client = EventSocketClient(settings, counter, Subscribe(("ALL",)), random.Random(1))
    await client.start(10)
    try:
        yield client, counter
    finally:
        await client.close()
