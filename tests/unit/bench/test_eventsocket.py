"""The libraries that the event socket's bench is measured beside run in a Python of their own."""

import json
import sys
import types
from pathlib import Path

import pytest

from bench import eventsocket, eventsocket_esl, eventsocket_ours
from bench.eventsocket_peer import sample

pytestmark = pytest.mark.unit


class _Event:
    def getHeader(self, name: str) -> str:  # python-ESL's own spelling
        return sample()[name]

    def getBody(self) -> str:  # python-ESL's own spelling
        return "+OK\n"


class _Connection:
    """python-ESL's connection, to a switch that answers all at once."""

    asked: list[tuple[str, str]]
    received: int

    def __init__(self, host: str, port: str, password: str) -> None:
        type(self).asked, type(self).received = [], 0

    def connected(self) -> int:
        return 1

    def api(self, command: str, argument: str) -> _Event:
        self.asked.append((command, argument))
        return _Event()

    def recvEvent(self) -> _Event:  # python-ESL's own spelling
        type(self).received += 1
        return _Event()


def test_python_esl_does_the_same_work(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ESL", types.SimpleNamespace(ESLconnection=_Connection))
    found = eventsocket_esl.measure(1, events=3, commands=2)
    assert set(found) == {"event_plain_us", "event_json_us", "command_us"}
    order = ("uuid_setvar", f"{eventsocket_ours.LEG} name value")
    assert _Connection.asked == [("events", "plain 3"), ("events", "json 3"), order, order]
    assert _Connection.received == 6
    assert eventsocket_esl.READ == eventsocket_ours.READ


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A Python of somebody else, whose second round is the better one in one figure."""
    program = tmp_path / "python"
    rounds = tmp_path / "rounds"
    first, second = ({"event_us": 90.0, "command_us": value} for value in (40.0, 38.0))
    program.write_text(
        f"#!/bin/sh\nif [ -e {rounds} ]; then echo '{json.dumps(second | {'event_us': 95.0})}'; "
        f"else echo $1 > {rounds}; echo '{json.dumps(first)}'; fi\n"
    )
    program.chmod(0o755)
    return program


def test_another_library_is_told_by_its_best_rounds(python: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOTLINE_BENCH_ESL", str(python))
    found = eventsocket._elsewhere("HOTLINE_BENCH_ESL", "eventsocket_esl.py", 1, rounds=2)
    assert found == {"event_us": 90.0, "command_us": 38.0}
    assert (python.parent / "rounds").read_text().endswith("bench/eventsocket_esl.py\n")


def test_a_library_that_is_not_named_is_not_measured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("HOTLINE_BENCH_ESL", raising=False)
    assert eventsocket._elsewhere("HOTLINE_BENCH_ESL", "eventsocket_esl.py", 1, rounds=1) is None


def test_a_python_that_does_not_have_it_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOTLINE_BENCH_ESL", "false")
    with pytest.raises(RuntimeError, match=r"false could not run eventsocket_esl\.py"):
        eventsocket._elsewhere("HOTLINE_BENCH_ESL", "eventsocket_esl.py", 1, rounds=1)


def test_ours_stands_beside_the_form_that_the_other_reads_faster():
    measured = {"event (uvloop)": [(20.0, 100.0), (18.0, 90.0)], "command (uvloop)": [(50.0, 40.0)]}
    theirs = {"event_plain_us": 80.0, "event_json_us": 70.0, "command_us": 36.0}
    event, command = eventsocket._beside("python-ESL", "uvloop", measured, theirs)
    assert (event.value, event.reference) == (18.0, 70.0)
    assert (command.value, command.reference) == (50.0, 36.0)
