"""The same work done by python-ESL, in the Python that has it: `python bench/eventsocket_esl.py PORT EVENTS COMMANDS`.

Run by `bench.eventsocket` when HOTLINE_BENCH_ESL names such a Python; imports nothing of ours. Prints a JSON object
with microseconds of CPU. It blocks in each call and runs no loop: that is part of what it costs less. Events come in
both forms, as it understands both.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from typing import Any

READ = ("Unique-ID", "Caller-Caller-ID-Number", "Caller-Destination-Number", "Answer-State", "Channel-State")


def measure(port: int, events: int, commands: int) -> dict[str, float]:
    """CPU of an event in its plain and in its JSON form, and of a command and its reply."""
    esl: Any = importlib.import_module("ESL")
    connection = esl.ESLconnection("127.0.0.1", str(port), "any")
    if not connection.connected():
        raise ConnectionError(f"python-ESL could not connect to port {port}")
    found = {f"event_{form}_us": _events_us(connection, form, events) for form in ("plain", "json")}
    begun = time.process_time()
    for _ in range(commands):
        connection.api("uuid_setvar", "5ea67d88-40b9-45f4-8d0f-3ba9153eee61 name value").getBody()
    found["command_us"] = (time.process_time() - begun) / commands * 1e6
    return found


def _events_us(connection: Any, form: str, events: int) -> float:
    begun = time.process_time()
    connection.api("events", f"{form} {events}")
    for _ in range(events):
        event = connection.recvEvent()
        if event.getHeader("Event-Name") != "CHANNEL_ANSWER":
            raise ValueError(f"python-ESL received {event.getType()}")
        for name in READ:
            event.getHeader(name)
    return (time.process_time() - begun) / events * 1e6


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:4]))))
