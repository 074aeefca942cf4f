"""A snapshot of callers in every phase and a compiled program, both written by the release before: they go on here.

`recorded/program.msgpack` has a flow for each kind of step, `recorded/snapshot.msgpack` fifteen callers in them, and
`recorded/afterwards.jsonl` what that release ordered for the events that came then, one event a line.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calls.ids import CallId
from ivr.commands import IvrCommand
from ivr.events import IvrEvent
from ivr.machine.core import Ivr
from ivr.program import Program, decode
from ivr.steps import KINDS, SayAnswer, Understand

pytestmark = pytest.mark.unit

_FOLDER = Path(__file__).parent / "recorded"
_EVENT = msgspec.json.Decoder(IvrEvent)
_COMMAND = msgspec.json.Decoder(list[IvrCommand])


_LATER = {SayAnswer, Understand}
"""Kinds of steps that the release before did not have."""


def _program() -> Program:
    return decode((_FOLDER / "program.msgpack").read_bytes())


def _restored() -> Ivr:
    core = Ivr({"v1": _program()})
    core.restore((_FOLDER / "snapshot.msgpack").read_bytes())
    return core


def _afterwards() -> Iterator[dict[str, Any]]:
    for line in (_FOLDER / "afterwards.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_the_program_has_every_kind_of_step() -> None:
    program = _program()
    there = {type(step) for flow in program.flows.values() for step in flow.steps.values()}
    assert there == set(KINDS) - _LATER
    assert program.hours["office"].closures == {"2026-12-31": ()}
    assert program.clips["en"] == {"welcome": "/clips/welcome"}


def test_every_caller_is_where_they_were() -> None:
    core = _restored()
    assert {call: session.phase for call, session in core.sessions.items()} == {
        "saying": "saying",
        "ahead": "saying",
        "asking": "asking",
        "silent": "asking",
        "listening": "asking",
        "confirming": "confirming",
        "checking": "checking",
        "looking": "outside",
        "opening": "outside",
        "queued": "queued",
        "typing": "queued",
        "booking": "queued",
        "transferring": "transferring",
        "recording": "recording",
        "leaving": "leaving",
    }
    asking = core.sessions[CallId("asking")]
    assert [frame.flow for frame in asking.frames] == ["asking", "choose"]
    assert (asking.typed, asking.values()["topic"]) == ("1", "+8613800138000")
    assert core.sessions[CallId("ahead")].hidden == "card"
    typing = core.sessions[CallId("typing")]
    assert (typing.typed, typing.offered) == ("139", ["callback"])


def test_what_is_ordered_afterwards_is_what_was_ordered_then() -> None:
    core = _restored()
    for row in _afterwards():
        event = None if row["event"] is None else _EVENT.decode(json.dumps(row["event"]))
        wanted = _COMMAND.decode(json.dumps(row["commands"]))
        commands = core.tick(row["now"]) if event is None else core.handle(event, row["now"])
        assert commands == wanted, row
    assert not core.sessions
