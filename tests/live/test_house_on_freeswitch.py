"""The same house on FreeSWITCH: a real `hotline serve` with one line of its settings changed, real phones, real audio.

The scenes of `test_house` are its own, imported; beside them what a restart of the switch and a crash of the controller
come to. What happens is told line by line to the file that HOTLINE_TRANSCRIPT names.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import soundfile

from hotline.server.phones import EVERY_S
from phones.caller import OutgoingCall
from tests.live.baresip import Baresip
from tests.live.conftest import until
from tests.live.freeswitch_site import FreeSwitchSite
from tests.live.site_files import AGENT, CALLER, CODE, MENU
from tests.live.test_house import (  # noqa: F401 the same scenes, over the fixture below
    ANSWERS,
    apart,
    share,
    test_a_phone_that_refuses_or_vanishes_gives_the_caller_back,
    test_callers_hang_up_at_any_moment,
    test_from_the_menu_to_an_agent_and_a_recording_of_both,
    test_no_agents_lets_the_caller_wait_and_leave,
    test_no_answer_keeps_the_place_and_the_next_agent_rings,
    test_secret_digits_are_nowhere,
    test_star_codes_move_an_agent_and_are_confirmed,
    test_wrap_up_ends_by_a_code_and_the_next_caller_comes,
)

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

CALLS = 50


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FreeSwitchSite]:
    async with FreeSwitchSite(tmp_path_factory.mktemp("house"), None) as house:
        yield house


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, house: FreeSwitchSite) -> object:
    """Writes what the controller logged during the test, under its name."""
    since = house.log_file.stat().st_size
    yield
    transcript = os.environ.get("HOTLINE_TRANSCRIPT")
    if transcript:
        with Path(transcript).open("a") as file:
            file.write(f"\n== {request.node.name}\n{house.log_file.read_bytes()[since:].decode(errors='replace')}")


def tell(line: str) -> None:
    """A line of the transcript."""
    if transcript := os.environ.get("HOTLINE_TRANSCRIPT"):
        with Path(transcript).open("a") as file:
            file.write(f"-- {line}\n")


async def test_a_killed_controller_loses_nobody_of_fifty(house: FreeSwitchSite) -> None:
    """They hear music on; new callers meet the fallback; the heir gives everybody their place and time back."""
    numbers = [f"136000000{number:02}" for number in range(CALLS)]
    calls: list[OutgoingCall] = []
    for number in numbers:
        calls.append(await house.queued(number))
        await house.in_place(number, "waiting", 20.0)
    for call in calls:
        await call.heard_audio(after=time.monotonic())  # the last one's music begins a moment after it waits
    before = {row["caller"][-4:]: row["for_s"] for row in (await house.live())["calls"]}
    assert len(before) == CALLS
    assert house.controller is not None
    house.controller.send_signal(signal.SIGKILL)
    await house.controller.wait()
    killed_at = time.monotonic()
    await house.lease_over()
    tell(
        f"controller killed with {CALLS} callers waiting; its lease was over after {time.monotonic() - killed_at:.1f} s"
    )
    for call in calls:
        await call.heard_audio(after=time.monotonic())
    tell(f"all {CALLS} hear music {time.monotonic() - killed_at:.1f} s after")
    stranger = await house.dial("13655550000")
    await stranger.hear_tone(MENU)
    await stranger.hang_up()
    tell("a new caller met the fallback's menu")
    began = time.monotonic()
    await house.start_controller()
    tell(f"the heir serves {time.monotonic() - began:.1f} s after its start")
    after = {row["caller"][-4:]: row for row in (await house.live())["calls"]}
    away_s = time.monotonic() - killed_at
    assert after.keys() == before.keys()
    for caller, row in after.items():
        assert row["place"] == "waiting"
        assert row["for_s"] >= before[caller] + away_s - 2.0, "the time waited goes on"
    assert sorted(before, key=lambda caller: -before[caller]) == sorted(after, key=lambda c: -after[c]["for_s"])
    tell(f"{len(after)} adopted, in the same order, with the time waited")
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        talking = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await talking.hear_tone(CALLER)
        await calls[0].hear_tone(AGENT)
        await house.in_place(numbers[0], "talking")
        tell("the first of them talks to an agent")
        await asyncio.gather(*(call.hang_up() for call in calls))
    await house.nobody_left()
    row = await house.row_of("13655550000")
    assert row["version"] == "fallback"
    tell(f"the fallback's call is in the call log: {row['outcome']}, version {row['version']}")
    lost = house.rows("SELECT COUNT(*) FROM calls WHERE caller LIKE '%136000000%' AND cause = 'lost'")
    assert lost == [(0,)]


async def test_a_recorded_talk_goes_on_through_a_kill(house: FreeSwitchSite) -> None:
    """Both hear each other while there is no controller; the heir finishes the recording, which has all of it."""
    caller = "13700000001"
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.queued(caller)
        talking = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        await house.in_place(caller, "talking")
        began = time.monotonic()
        assert house.controller is not None
        house.controller.send_signal(signal.SIGKILL)
        await house.controller.wait()
        killed = time.monotonic()
        await talking.hear_tone(CALLER, after=killed)
        await call.hear_tone(AGENT, after=killed)
        tell(f"controller killed {killed - began:.1f} s into a recorded talk; both hear each other")
        await house.start_controller()
        await house.in_place(caller, "talking")
        await call.hear_tone(AGENT, after=time.monotonic())
        await asyncio.sleep(began + 3.0 - time.monotonic())  # the end that is listened to below is after the kill
        length = time.monotonic() - began
        await call.hang_up()
    row = await house.row_of(caller)
    assert (row["outcome"], row["agent"]) == ("answered", "8001")
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])), 20.0)
    sound, rate = soundfile.read(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])[0][0])
    assert len(sound) / rate > length - 0.5
    last = sound[-2 * rate : -rate // 2]
    assert share(last[:, 0], CALLER, rate) > 0.8
    assert share(last[:, 1], AGENT, rate) > 0.8
    tell(f"the talk of {length:.1f} s is in its recording of {len(sound) / rate:.1f} s, also what came after the kill")


async def test_a_switch_that_restarts_loses_its_calls_and_says_so(house: FreeSwitchSite) -> None:
    talking, waiting = "13500000001", "13500000002"
    async with house.signed_in("8001", lambda call: ANSWERS):
        call = await house.queued(talking)
        await call.hear_tone(AGENT)
        await house.in_place(talking, "talking")
        await house.queued(waiting)
        await house.in_place(waiting, "waiting")
        began = time.monotonic()
        await house.instance.restart()
        rows = [await house.row_of(number, 20.0) for number in (talking, waiting)]
        tell(f"calls of the switch that restarted: {[(row['outcome'], row['cause']) for row in rows]}")
        assert {row["cause"] for row in rows} == {"lost"}
        owed = "SELECT call FROM cases WHERE category = 'lost_call'"
        await until(lambda: {call for (call,) in house.rows(owed)} >= {row["call"] for row in rows})
        await until(house.serves, 20.0)
        tell(f"served again {time.monotonic() - began:.1f} s after the crash")
    for phone in house.phones.values():
        await phone.register()
    async with house.signed_in("8001", lambda call: ANSWERS):
        again = await house.queued("13500000003")
        await again.hear_tone(AGENT, timeout_s=15.0)
        await again.hang_up()
    tell("phones registered anew, and the next caller talked to an agent")
    assert (await house.row_of("13500000003"))["outcome"] == "answered"


async def test_a_strangers_phone_takes_an_account_over_is_told_and_talks(house: FreeSwitchSite, tmp_path: Path) -> None:
    """The account was that of a phone of ours; the newest one rings."""
    since = house.log_file.stat().st_size
    await house.phones["8001"].register()
    await asyncio.sleep(2 * EVERY_S)  # it is seen; nobody tells when
    password = house.phones["8001"].credentials.password
    async with Baresip(tmp_path / "phone", "agent-8001", house.registrar, password, says=AGENT) as phone:
        await phone.registered()
        await until(lambda: bool(house.logged("another phone on an account", since)), 20.0)
        (told,) = house.logged("another phone on an account", since)
        assert "baresip" in told["phone"]
        since = len(phone.events)
        await phone.dial("*61")
        await phone.hear(CODE)
        await phone.told("CALL_CLOSED", since)
        await house.agent_is("8001", "idle")
        call = await house.queued("13700000001")
        await phone.rings(since)
        await phone.accept()
        await phone.hear(CALLER)
        await call.hear_tone(AGENT)
        await call.hang_up()
        assert await house.post("/agents/8001/sign-out") == 200
    await house.phones["8001"].register()
