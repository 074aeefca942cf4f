"""The same work done by genesis, in the Python that has it: `python bench/eventsocket_genesis.py PORT EVENTS COMMANDS`.

Run by `bench.eventsocket` when HOTLINE_BENCH_GENESIS names such a Python; imports nothing of ours. Prints a JSON object
with microseconds of CPU. genesis does not route JSON events, so it is sent plain ones.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
import time
from typing import Any


async def measure(port: int, events: int, commands: int) -> dict[str, float]:
    """CPU of an event and of a command."""
    genesis: Any = importlib.import_module("genesis")
    seen = 0
    done = asyncio.Event()

    async def count(event: object) -> None:
        nonlocal seen
        seen += 1
        if seen == events:
            done.set()

    async with genesis.Inbound("127.0.0.1", port, "any") as client:
        client.handlers["CHANNEL_ANSWER"] = [count]
        begun = time.process_time()
        await client.send(f"api events plain {events}")
        async with asyncio.timeout(120):
            await done.wait()
        event_us = (time.process_time() - begun) / events * 1e6
        begun = time.process_time()
        for _ in range(commands):
            await client.send("api uuid_setvar 5ea67d88-40b9-45f4-8d0f-3ba9153eee61 name value")
        command_us = (time.process_time() - begun) / commands * 1e6
    return {"event_us": event_us, "command_us": command_us}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*map(int, sys.argv[1:4])))))
