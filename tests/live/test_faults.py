"""What breaks, on a real Asterisk with a real controller: each ends in a defined state, is told, and loses nothing."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio

from control.messages.log_commands import LogCall, LogLeg
from control.routing.assembly import make_router
from hotline.journal.reading import END, entries_between
from hotline.versions.directory import VersionedDirectory
from hotline.versions.publishing import publish
from hotline.versions.store import Programs, Versions
from phones.agent_phone import Answer, LetRing
from phones.audio import tone
from phones.hostile import garbage, half_invite, send_slowly
from speech.espeak import Espeak
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import ROOT, LiveSite
from tests.live.site_files import AGENT, BYE, CALLER, MENU, NOTED

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
PUBLISHES = int(os.environ.get("HOTLINE_PUBLISHES", "30"))
"""`make stress` makes it a thousand."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        yield house


async def test_the_link_drops_in_a_talk_and_nobody_notices(house: LiveSite) -> None:
    caller, waiting = "13700000001", "13700000002"
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.queued(caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await house.in_place(caller, "talking")
        other = await house.queued(waiting)
        before = await house.in_place(waiting, "waiting")
        await house.relay.cut()
        await until(lambda: bool(house.logged("switch lost", since)))
        heard_at = await call.hear_tone(AGENT, after=asyncio.get_running_loop().time())
        await house.relay.open()
        await until(house.serves, 20.0)
        await ringing.hear_tone(CALLER, after=heard_at)
        assert (await house.in_place(caller, "talking"))["agent"] == "8001"
        assert (await house.in_place(waiting, "waiting"))["for_s"] > before["for_s"]
        await ringing.hang_up()
        await call.hear_tone(BYE)
        await other.hear_tone(AGENT, timeout_s=15.0)
        await other.hang_up()
    assert (await house.row_of(caller))["outcome"] == "answered"
    name = (await house.row_of(caller))["call"]
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", name)), 10.0)
    assert "tried again by itself" in house.logged("switch lost", since)[0]["advice"]


async def test_the_controller_is_killed_and_its_heir_takes_all_up(house: LiveSite) -> None:
    in_menu, ringing_for, talking, queued = (f"1370000001{number}" for number in range(4))
    rings: list[str] = []
    async with (
        house.signed_in("8001", lambda call: ANSWERS) as phone,
        house.signed_in("8002", lambda call: rings.append("8002") or LetRing()) as other,
    ):
        talk = await house.queued(talking)
        first = await asyncio.wait_for(asyncio.shield(_first_ring(phone, other)), 20.0)
        if first is other:
            phone, other = other, phone
            await until(lambda: bool(phone.calls))
            phone.calls[0].answer(tone(AGENT, 1.0))
        await house.in_place(talking, "talking")
        offered = await house.queued(ringing_for)
        await house.in_place(ringing_for, "offered")
        waits = await house.queued(queued)
        before = await house.in_place(queued, "waiting")
        chooses = await house.dial(in_menu)
        await chooses.hear_tone(MENU)
        assert await house.post("/agents/8001/ready") == 200  # returns when all until now is durable
        await house.stop_controller(signal.SIGKILL)
        heard_at = await talk.hear_tone(AGENT, after=asyncio.get_running_loop().time())
        meanwhile = await house.dial("13700000020")
        await meanwhile.answered(timeout_s=20.0)
        await meanwhile.heard_audio(timeout_s=10.0)
        await meanwhile.hang_up()
        await house.start_controller()
        assert not any(call.is_over for call in (talk, offered, waits, chooses)), "no call is dropped"
        await talk.hear_tone(AGENT, after=heard_at + 0.1)
        await house.in_place(talking, "talking")
        after = await house.in_place(queued, "waiting")
        assert after["for_s"] > before["for_s"] + 0.5, "the time waited goes on"
        press = await chooses.press("1")
        await house.in_place(in_menu, "waiting")
        del press
        for call in (talk, offered, waits, chooses):
            await call.hang_up()
    row = await house.row_of(talking)
    assert row["outcome"] == "answered"
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])), 10.0)
    assert (await house.row_of("13700000020"))["version"] == "fallback"
    assert (await house.row_of(queued))["outcome"] == "abandoned"


async def _first_ring(*phones: object) -> object:
    """Which of the phones rings first."""
    from phones.agent_phone import AgentPhone

    known = [phone for phone in phones if isinstance(phone, AgentPhone)]
    await until(lambda: any(phone.calls for phone in known), 10.0)
    return next(phone for phone in known if phone.calls)


async def test_the_controller_is_killed_again_and_again(house: LiveSite) -> None:
    callers = [f"1370000003{number}" for number in range(3)]
    calls = [await house.queued(caller) for caller in callers]
    for caller in callers:
        await house.in_place(caller, "waiting")
    for _ in range(5):
        assert await house.post("/agents/8001/ready") == 200  # returns when all until now is durable
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        for caller in callers:
            await house.in_place(caller, "waiting")
    assert not any(call.is_over for call in calls)
    async with house.signed_in("8001", lambda call: ANSWERS):
        await calls[0].hear_tone(AGENT, timeout_s=15.0)
        await house.in_place(callers[0], "talking")  # first come, first served, as before
        for call in calls:
            await call.hang_up()
    await house.nobody_left()


async def test_asterisk_is_killed_and_new_calls_work_after_its_restart(house: LiveSite) -> None:
    caller = "13700000040"
    since = house.log_file.stat().st_size
    async with house.signed_in("8001", lambda call: ANSWERS):
        call = await house.queued(caller)
        await house.in_place(caller, "talking")
        await house.asterisk.kill()
        await until(lambda: bool(house.logged("switch lost", since)))
        await house.asterisk.start()
        await until(house.serves, 20.0)
        assert (await house.row_of(caller))["outcome"] == "lost"
        assert "call the person back" in house.logged("call lost", since)[0]["advice"]
        await call.hang_up()
    phone = house.phones["8001"]
    await phone.register()
    async with house.signed_in("8001", lambda call: ANSWERS):
        again = await house.queued("13700000041")
        await again.hear_tone(AGENT, timeout_s=15.0)
        await again.hang_up()
    await house.phones["8002"].register()
    await house.nobody_left()


async def test_garbage_does_not_disturb_real_callers(house: LiveSite) -> None:
    rng = Random(20261122)
    rubbish = (garbage(rng) if number % 2 else half_invite(rng, house.registrar) for number in range(250))
    async with house.signed_in("8001", lambda call: ANSWERS):
        flood = asyncio.create_task(send_slowly(house.registrar, rubbish, 50.0))
        for number in range(3):
            call = await house.queued(f"1370000005{number}")
            await call.hear_tone(AGENT, timeout_s=15.0)
            await call.hang_up()
        assert await flood > 200
    await house.nobody_left(60.0)  # INVITEs that were whole enough are calls, until nobody acknowledges the answer


@pytest.mark.timeout(120 + 3 * PUBLISHES)
async def test_publishing_again_and_again_loses_no_call(house: LiveSite) -> None:
    """A running call keeps its version, the next one has the new one."""
    stays = await house.queued("13700000060")
    await house.in_place("13700000060", "waiting")
    old = (await house.live())["version"]
    stop = asyncio.Event()
    heard: list[str] = []

    async def call_on(line: int) -> None:
        while not stop.is_set():
            call = await house.dial(f"136{line}{len(heard):07}")
            await call.hear_tone(MENU)
            await call.hang_up()
            heard.append(call.facts.from_user)

    calling = asyncio.gather(*(call_on(line) for line in range(3)))
    for _ in range(PUBLISHES):
        published = await publish(house.site, Espeak())
        assert await house.post("/reload") == 200
    stop.set()
    await calling
    newest = (await house.live())["version"]
    assert newest == published.version != old
    await house.dial("13700000061")
    assert (await house.in_place("13700000061", "menu")) is not None
    await stays.hang_up()
    assert (await house.row_of("13700000060"))["version"] == old
    assert heard
    logged = "SELECT outcome FROM calls WHERE caller LIKE '+86136%'"
    await until(lambda: len(house.rows(logged)) == len(heard))
    assert set(house.rows(logged)) == {("left_in_menu",)}
    for call in tuple(house.endpoint._dialogs.values()):
        await call.hang_up()  # type: ignore[attr-defined]  # all dialogs here are calls
    await house.nobody_left()


async def test_a_broken_folder_leaves_the_last_good_version_running(house: LiveSite) -> None:
    flow = house.site.dialplans / "flows/main.yaml"
    good = flow.read_text()
    since = house.log_file.stat().st_size
    await house.stop_controller()
    flow.write_text(good.replace("menu: menu", "menu: menuu"))
    try:
        await house.start_controller()
        call = await house.dial("13700000070")
        await call.hear_tone(MENU)
        await call.hang_up()
        await until(lambda: bool(house.logged("the folder has errors", since)))  # it is read beside
    finally:
        flow.write_text(good)
    (told,) = house.logged("the folder has errors", since)
    assert "last good one" in told["advice"]
    assert "main.yaml:4:" in told["errors"][0]


async def refused(folder: Path) -> bytes:
    """What `hotline serve` says, that does not begin there."""
    command = (sys.executable, "-m", "hotline", "serve", "--site", str(folder))
    second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE, cwd=ROOT)
    _, said = await asyncio.wait_for(second.communicate(), 60.0)
    assert second.returncode == 2
    return b" ".join(said.split())


async def test_a_second_one_in_the_folder_is_refused_and_disturbs_nothing(house: LiveSite) -> None:
    assert house.controller is not None
    waiting = "13700000075"  # in a menu they would give up while the second one loads on a busy machine
    call = await house.queued(waiting)
    await house.in_place(waiting, "waiting")
    said = await refused(house.folder)
    assert b"another `hotline serve` runs in this folder, process %d" % house.controller.pid in said
    assert await house.serves()
    await house.in_place(waiting, "waiting")
    other = await house.dial("13700000076")
    await other.hear_tone(MENU)
    await other.press("2")
    await other.hear_tone(NOTED)
    await other.hang_up()
    await call.hang_up()
    await house.nobody_left()


async def test_a_taken_port_is_said_with_what_to_do(house: LiveSite, tmp_path: Path) -> None:
    another = tmp_path / "another"
    shutil.copytree(house.folder, another, ignore=shutil.ignore_patterns("asterisk", "hotline.db*"))
    assert b"Set web.port in hotline.yaml to a free one" in await refused(another)
    assert await house.serves(), "the first one is not disturbed"


async def test_a_full_disk_stops_no_call_and_loses_no_row(house: LiveSite) -> None:
    """The store may not grow past what it is: every write fails until the limit is lifted."""
    caller = "13700000080"
    since = house.log_file.stat().st_size
    assert house.controller is not None
    pid = house.controller.pid
    await limit_files(pid, "4096")
    try:
        call = await house.queued(caller)
        await house.in_place(caller, "waiting")
        await call.hang_up()
        await house.nobody_left()
        async with house.session.get("/health") as answer:
            assert answer.status == 503
            told = await answer.json()
            assert "the store does not write" in told["wrong"][0]
            (store,) = [part for part in told["dependencies"] if part["name"] == "store"]
            assert store["state"] == "down"
            assert store["next_try_at"] > store["since"]
    finally:
        await limit_files(pid, "unlimited")
    assert (await house.row_of(caller))["outcome"] == "abandoned"
    await until(lambda: bool(house.logged("the store writes again", since)))


async def limit_files(pid: int, size: str) -> None:
    """No file of this process grows past `size` bytes."""
    process = await asyncio.create_subprocess_exec("prlimit", "--pid", str(pid), f"--fsize={size}:unlimited")
    assert await process.wait() == 0


async def test_a_full_disk_of_recordings_stops_no_talk_and_leaves_no_half_recording(house: LiveSite) -> None:
    """Asterisk writes a second of each side, and no more until there is space again."""
    full, after = "13700000081", "13700000082"
    since = house.log_file.stat().st_size
    assert house.asterisk.pid is not None
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        await limit_files(house.asterisk.pid, "16384")
        try:
            call = await house.queued(full)
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await call.hear_tone(AGENT, timeout_s=10.0)
            await until(lambda: bool(house.logged("recording.stopped", since)), 15.0)
            now = asyncio.get_running_loop().time()
            await call.hear_tone(AGENT, after=now)
            await ringing.hear_tone(CALLER, after=now)
            await call.hang_up()
            await until(lambda: bool(house.logged("recording failed", since)), 15.0)
        finally:
            await limit_files(house.asterisk.pid, "unlimited")
        (told,), (lost,) = house.logged("recording.stopped", since), house.logged("recording failed", since)
        assert "Make space" in told["what_to_do"]
        assert "is the disk full" in lost["advice"]
        row = await house.row_of(full)
        assert (row["outcome"], row["call"]) == ("answered", lost["call"])
        recordings = "SELECT path FROM recordings WHERE call = ?"
        assert house.rows(recordings, row["call"]) == []
        folder = house.asterisk.settings.run_dir / "spool/recording"
        assert not [path for path in folder.rglob("*") if path.is_file() and row["call"] in path.name]
        await house.agent_is("8001", "idle")
        call = await house.queued(after)
        await call.hear_tone(AGENT, timeout_s=10.0)
        await until(lambda: any(side.stat().st_size > 20_000 for side in folder.glob("*.sln")), 15.0)
        await call.hang_up()
        row = await house.row_of(after)
        await until(lambda: len(house.rows(recordings, row["call"])) == 1)
        ((path, duration_s),) = house.rows("SELECT path, duration_s FROM recordings WHERE call = ?", row["call"])
        assert duration_s > 1.1, "longer than what there was space for"
        assert path in {str(file) for file in folder.iterdir()}
    await house.nobody_left()


async def test_the_journal_gives_the_rows_again_that_were_written_then(house: LiveSite) -> None:
    """All of this module's day, kills and all: replayed from the first event, it logs the same calls and legs."""
    await house.nobody_left()
    assert await house.stop_controller() == 0
    versions = Versions(house.site.versions)
    router = make_router(Programs(versions), versions.configuration, VersionedDirectory(versions))
    calls: dict[str, str] = {}
    legs: dict[str, str] = {}
    import contextlib
    import sqlite3

    with contextlib.closing(sqlite3.connect(house.site.database)) as connection:
        for entry in entries_between(connection, 1, END):
            for command in router.handle(entry.event, entry.at):
                if isinstance(command, LogCall):
                    calls[command.call] = command.outcome
                elif isinstance(command, LogLeg):
                    legs[command.leg] = command.cause
    assert calls == dict(house.rows("SELECT call, outcome FROM calls WHERE version != 'fallback'"))
    assert legs == dict(house.rows("SELECT leg, cause FROM legs"))
    assert not router.register.calls
    await house.start_controller()


async def test_a_stop_leaves_no_process_and_no_port(house: LiveSite) -> None:
    assert house.controller is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        assert await house.stop_controller(number) == 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", house.site.settings.web.port))
        await house.start_controller()
