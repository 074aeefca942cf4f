"""A replay gives the commands that the router gave then, and a rule that breaks costs its own event only."""

from collections.abc import Iterator

import pytest
import structlog

from calls import events as door
from calls.causes import Cause
from calls.ids import LegId
from control.messages import commands, events
from control.routing.router import Router
from hotline.journal.reading import Entry, Snapshot
from hotline.journal.replaying import commands_of, replayed, restored
from tests.unit.control.harness import ControlHarness

pytestmark = pytest.mark.unit


def _day() -> ControlHarness:
    house = ControlHarness("01")
    call = house.arrive()
    house.press(call, "1")
    house.talk(call, 30.0)
    house.tell(door.CallEnded(LegId(house.arrive()), Cause.NORMAL))
    return house


def _entries(house: ControlHarness) -> list[Entry]:
    return [Entry(seq, at, event) for seq, (at, event) in enumerate(house.journal, 1)]


def _new_router() -> Router:
    return ControlHarness().empty().router


def test_the_same_commands_from_the_beginning_and_from_a_snapshot() -> None:
    house = _day()
    router, snapshot = restored(_new_router, [])
    found = list(replayed(router, _entries(house)))
    assert snapshot is None
    assert [entry for entry, _ in found] == _entries(house)
    assert [command for _, given in found for command in given] == house.commands

    middle = len(house.journal) // 2
    half, _ = restored(_new_router, [])
    before = [command for _, given in replayed(half, _entries(house)[:middle]) for command in given]
    router, snapshot = restored(_new_router, [Snapshot(middle, 0.0, half.snapshot())])
    assert snapshot is not None
    after = [command for _, given in replayed(router, _entries(house)[middle:]) for command in given]
    assert before + after == house.commands


def test_a_snapshot_of_another_release_is_passed_over_and_why_is_told() -> None:
    refused: list[int] = []
    unreadable, readable = Snapshot(7, 0.0, b'{"register": 1}'), Snapshot(4, 0.0, _day().router.snapshot())
    router, snapshot = restored(_new_router, [unreadable, readable], lambda one, error: refused.append(one.seq))
    assert (snapshot, refused) == (readable, [7])
    assert router.snapshot() == readable.state
    router, snapshot = restored(_new_router, [unreadable])
    assert snapshot is None
    assert router.snapshot() == _new_router().snapshot()


def test_the_next_entry_is_asked_for_once_the_one_before_was_taken() -> None:
    house = _day()
    router = _new_router()
    offsets: list[float] = []

    def entries() -> Iterator[Entry]:
        for entry in _entries(house):
            offsets.append(router.register.offset_s)
            yield entry

    for _ in replayed(router, entries()):
        pass
    assert offsets[:2] == [0.0, house.router.register.offset_s]


def test_a_rule_that_breaks_is_logged_and_gives_no_command() -> None:
    router = _new_router()

    def broken(event: events.RouterEvent, now: float) -> list[commands.RouterCommand]:
        raise ZeroDivisionError("by design")

    router.handle = broken  # type: ignore[method-assign]  # a rule that breaks is not to be had otherwise
    with structlog.testing.capture_logs() as logged:
        assert commands_of(router, 12, events.Restarted(), 1.0) == []
    ((line),) = logged
    assert (line["event"], line["event_type"], line["seq"], line["log_level"]) == (
        "a rule is broken",
        "Restarted",
        12,
        "critical",
    )
    assert "ZeroDivisionError: by design" in line["trace"]
    assert line["advice"]
