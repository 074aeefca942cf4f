"""A site as 47380d2 left it when it was killed: today's code reads it, tells the same of it, and goes on."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
import structlog

from acd.events import AgentPaused, AgentResumed, AgentSignedIn
from calls.ids import AgentId, CallId, LegId, leg_on
from control.register.call import Call
from control.routing.assembly import make_router
from control.routing.router import Router
from hotline.driver import clock
from hotline.journal import reading
from hotline.journal.recovery import recover
from hotline.journal.replaying import commands_of
from hotline.journal.write_ahead import WriteAhead
from hotline.server.serving import Server
from hotline.site.site import Site
from hotline.versions.directory import VersionedDirectory
from hotline.versions.sources import hash_of, read_files
from hotline.versions.store import Programs, Versions
from switch.fake import FakeSwitch, LoopTimeline, PickUp, World
from switch.fake.state import Phone
from tests.recorded import site_47380d2 as then
from tests.unit.hotline.served import new_server, serve, until

pytestmark = pytest.mark.unit

_MASKED_THEN = re.compile(r"(\+86)\d{3}\*{4}(\d{4})")
"""More than half of a number was shown."""
REWORDED: tuple[tuple[str, str], ...] = (
    ("anonymous", "a****mous"),
    ("phone:8**2", "ph****8002"),
    (" 2.8 s   1.0 s", " 2.8 s   2.8 s"),  # the survey is no part of the talk
    ("talks with agent 8001 in queue front_desk", "talks with agent 8001"),
    ("talks with agent 8002 in queue care", "talks with agent 8002"),
    ("      5.20 s  the talk with agent 8001 is over after 1.0 s: normal\n", ""),
    ("     14.22 s  the talk with agent 8002 is over after 1.5 s: normal\n", ""),
    ("     13.42 s  the talk with agent 8002 is over after 0.7 s: normal\n", ""),
    ("     16.99 s  the talk with agent 8001 is over after 1.1 s: normal\n", ""),
)
"""Words of the commands that were changed on purpose: as they are now, and as they were then."""

_COMMANDS = """\
import shlex, sys
from hotline.cli.main import app
for line in sys.stdin.read().splitlines():
    print("$ hotline", line, flush=True)
    app([*shlex.split(line), "--site", sys.argv[1]], standalone_mode=False)
    print(flush=True)
"""
_FILES = ("calls", "cases", "callbacks", "versions", "why")


@pytest.fixture(params=["whole journal", "its old part forgotten"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    """The recorded one."""
    found = then.unpack(tmp_path)
    if request.param == "its old part forgotten":
        then.forget(found)
    return found


def new_router(site: Site) -> Router:
    """One that was told nothing yet."""
    versions = Versions(site.versions)
    return make_router(Programs(versions), versions.configuration, VersionedDirectory(versions))


def recovered(site: Site) -> Router:
    """As a controller of today takes it up."""
    found = recover(site.database, WriteAhead(site.database), lambda: new_router(site))
    assert [entry.seq for entry in found.unstored] == list(range(then.STORED + 1, then.WRITTEN + 1))
    for entry in found.entries:
        commands_of(found.router, entry.seq, entry.event, entry.at)
    return found.router


# what is told of it


def test_the_commands_tell_what_they_told_then(tmp_path: Path) -> None:
    site = then.unpack(tmp_path)
    with (site.folder / "hotline.yaml").open("a", encoding="utf-8") as settings:
        settings.write("zone: UTC\n")  # times were told in the process's zone, and that was not beside them
    told = [(then.RECORDED / f"{name}.txt").read_text(encoding="utf-8") for name in _FILES]
    asked = [line.removeprefix("$ hotline ") for text in told for line in text.splitlines() if line.startswith("$ ")]
    assert len(asked) == 24
    done = subprocess.run(
        [sys.executable, "-c", _COMMANDS, str(site.folder)],
        input="\n".join(asked),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "TZ": "UTC", "PYTHONIOENCODING": "utf-8"},
        cwd=Path(__file__).parents[4],
    )
    assert not done.stderr
    said = done.stdout
    for now, before in REWORDED:
        assert now in said
        said = said.replace(now, before)
    now, before = said.replace(" +00:00", ""), "\n".join(_MASKED_THEN.sub(r"\1*******\2", text) for text in told)
    for is_said, was_said in zip(now.split("$ hotline"), before.split("$ hotline"), strict=True):
        assert "".join(is_said.split()) == "".join(was_said.split()), "but for the width of columns"


def test_the_folder_is_still_what_was_published(untouched: Site) -> None:
    texts, _ = read_files(untouched)
    assert hash_of(texts, untouched.settings.region) == Versions(untouched.versions).manifest(then.VERSION).source_hash


# what is known after it


def test_the_snapshot_can_be_read_and_the_write_ahead_files_too(site: Site) -> None:
    with structlog.testing.capture_logs() as logs:
        router = recovered(site)
    assert not logs, "no snapshot of another release, no event that cannot be read"
    assert {call.call: call.place for call in router.register.calls.values()} == then.PLACES


def test_the_snapshot_and_what_follows_it_give_what_the_whole_journal_gives(tmp_path: Path) -> None:
    """So nothing of the snapshot was left out silently, as a field of another name would be. What became of recordings
    is noted since a later release, and where a call is on the ladder: its snapshots lack both. They have the whisper
    of an offer still once it was heard."""
    site = then.unpack(tmp_path)
    replayed = new_router(site)
    unstored = WriteAhead(site.database).after(then.STORED)
    for entry in [*reading.read(site.database, whole=True).entries, *unstored]:
        commands_of(replayed, entry.seq, entry.event, entry.at)
    replayed.register.settled = {}
    replayed.register.ladders = {}
    restored = recovered(site)
    restored.register.ladders = {}
    for offer in restored.register.offers.values():
        offer.whisper = offer.whisper if offer.state == "whispering" else None
    assert msgspec.json.decode(restored.snapshot()) == msgspec.json.decode(replayed.snapshot())


FIELDS_OF_A_CALL: dict[str, Any] = {
    "line": "hotline-1795977599.71",
    "ask": "an-attempt",
    "said_place": 4,
    "said_queue": "loans",
    "unsaid": "a reason",
    "announce_at": 112.25,
    "queued_at": 111.25,
    "answered_at": 113.25,
    "due_at": 114.25,
    "alarms": 3,
    "recorded": True,
    "recordings": ["a.wav"],
    "consent": "allowed",
    "hiding": True,
    "steps": 17,
    "talks": 5,
    "guests": ["a-leg"],
    "outcome": "message",
    "fields": {"about": "a card"},
    "reason": "a card",
    "offer": "an-offer",
    "agent": "8005",
    "bridge": "a-bridge",
    "language": "en",
}
"""Fields of a call as 47380d2 wrote them, each with a value that is nobody's default."""
FIELDS_OF_A_CALLBACK: dict[str, Any] = {
    "number": "+8613900001077",
    "booking": "a-booking",
    "ask": "an-attempt",
    "booked_at": 91.25,
    "expires_at": 92.25,
    "due_at": 93.25,
    "check": "a-check",
    "leg": "a-leg",
    "state": "dialling",
    "tries": 2,
    "turns": 4,
}


def values(of: object) -> list[Any]:
    """All that a record of today holds, at any depth."""
    if isinstance(of, msgspec.Struct):
        return [of, *(inner for value in msgspec.structs.astuple(of) for inner in values(value))]
    return [of]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The recorded one, for tests that only read."""
    return then.unpack(tmp_path_factory.mktemp("recorded"))


@pytest.mark.parametrize("field", FIELDS_OF_A_CALL)
def test_each_field_of_a_call_is_kept_whatever_it_is_called_today(untouched: Site, field: str) -> None:
    of_a_talk = {name: FIELDS_OF_A_CALL[name] for name in ("bridge", "recorded")}  # one is nothing without the other
    changes = of_a_talk if field in of_a_talk else {field: FIELDS_OF_A_CALL[field]}
    assert FIELDS_OF_A_CALL[field] in values(restored(untouched, changes))


@pytest.mark.parametrize("callback", ["callback", "promised"])
@pytest.mark.parametrize("field", FIELDS_OF_A_CALLBACK)
def test_each_field_of_a_callback_is_kept(untouched: Site, callback: str, field: str) -> None:
    assert FIELDS_OF_A_CALLBACK[field] in values(restored(untouched, {callback: FIELDS_OF_A_CALLBACK}))


def restored(site: Site, changes: dict[str, Any]) -> Call:
    """A call of the newest snapshot, as it is read with `changes` to it."""
    newest = reading.read(site.database).snapshot
    assert newest is not None
    snapshot = msgspec.json.decode(newest.state)
    call = snapshot["register"]["calls"][then.WAIT[1]]
    assert changes.keys() <= call.keys()
    call |= changes
    router = new_router(site)
    router.restore(msgspec.json.encode(snapshot))
    return router.register.calls[CallId(then.WAIT[1])]


# a server on it

OWED = {then.BOOKED: "+8613900001011", then.CAME_BACK: "+8613900001012"}
"""Calls that wait for a callback in the end, in their order, and their numbers."""


@asynccontextmanager
async def serving(site: Site, switch: FakeSwitch) -> AsyncIterator[Server]:
    """Today's, stopped in good order after it."""
    server = new_server(site, switch)
    running = await serve(server, then.VERSION)
    try:
        await until(lambda: server.controller.health()["ok"])
        yield server
    finally:
        signal.raise_signal(signal.SIGTERM)
        await running


@pytest.fixture
def _soon_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wall clock stands at the moment of the kill, so that nobody has waited for years."""
    ahead_s = then.KILLED_AT - time.monotonic()
    there = SimpleNamespace(time=lambda: time.monotonic() + ahead_s, monotonic=time.monotonic)
    monkeypatch.setattr(clock, "time", there)


@pytest.mark.usefixtures("_soon_after")
async def test_a_server_adopts_the_calls_takes_a_new_one_and_keeps_what_was_promised(site: Site) -> None:
    switch = then.switch_of_then()
    world = World(switch)
    heard = world.hears
    for account in ("8001", "8002"):
        world.phone(account, PickUp(voice=account))
    world.speak(LegId(then.TALKS), "caller")
    async with serving(site, switch) as server:
        calls = server.register.calls
        assert {call.call: call.place for call in calls.values()} == then.PLACES
        # adopted: they talk on, wait on, and hear again what they were asked
        assert heard(LegId(then.AGENTS_LEG)) == {"caller"}
        assert all(heard(LegId(call)) == {"music"} for call in (*then.WAIT, then.CAME_BACK))
        await until(lambda: all(len(heard(LegId(call))) == 1 for call in (then.IN_MENU, then.KEYS_A_SECRET)))
        # a new call, to the menu and away
        channel = world.dial("95183", "13900001020")
        new = CallId(leg_on(switch.name, channel))  # the others keep their ids, which name no switch
        await until(lambda: new in calls and calls[new].version == then.VERSION and heard(channel))
        # all go; who had come back to the place of a callback is owed that again
        await server.controller.tell(AgentPaused(AgentId("8002"), "break"))
        for call, place in then.PLACES.items():
            if place != "booked":
                world.hang_up(LegId(call))
        world.hang_up(channel)
        await until(lambda: {call.call: call.place for call in calls.values()} == dict.fromkeys(OWED, "booked"))
        # the agent says yes to each, the caller is called, they talk
        await server.controller.tell(AgentSignedIn(AgentId("8001")))
        await server.controller.tell(AgentResumed(AgentId("8001")))
        for call, number in OWED.items():
            await call_back(server, switch, CallId(call), number)
        assert not calls
    with closing(sqlite3.connect(site.database)) as connection:
        found = "SELECT outcome FROM calls WHERE call = ?"
        outcomes = {call: connection.execute(found, (call,)).fetchone()[0] for call in (*then.PLACES, new)}
        callbacks = "SELECT outcome, agent FROM callbacks WHERE call = ?"
        owed = {call: connection.execute(callbacks, (call,)).fetchone() for call in OWED}
        journal = [seq for (seq,) in connection.execute("SELECT seq FROM journal ORDER BY seq")]
    assert outcomes == {
        then.BOOKED: "answered",
        then.TALKS: "answered",
        then.CAME_BACK: "answered",
        **dict.fromkeys(then.WAIT, "abandoned"),
        **dict.fromkeys((then.IN_MENU, then.KEYS_A_SECRET, new), "left_in_menu"),
    }
    assert owed == dict.fromkeys(OWED, ("reached", "8001"))
    assert journal == list(range(journal[0], journal[0] + len(journal))), "no gap"


async def call_back(server: Server, switch: FakeSwitch, call: CallId, number: str) -> None:
    """An agent is asked, presses 1, the number is called, they talk, the agent hangs up."""
    world = World(switch)
    register, heard = server.register, world.hears
    switch.network[number] = Phone(PickUp(voice=number))
    await until(lambda: [offer.call for offer in register.offers.values()] == [call])
    (agent,) = (offer.leg for offer in register.offers.values())
    await until(lambda: heard(agent))
    world.press(agent, "1")
    await until(lambda: heard(agent) == {number})
    assert register.calls[call].place == "talking"
    world.hang_up(agent)
    await until(lambda: call not in register.calls)


@pytest.mark.usefixtures("_soon_after")
async def test_on_a_switch_that_lost_them_all_the_callbacks_stay_and_the_others_are_cases(site: Site) -> None:
    async with serving(site, FakeSwitch(LoopTimeline())) as server:
        await until(lambda: set(server.register.calls) == set(OWED))
    lost = {call for call, place in then.PLACES.items() if place != "booked"} - {then.CAME_BACK}
    with closing(sqlite3.connect(site.database)) as connection:
        cases = connection.execute("SELECT call FROM cases WHERE category = 'lost_call'").fetchall()
    assert {call for (call,) in cases} == lost
