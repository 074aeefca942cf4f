"""What the Event Socket costs: CPU of our process for an event that comes in, and for a command and its reply.

All is done over a real loopback connection to a peer in a process of its own, so that sockets and the event loop are
counted as in service. The reference is raw asyncio (StreamReader, a dict, `unquote`) on the same events in the same
run and on the same loop, taking turns with ours. Measured on uvloop where it is installed, and on asyncio's own loop,
named so: a command that waits alone for its reply is two system calls and two turns of the loop, and little else.

genesis and python-ESL are measured in the same run too, when HOTLINE_BENCH_GENESIS and HOTLINE_BENCH_ESL name a
Python that has the one or the other. Neither is installed beside us: genesis needs another set of dependencies than
ours, and python-ESL 1.4.18 does not build as shipped (docs/decisions/0002-own-event-socket.md). python-ESL blocks and
has no loop, so it stands beside ours on the loop that serves; genesis runs on asyncio's own.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import eventsocket_delay, eventsocket_ours, eventsocket_raw, machine
from bench.catalogue import Options
from bench.report import Figure, Report, at_most, told

ROOT = Path(__file__).resolve().parents[1]
EVENTS = 5_000
COMMANDS = 2_000
TOGETHER = 5
"""What a Bridge is to the switch: its attempt on both legs, the file to record to, the order itself."""
ROUNDS = 5
UNIT = "µs CPU"
EVENT_TARGET_US = 30.0
COMMAND_TARGET_US = 40.0
OWN_LOOP = "asyncio's own loop"

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
Contestant = Callable[[], Coroutine[None, None, float]]


def run(options: Options) -> Report:
    """Takes about half a minute; `quick` one round of each."""
    rounds = 1 if options.quick else ROUNDS
    about = machine.facts()
    figures: list[Figure] = []
    loops = _loops()
    with _peer() as port:
        measured = _in_turns(_contestants(port), loops, rounds)
        genesis = _elsewhere("HOTLINE_BENCH_GENESIS", "eventsocket_genesis.py", port, rounds)
        esl = _elsewhere("HOTLINE_BENCH_ESL", "eventsocket_esl.py", port, rounds)
    serving = next(iter(loops))
    for loop in loops:
        figures += _of_loop(loop, measured, serves=loop == serving)
    about["notes"] = [
        f"{contest}, rounds ours/raw: " + ", ".join(f"{ours:.1f}/{raw:.1f}" for ours, raw in pairs)
        for contest, pairs in measured.items()
    ]
    for library, loop, found in (("genesis", OWN_LOOP, genesis), ("python-ESL", serving, esl)):
        if found is None:
            variable = "HOTLINE_BENCH_GENESIS" if library == "genesis" else "HOTLINE_BENCH_ESL"
            about["notes"].append(f"{library} was not measured: {variable} names a Python that has it")
        else:
            figures += _beside(library, loop, measured, found)
    switch = eventsocket_delay.named()
    late: list[Figure] = []
    if switch is not None:
        late = asyncio.run(eventsocket_delay.figures(switch, 20 if options.quick else 300))
    return Report("eventsocket", about, [*figures, *_codec_alone(rounds), *late])


def _loops() -> dict[str, LoopFactory]:
    """The loop that `hotline serve` runs on comes first."""
    loops: dict[str, LoopFactory] = {}
    if importlib.util.find_spec("uvloop") is not None:
        loops["uvloop"] = importlib.import_module("uvloop").new_event_loop
    loops[OWN_LOOP] = asyncio.new_event_loop
    return loops


def _contestants(port: int) -> dict[str, tuple[Contestant, Contestant]]:
    """By what is done: ours, and raw asyncio."""
    ours, raw = eventsocket_ours, eventsocket_raw
    return {
        "event": (lambda: ours.events_us(port, EVENTS), lambda: raw.events_us(port, EVENTS)),
        "command": (lambda: ours.commands_us(port, COMMANDS), lambda: raw.commands_us(port, COMMANDS)),
        "commands together": (
            lambda: ours.commands_us(port, COMMANDS, TOGETHER),
            lambda: raw.commands_us(port, COMMANDS, TOGETHER),
        ),
    }


def _in_turns(
    contestants: dict[str, tuple[Contestant, Contestant]], loops: dict[str, LoopFactory], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Microseconds of ours and of raw asyncio, one right after the other, by what is done and on which loop."""
    measured: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        for loop, factory in loops.items():
            with asyncio.Runner(loop_factory=factory) as runner:
                for contest, (ours, raw) in contestants.items():
                    pair = (runner.run(ours()), runner.run(raw()))
                    measured.setdefault(f"{contest} ({loop})", []).append(pair)
    return measured


def _best(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The best round of each: a busy machine only ever adds."""
    return min(ours for ours, _ in pairs), min(raw for _, raw in pairs)


def _of_loop(loop: str, measured: dict[str, list[tuple[float, float]]], *, serves: bool) -> list[Figure]:
    """The loop that serves has the targets; of the other one it is told."""
    event, command, together = (
        _best(measured[f"{contest} ({loop})"]) for contest in ("event", "command", "commands together")
    )
    names = ("decode an event", "encode a command", f"encode a command, {TOGETHER} together")
    if not serves:
        pairs = zip(names, (event, command, together), strict=True)
        return [told(f"{name}, {loop}", ours, UNIT, raw) for name, (ours, raw) in pairs]
    return [
        at_most(names[0], event[0], UNIT, EVENT_TARGET_US, event[1]),
        at_most(names[1], command[0], UNIT, COMMAND_TARGET_US, command[1]),
        at_most(names[2], together[0], UNIT, COMMAND_TARGET_US, together[1]),
    ]


def _beside(
    library: str, loop: str, measured: dict[str, list[tuple[float, float]]], found: dict[str, float]
) -> list[Figure]:
    """Ours on `loop` beside another library, which tells `command_us` and `event_us` of one form or more."""
    event, command = (_best(measured[f"{contest} ({loop})"])[0] for contest in ("event", "command"))
    theirs = min(value for figure, value in found.items() if figure.startswith("event"))
    return [
        at_most(f"decode an event, {loop}, beside {library}", event, UNIT, EVENT_TARGET_US, theirs),
        told(f"encode a command, {loop}, beside {library}", command, UNIT, found["command_us"]),
    ]


def _codec_alone(rounds: int) -> list[Figure]:
    ours = eventsocket_ours
    turns, events = rounds * 5, EVENTS // 5  # short ones: without a socket nothing else tells how busy the machine was
    json_us, plain_us = (min(ours.decoding_us(form, events) for _ in range(turns)) for form in ("json", "plain"))
    command_us = min(ours.encoding_us(events) for _ in range(turns))
    return [
        at_most("decode a JSON event, codec alone", json_us, UNIT, EVENT_TARGET_US),
        at_most("decode a plain event, codec alone", plain_us, UNIT, EVENT_TARGET_US),
        at_most("encode a command, codec alone", command_us, UNIT, COMMAND_TARGET_US),
    ]


@contextmanager
def _peer() -> Iterator[int]:
    command = [sys.executable, "-m", "bench.eventsocket_peer"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def _elsewhere(variable: str, script: str, port: int, rounds: int) -> dict[str, float] | None:
    """The same work in the Python that `variable` names: the best of so many rounds, or None when it names none."""
    python = os.environ.get(variable)
    if not python:
        return None
    command = [python, str(Path(__file__).with_name(script)), str(port), str(EVENTS), str(COMMANDS)]
    best: dict[str, float] = {}
    for _ in range(rounds):
        process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        if process.returncode != 0:
            raise RuntimeError(f"{python} could not run {script}: it ended with {process.returncode}")
        found: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
        best = {figure: min(value, best.get(figure, value)) for figure, value in found.items()}
    return best
