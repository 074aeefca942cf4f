"""The journal of a simulated house: what a live controller would have written, so a replay gives the same commands."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from calls.errors import BadInput
from calls.events import CommandDone, DigitPressed
from calls.ids import Instant
from control.messages import commands, events
from control.routing.assembly import make_router
from control.routing.router import Router
from hotline.journal import reading
from hotline.replay.simulated import journal_to
from hotline.store import opening
from ivr.vault import HIDDEN
from sim.chance import Columns, Streams
from sim.house.running import draw
from sim.house.world import House
from tests.unit.sim.house.sample import sample, scenario

pytestmark = pytest.mark.unit

Line = tuple[Instant, events.RouterEvent, list[commands.RouterCommand]]


def new_router() -> Router:
    dialplan, _ = sample()
    return make_router({dialplan.version: dialplan.program}, lambda version: dialplan.configuration, dialplan.directory)


@pytest.fixture(scope="module")
def lived() -> list[Line]:
    """An hour of many callers and few agents: queues, callbacks, messages, transfers of queues."""
    dialplan, _ = sample()
    busy = scenario(
        lasts_s=3600,
        callers={
            "all": {"dials": "95183", "per_hour": 120, "wants": {"front_desk": 2, "loans": 3, "balance": 1, "care": 2}}
        },
        agents={"8004": {"shift": {"from_s": 600, "to_s": 2400}}, "default": {"misses": 0.1, "rejects": 0.1}},
    )
    lines: list[Line] = []
    house = House(
        dialplan,
        busy,
        draw(busy, 5),
        Columns(Streams(5), 4096),
        watch=lambda now, event, ordered: lines.append((now, event, list(ordered))),
    )
    house.run()
    assert house.left_over() == 0
    return lines


def test_a_replay_gives_the_same_commands(lived: list[Line]) -> None:
    router = new_router()
    for now, event, ordered in lived:
        assert router.handle(event, now) == ordered


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_snapshot_in_the_middle_goes_on_to_the_same_end(lived: list[Line], part: float) -> None:
    middle = int(len(lived) * part)
    first = new_router()
    for now, event, _ in lived[:middle]:
        first.handle(event, now)
    second = new_router()
    second.restore(first.snapshot())
    for now, event, ordered in lived[middle:]:
        assert second.handle(event, now) == ordered
    assert not second.register.calls


def test_it_holds_what_a_live_journal_holds_and_no_secret(lived: list[Line]) -> None:
    kinds = {type(event) for _, event, _ in lived}
    assert CommandDone not in kinds
    assert {events.VersionPublished, events.GateAnswered, events.CaseFiled, events.Restarted} <= kinds
    hidden = [event for _, event, _ in lived if isinstance(event, DigitPressed) and event.digit == HIDDEN]
    assert len(hidden) >= 18, "an identity number was keyed, and only its dots are here"
    instants = [now for now, _, _ in lived]
    assert instants == sorted(instants)


def test_the_file_is_a_store_that_a_replay_reads(lived: list[Line], tmp_path: Path) -> None:
    path = tmp_path / "day.db"
    with journal_to(path) as note:
        for now, event, _ in lived:
            note(now, event)
    connection = opening.to_read(path)
    entries = list(reading.entries_between(connection, 1, reading.END))
    connection.close()
    assert [(entry.at, entry.event) for entry in entries] == [(now, event) for now, event, _ in lived]
    assert [entry.seq for entry in entries] == list(range(1, len(lived) + 1))
    with pytest.raises(BadInput, match="there already"), journal_to(path):
        pass


def test_the_same_seed_gives_the_same_journal_and_another_does_not() -> None:
    dialplan, _ = sample()
    quiet = scenario(lasts_s=600)

    def journal(seed: int) -> list[bytes]:
        lines: list[bytes] = []
        House(
            dialplan,
            quiet,
            draw(quiet, seed),
            Columns(Streams(seed), 4096),
            lambda now, event: lines.append(msgspec.json.encode((now, event))),
        ).run()
        return lines

    first = journal(1)
    assert first == journal(1)
    assert first != journal(2)


def test_a_store_of_nothing_is_still_a_store(tmp_path: Path) -> None:
    with journal_to(tmp_path / "empty.db"):
        pass
    with sqlite3.connect(tmp_path / "empty.db") as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone() == (0,)
    connection.close()
