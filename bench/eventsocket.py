"""What the Event Socket costs: CPU of our process for an event that comes in, and for a command and its reply.

All is done over a real loopback connection to a peer in a process of its own, so that sockets and the event loop are
counted as in service. The reference is raw asyncio (StreamReader, a dict, `unquote`) on the same events in the same
run, taking turns with ours. genesis is measured in the same run too when HOTLINE_BENCH_GENESIS names a Python that has
it; it needs another set of dependencies than ours, so it is not installed beside us. python-ESL 1.4.18 does not build
with SWIG 4 any more, so it is not measured; 64 µs an event and 10 µs a command were measured with an older one.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import unquote

from bench import eventsocket_delay, machine
from bench.catalogue import Options
from bench.eventsocket_peer import frame, json_body, plain_body
from bench.report import Report, at_most
from switch.freeswitch.client import ClientSettings, EventSocketClient
from switch.freeswitch.lag import ReaderLag
from switch.freeswitch.wire import Api, Conversation, Event, Subscribe, parse_json_event, parse_plain_event

ROOT = Path(__file__).resolve().parents[1]
EVENTS = 5_000
COMMANDS = 2_000
ROUNDS = 5
UNIT = "µs CPU"
EVENT_TARGET_US = 30.0
COMMAND_TARGET_US = 40.0
LEG = "5ea67d88-40b9-45f4-8d0f-3ba9153eee61"
READ = ("Unique-ID", "Caller-Caller-ID-Number", "Caller-Destination-Number", "Answer-State", "Channel-State")
"""The headers that a consumer reads of each event, by both contestants."""


async def run(options: Options) -> Report:
    """Takes about half a minute; `quick` one round of each."""
    rounds = 1 if options.quick else ROUNDS
    about = machine.facts()
    async with _peer() as port:
        ours_event, raw_event = await _in_turns(lambda: _our_events(port), lambda: _raw_events(port), rounds)
        ours_command, raw_command = await _in_turns(lambda: _our_commands(port), lambda: _raw_commands(port), rounds)
        genesis = await _genesis(port)
    figures = [
        at_most("decode an event", ours_event, UNIT, EVENT_TARGET_US, raw_event),
        at_most("encode a command", ours_command, UNIT, COMMAND_TARGET_US, raw_command),
    ]
    if genesis is None:
        about["notes"] = ["genesis was not measured: HOTLINE_BENCH_GENESIS names a Python that has it"]
    else:
        figures += [
            at_most("decode an event, beside genesis", ours_event, UNIT, EVENT_TARGET_US, genesis["event_us"]),
            at_most("encode a command, beside genesis", ours_command, UNIT, COMMAND_TARGET_US, genesis["command_us"]),
        ]
    alone = [
        at_most("decode a JSON event, codec alone", _codec("json", rounds), UNIT, EVENT_TARGET_US),
        at_most("decode a plain event, codec alone", _codec("plain", rounds), UNIT, EVENT_TARGET_US),
        at_most("encode a command, codec alone", _encoding(rounds), UNIT, COMMAND_TARGET_US),
    ]
    switch = eventsocket_delay.named()
    late = await eventsocket_delay.figures(switch, 20 if options.quick else 300) if switch is not None else []
    return Report("eventsocket", about, [*figures, *alone, *late])


@asynccontextmanager
async def _peer() -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.eventsocket_peer",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def _in_turns(
    ours: Callable[[], Awaitable[float]], raw: Callable[[], Awaitable[float]], rounds: int
) -> tuple[float, float]:
    """The best of some rounds of each, in microseconds: a busy machine only ever adds."""
    best_ours = best_raw = float("inf")
    for _ in range(rounds):
        best_ours = min(best_ours, await ours())
        best_raw = min(best_raw, await raw())
    return best_ours, best_raw


# -- ours


class _Counter:
    """A listener that reads what an adapter reads."""

    def __init__(self) -> None:
        self.seen = 0
        self.done = asyncio.Event()

    async def resync(self) -> None:
        """Nothing to take stock of."""

    def event(self, event: Event) -> None:
        for name in READ:
            event.get(name)
        self.seen += 1
        if self.seen == EVENTS:
            self.done.set()

    def lost(self, reason: str) -> None:
        """At the end of each round."""

    def lagging(self, lag: ReaderLag) -> None:
        """The sample's times are of the past."""


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


async def _our_events(port: int) -> float:
    async with _client(port) as (client, counter):
        begun = time.process_time()
        await client.api("events", f"json {EVENTS}")
        await counter.done.wait()
        return (time.process_time() - begun) / EVENTS * 1e6


async def _our_commands(port: int) -> float:
    async with _client(port) as (client, _):
        begun = time.process_time()
        for _ in range(COMMANDS):
            await client.api("uuid_setvar", f"{LEG} name value")
        return (time.process_time() - begun) / COMMANDS * 1e6


# -- raw asyncio


async def _raw_frame(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    headers: dict[str, str] = {}
    while (line := await reader.readline()) != b"\n":
        name, _, value = line.decode().partition(": ")
        headers[name] = value.rstrip("\n")
    return headers, await reader.readexactly(int(headers.get("Content-Length", 0)))


@asynccontextmanager
async def _raw(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await _raw_frame(reader)
    writer.write(b"auth any\n\n")
    await _raw_frame(reader)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def _raw_events(port: int) -> float:
    async with _raw(port) as (reader, writer):
        begun = time.process_time()
        writer.write(b"api events plain %d\n\n" % EVENTS)
        await _raw_frame(reader)
        for _ in range(EVENTS):
            _, body = await _raw_frame(reader)
            event: dict[str, str] = {}
            for line in body.decode().splitlines():
                name, _, value = line.partition(": ")
                event[name] = unquote(value)
            for name in READ:
                event.get(name)
        return (time.process_time() - begun) / EVENTS * 1e6


async def _raw_commands(port: int) -> float:
    async with _raw(port) as (reader, writer):
        begun = time.process_time()
        for _ in range(COMMANDS):
            writer.write(f"api uuid_setvar {LEG} name value\n\n".encode())
            await writer.drain()
            await _raw_frame(reader)
        return (time.process_time() - begun) / COMMANDS * 1e6


# -- genesis, and the codec alone


async def _genesis(port: int) -> dict[str, float] | None:
    python = os.environ.get("HOTLINE_BENCH_GENESIS")
    if not python:
        return None
    script = Path(__file__).with_name("eventsocket_genesis.py")
    process = await asyncio.create_subprocess_exec(
        python,
        str(script),
        str(port),
        str(EVENTS),
        str(COMMANDS),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{python} could not measure genesis: it ended with {process.returncode}")
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


def _codec(form: str, rounds: int) -> float:
    data = frame(form)
    body = json_body() if form == "json" else plain_body()
    parse = parse_json_event if form == "json" else parse_plain_event
    if {name: parse(body).get(name) for name in READ} != {
        name: parse_json_event(json_body()).get(name) for name in READ
    }:
        raise RuntimeError("the two forms of the sample differ")
    best = float("inf")
    for _ in range(rounds):
        talk = Conversation()
        begun = time.process_time()
        for _ in range(EVENTS // 50):
            for event in talk.receive(data * 50):
                assert isinstance(event, Event)
                for name in READ:
                    event.get(name)
        best = min(best, (time.process_time() - begun) / EVENTS * 1e6)
    return best


def _encoding(rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        for number in range(EVENTS):
            Api("uuid_setvar", f"{LEG} name {number}").encode()
        best = min(best, (time.process_time() - begun) / EVENTS * 1e6)
    return best
