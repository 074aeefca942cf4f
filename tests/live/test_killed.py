"""`kill -9` of the controller in the moment in which a person was told something: it is so, and stays so."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import ASK, BYE, CODE, FLOW, MENU, NOTED, WELCOME_CLOSED

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        yield house


@contextlib.contextmanager
def store_away(house: LiveSite) -> Iterator[None]:
    """Meanwhile the writer cannot commit: it waits for its turn up to five seconds."""
    with contextlib.closing(sqlite3.connect(house.site.database, isolation_level=None)) as store:
        store.execute("BEGIN IMMEDIATE")
        yield
        store.execute("ROLLBACK")


async def kill(house: LiveSite) -> int:
    """Kill it now; where the log of what follows begins."""
    since = house.log_file.stat().st_size
    await house.stop_controller(signal.SIGKILL)
    return since


async def heir_of(house: LiveSite, since: int) -> int:
    """Start the next one; how many events only the tail had."""
    await house.start_controller()
    (taken_up,) = house.logged("journal taken up", since)
    return int(taken_up["not_yet_stored"])


async def killed(house: LiveSite) -> None:
    """Kill it now, start the next one."""
    await heir_of(house, await kill(house))


async def test_who_has_heard_the_next_question_is_at_that_question(house: LiveSite) -> None:
    pressed = "SELECT count(*) FROM journal WHERE instr(event, 'DigitPressed')"
    ((before,),) = house.rows(pressed)
    for attempt in range(3):
        call = await house.dial(f"1310000000{attempt}")
        await call.hear_tone(MENU)
        with store_away(house):
            await call.press("5")
            await call.hear_tone(ASK)
            since = await kill(house)
        killed_at = asyncio.get_running_loop().time()
        assert await heir_of(house, since) > 0, "the store had all of it: nothing was tried here"
        assert house.rows(pressed) == [(before + 2 * attempt + 1,)]
        await call.hear_tone(ASK, timeout_s=15.0, after=killed_at)
        await call.press("1")
        await call.hear_tone(NOTED)
        await call.hang_up()
        await house.row_of(f"1310000000{attempt}")


async def test_who_has_heard_that_it_is_signed_in_is_signed_in(house: LiveSite) -> None:
    for code, state in (("*61", "idle"), ("*62", "offline")):
        call = await house.phones["8001"].dial(code)
        await call.hear_tone(CODE)
        await killed(house)
        await house.agent_is("8001", state)
        await call.hang_up()


async def test_rows_and_events_are_there_once_and_without_a_gap(house: LiveSite) -> None:
    caller = "13100000009"
    call = await house.dial(caller)
    await call.hear_tone(MENU)
    await call.hang_up()
    row = await house.row_of(caller)
    await killed(house)
    assert house.rows("SELECT count(*) FROM calls WHERE call = ?", row["call"]) == [(1,)]
    journal = house.rows("SELECT seq FROM journal ORDER BY seq")
    assert [seq for (seq,) in journal] == list(range(journal[0][0], journal[0][0] + len(journal)))


MESSAGE = """\
flow: main
start: record
record: {voicemail: care, say: voicemail, max_s: 30, silence_s: 20, failed: sorry, then: filed}
filed: {open_case: {category: message}, then: bye}
sorry: {hangup: sorry}
bye: {hangup: bye}
"""


@pytest_asyncio.fixture(loop_scope="module")
async def voicemail(house: LiveSite) -> AsyncIterator[LiveSite]:
    """The house where everybody is asked for a message."""
    await house.publish({"dialplans/flows/main.yaml": MESSAGE}, {})
    yield house
    await house.publish({"dialplans/flows/main.yaml": FLOW % house.hanging_port}, {})


@pytest.mark.parametrize("meanwhile", ["presses the key", "hangs up", "goes on"])
async def test_a_message_that_a_kill_falls_into_is_there_once_and_whole(voicemail: LiveSite, meanwhile: str) -> None:
    """Who ended it while the controller was away is not asked again; who goes on is, and what was there goes away."""
    house = voicemail
    caller = {"presses the key": "13100000021", "hangs up": "13100000022", "goes on": "13100000023"}[meanwhile]
    folder = house.recordings
    call = await house.dial(caller)
    await call.hear_tone(WELCOME_CLOSED)
    await until(lambda: any(file.stat().st_size > 32_000 for file in folder.glob("*.wav")), 15.0)  # two seconds
    since = await kill(house)
    if meanwhile == "presses the key":
        await call.press("#")
        await asyncio.sleep(0.5)  # until Asterisk has closed the file, of which it tells nobody
    elif meanwhile == "hangs up":
        await call.hang_up()
    again = asyncio.get_running_loop().time()
    await heir_of(house, since)
    if meanwhile == "goes on":
        await call.hear_tone(WELCOME_CLOSED, 15.0, again)
        await asyncio.sleep(2.0)
        await call.press("#")
    if meanwhile != "hangs up":
        await call.hear_tone(BYE, 15.0, again)
        await call.ended(15.0)
    row = await house.row_of(caller)
    assert row["outcome"] == ("lost" if meanwhile == "hangs up" else "message")  # nobody knows that it was they
    ((path, length_s),) = house.rows("SELECT path, duration_s FROM recordings WHERE call = ?", row["call"])
    assert length_s > (0.5 if meanwhile == "goes on" else 1.9)
    assert await asyncio.to_thread(Path(path).exists)
    assert house.rows("SELECT count(*) FROM cases WHERE call = ? AND category = 'message'", row["call"]) == [(1,)]
    assert [file for file in folder.iterdir() if file.is_file()] == [], "neither halves nor notes stay"
