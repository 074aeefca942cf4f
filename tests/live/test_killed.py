"""`kill -9` of the controller in the moment in which a person was told something: it is so, and stays so."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from switch.asterisk.instance.installation import Installation
from tests.live.live_site import ASK, CODE, MENU, NOTED, LiveSite

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
    """Start the next one; how many facts only the tail had."""
    await house.start_controller()
    (taken_up,) = house.logged("journal taken up", since)
    return int(taken_up["not_yet_stored"])


async def killed(house: LiveSite) -> None:
    """Kill it now, start the next one."""
    await heir_of(house, await kill(house))


async def test_who_has_heard_the_next_question_is_at_that_question(house: LiveSite) -> None:
    for attempt in range(3):
        call = await house.dial(f"1310000000{attempt}")
        await call.hear_tone(MENU)
        with store_away(house):
            await call.press("5")
            await call.hear_tone(ASK)
            since = await kill(house)
        killed_at = asyncio.get_running_loop().time()
        assert await heir_of(house, since) > 0, "the store had all of it: nothing was tried here"
        assert house.rows("SELECT count(*) FROM journal WHERE instr(event, 'DigitPressed')") == [(2 * attempt + 1,)]
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


async def test_rows_and_facts_are_there_once_and_without_a_gap(house: LiveSite) -> None:
    caller = "13100000009"
    call = await house.dial(caller)
    await call.hear_tone(MENU)
    await call.hang_up()
    row = await house.row_of(caller)
    await killed(house)
    assert house.rows("SELECT count(*) FROM calls WHERE call = ?", row["call"]) == [(1,)]
    journal = house.rows("SELECT seq FROM journal ORDER BY seq")
    assert [seq for (seq,) in journal] == list(range(journal[0][0], journal[0][0] + len(journal)))
