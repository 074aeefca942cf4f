"""`kill -9` of the controller around a talk's recording: each talk has one recording, of the talk and of no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
import soundfile

from calls.ids import file_name
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import AGENT, CALLER, WHISPER
from tests.live.test_house import ANSWERS
from tests.live.test_killed import heir_of, kill, store_away

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        yield house


async def at_once(ready: Callable[[], bool]) -> None:
    """Return in the millisecond in which it is so: later the moment is over."""
    async with asyncio.timeout(15.0):
        while not ready():  # noqa: ASYNC110 files tell nobody
            await asyncio.sleep(0.001)


async def recording_of(house: LiveSite, caller: str) -> tuple[str, float, float]:
    """The one recording of a caller's one talk, once both are in the log: path, its length, the talk's."""
    call = (await house.row_of(caller, 20.0))["call"]
    await until(lambda: bool(house.rows("SELECT 1 FROM recordings WHERE call = ?", call)), 15.0)
    ((path, duration_s),) = house.rows("SELECT path, duration_s FROM recordings WHERE call = ?", call)
    ((talked_s,),) = house.rows("SELECT ended_at - began_at FROM talks WHERE call = ?", call)
    assert abs(soundfile.info(path).duration - duration_s) < 0.1
    return path, duration_s, talked_s


@pytest.mark.parametrize("moment", ["it is in place", "the sides are gone", "it is told"])
async def test_a_recording_that_is_in_place_has_its_row(house: LiveSite, moment: str) -> None:
    caller = {"it is in place": "13200000001", "the sides are gone": "13200000002", "it is told": "13200000003"}[moment]
    folder = house.recordings
    async with house.signed_in("8001", lambda _: ANSWERS):
        call = await house.queued(caller)
        await call.hear_tone(AGENT)
        talk = (await house.in_place(caller, "talking"))["call"]
        await until(lambda: any(side.stat().st_size > 8_000 for side in folder.glob("*.sln")))

        def now() -> bool:
            if moment == "it is in place":
                return any(file_name(talk) in file.name for file in folder.glob("*.wav"))
            if moment == "the sides are gone":
                return not list(folder.glob("*.sln"))
            return any(
                b"RecordingFinished" in tail.read_bytes()
                and talk.encode() in tail.read_bytes().rpartition(b"RecordingFinished")[2]
                for tail in house.site.database.parent.glob("*-tail?")
            )

        with store_away(house):
            await call.hang_up()
            await at_once(now)
            since = await kill(house)
        await heir_of(house, since)
        await recording_of(house, caller)
        kept = [Path(path).name for (path,) in house.rows("SELECT path FROM recordings")]
        await asyncio.sleep(1.0)  # until what was told is kept
        assert {file.name for file in folder.iterdir() if file.is_file()} == set(kept), "neither halves nor notes stay"


@pytest.mark.parametrize("caller", [f"1320000001{number}" for number in range(3)])
async def test_a_talk_that_a_kill_falls_into_as_it_begins_is_recorded(house: LiveSite, caller: str) -> None:
    folder = house.recordings
    async with house.signed_in("8001", lambda _: ANSWERS) as phone:
        call = await house.queued(caller)
        agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await at_once(lambda: bool(list(folder.glob("*.talk.json"))))
        began = asyncio.get_running_loop().time()
        since = await kill(house)
        await heir_of(house, since)
        await agent.hear_tone(CALLER)
        await house.in_place(caller, "talking")
        await asyncio.sleep(1.5)  # what is to be recorded
        await call.hang_up()
        together_s = asyncio.get_running_loop().time() - began  # the order may have arrived before the kill
        _, duration_s, _ = await recording_of(house, caller)
        assert 1.0 < duration_s < together_s + 1.0


async def test_a_kill_before_the_command_to_connect_arrives_loses_nobody(house: LiveSite) -> None:
    caller = "13200000020"
    async with house.signed_in("8001", lambda _: ANSWERS) as phone:
        call = await house.queued(caller)
        agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await agent.hear_tone(WHISPER)
        house.relay.hold()
        await at_once(lambda: bool(list(house.recordings.glob("*.talk.json"))))
        since = await kill(house)
        await house.relay.cut()
        await house.relay.open()
        await heir_of(house, since)
        await agent.hear_tone(CALLER)
        await house.in_place(caller, "talking")
        await asyncio.sleep(1.5)  # what is to be recorded
        await call.hang_up()
        _, duration_s, talked_s = await recording_of(house, caller)
        assert 1.0 < duration_s < talked_s + 1.0


@pytest.mark.parametrize("mute", [False, True])
async def test_what_the_caller_says_after_the_agent_left_is_no_talk(house: LiveSite, mute: bool) -> None:
    """The agent hangs up while no controller is there. A mute phone that sends nothing does not end a talk."""
    caller = f"1320000003{mute:d}"
    async with house.signed_in("8001", lambda _: ANSWERS) as phone:
        call = await house.queued(caller)
        agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        began = asyncio.get_running_loop().time()
        if mute:
            agent.stream.idle = "nothing"
            agent.say(None)
        await asyncio.sleep(3.0)
        since = await kill(house)
        await asyncio.sleep(1.0)
        await agent.hang_up()
        talked_s = asyncio.get_running_loop().time() - began
        await asyncio.sleep(2.0)
        await heir_of(house, since)
        await call.hang_up()
        _, duration_s, _ = await recording_of(house, caller)
        assert abs(duration_s - talked_s) < 1.0
