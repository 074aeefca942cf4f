"""The rules of queues on a real Asterisk: limits with a way out, widening, an overflow, the last agent, misses."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from phones.agent_phone import Answer, LetRing
from phones.audio import tone
from phones.caller import OutgoingCall
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import ROOT, LiveSite
from tests.live.site_files import AGENT, MENU, NOTED, SORRY

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
FLOW = """\
flow: main
start: choose
choose:
  menu: menu
  keys:
    1: {queue: care, then: bye}
    2: {queue: care, agent: last, then: bye}
    3: {queue: deserted, no_agents: {hangup: sorry}}
    4: {queue: short, full: {hangup: noted}}
    5: {queue: brief, timed_out: {hangup: noted}}
    6: {queue: leaving, no_agents: {hangup: sorry}}
    7: {queue: picky, skills: [care>=5], then: bye}
    8: {queue: away, then: bye}
    9: {queue: care, vip: true, then: bye}
    0: {queue: guarded, then: bye}
  no_input: {tries: 3, then: bye}
  wrong: {tries: 3, then: bye}
bye: {hangup: bye}
"""
QUEUES = """\
queues:
  care: {ring_s: 3, wrap_up_s: 1, miss_limit: 2, delay_no_answer_s: 1, delay_busy_s: 1}
  deserted: {join_empty: false}
  short: {max_length: 1}
  brief: {max_wait_s: 4}
  leaving: {leave_empty: true}
  picky: {wrap_up_s: 1, delay_busy_s: 1, steps: [{after_s: 3, lower: 2}]}
  guarded: {wrap_up_s: 1, delay_busy_s: 1, skills: [nobody], steps: [{after_s: 3, add: care}]}
  away: {wrap_up_s: 1, delay_busy_s: 1, skills: [nobody], steps: [{after_s: 3, drop: [nobody], overflow: care}]}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        files = {
            "dialplans/queues.yaml": QUEUES,
            "dialplans/flows/main.yaml": FLOW,
            "dialplans/skills.yaml": "skills: {care: c, nobody: n}\n",
        }
        await house.publish(files, {})
        yield house


async def test_limits_have_an_announced_way_out(house: LiveSite) -> None:
    keys = {"13500001001": ("3", SORRY), "13500001002": ("5", NOTED)}
    for caller, (key, heard) in keys.items():
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press(key)
        await call.hear_tone(heard, timeout_s=15.0)
        await call.ended(timeout_s=10.0)
    first = await house.dial("13500001003")
    await first.hear_tone(MENU)
    await first.press("4")
    await house.in_place("13500001003", "waiting")
    second = await house.dial("13500001004")
    await second.hear_tone(MENU)
    await second.press("4")
    await second.hear_tone(NOTED, timeout_s=10.0)
    assert (await house.in_place("13500001003", "waiting"))["queue"] == "short"
    await first.hang_up()
    await house.nobody_left()


async def test_the_last_agent_to_leave_gives_the_callers_back(house: LiveSite) -> None:
    caller = "13500001005"
    async with house.signed_in("8001", lambda call: LetRing()):
        assert await house.post("/agents/8001/pause", reason="break") == 200  # there, and takes nobody
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press("6")
        await house.in_place(caller, "waiting")
    await call.hear_tone(SORRY, timeout_s=10.0)
    await house.nobody_left()


async def test_a_wish_widens_people_are_added_and_a_queue_overflows(house: LiveSite) -> None:
    asked = {"7": "picky", "8": "away", "0": "guarded"}

    async def waits_and_talks(key: str, queue: str) -> None:
        caller = f"1350000101{key}"
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press(key)
        assert (await house.in_place(caller, "waiting"))["queue"] == queue, "nobody can do what is asked for at first"
        await call.hear_tone(AGENT, timeout_s=20.0)
        await call.hang_up()

    async with house.signed_in("8001", lambda call: ANSWERS):
        await asyncio.gather(*(waits_and_talks(key, queue) for key, queue in asked.items()))
    await house.nobody_left()


async def test_a_supervisor_moves_a_caller_and_a_vip_comes_first(house: LiveSite) -> None:
    moved, plain, vip = (f"1350000105{number}" for number in range(3))
    calls: dict[str, OutgoingCall] = {}
    async with house.signed_in("8001", lambda call: ANSWERS):
        assert await house.post("/agents/8001/queues", queues=["care"]) == 200
        assert await house.post("/agents/8001/pause", reason="break") == 200
        for caller, key in ((moved, "4"), (plain, "1"), (vip, "9")):
            calls[caller] = await house.dial(caller)
            await calls[caller].hear_tone(MENU)
            await calls[caller].press(key)
            await house.in_place(caller, "waiting")
        waiting = await house.in_place(moved, "waiting")
        assert waiting["queue"] == "short", "which nobody serves who is there"
        assert await house.post(f"/calls/{waiting['call']}/queue", queue="care") == 200
        assert (await house.in_place(moved, "waiting"))["queue"] == "care"
        assert await house.post("/agents/8001/ready") == 200
        for number, caller in enumerate(order := (vip, moved, plain)):
            await calls[caller].hear_tone(AGENT, timeout_s=15.0)
            for later in order[number + 1 :]:
                assert (await house.call_of(later) or {})["place"] == "waiting"
            await calls[caller].hang_up()
        await house.nobody_left()
        everything = ["care", "deserted", "short", "brief", "leaving", "picky", "guarded", "away"]
        assert await house.post("/agents/8001/queues", queues=everything) == 200


async def test_who_talked_last_is_rung_again(house: LiveSite) -> None:
    caller = "13500001020"
    async with house.signed_in("8002", lambda call: ANSWERS) as last:
        call = await house.dial(caller)
        await call.hear_tone(MENU)
        await call.press("1")
        await call.hear_tone(AGENT, timeout_s=15.0)
        async with house.signed_in("8001", lambda call: ANSWERS) as other:
            await call.hang_up()
            await house.agent_is("8002", "idle")
            while not last.new_calls.empty():
                last.new_calls.get_nowait()
            again = await house.dial(caller)
            await again.hear_tone(MENU)
            await again.press("2")
            await asyncio.wait_for(last.new_calls.get(), 20.0)
            assert other.new_calls.empty(), "though idle for longer"
            await again.hang_up()
    await house.nobody_left()


async def test_misses_in_a_row_pause_the_agent_and_the_caller_keeps_the_place(house: LiveSite) -> None:
    first, second = "13500001030", "13500001031"
    async with house.signed_in("8001", lambda call: LetRing()):
        calls = []
        for caller in (first, second):
            calls.append(await house.dial(caller))
            await calls[-1].hear_tone(MENU)
            await calls[-1].press("1")
            await house.in_place(caller, "offered" if caller == first else "waiting")

        async def rona() -> bool:
            (row,) = [row for row in (await house.live())["agents"] if row["agent"] == "8001"]
            return (row["state"], row["reason"]) == ("paused", "rona")

        await until(rona, 30.0)
        async with house.signed_in("8002", lambda call: ANSWERS):
            await calls[0].hear_tone(AGENT, timeout_s=15.0)
            assert (await house.call_of(second) or {})["place"] == "waiting"
            for call in calls:
                await call.hang_up()
        assert await house.post("/agents/8001/ready") == 200
        await house.agent_is("8001", "idle")
    await house.nobody_left()
    command = (sys.executable, "-m", "hotline", "why", (await house.row_of(first))["call"], "--site", str(house.folder))
    why = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    said = b" ".join((await asyncio.wait_for(why.communicate(), 60.0))[0].split()).decode()
    assert "rona" in said, "why not 8001: the journal, replayed, knows"
    assert said.count("8002") >= 2, "offline at first, then the one who was asked"


async def test_who_was_cut_off_and_is_back_has_the_old_place(house: LiveSite) -> None:
    mine, other = "13500001040", "13500001041"
    calls = []
    for caller in (mine, other):
        calls.append(await house.dial(caller))
        await calls[-1].hear_tone(MENU)
        await calls[-1].press("1")
        await house.in_place(caller, "waiting")
    await calls[0].hang_up()
    await house.row_of(mine)
    calls[0] = await house.dial(mine)
    await calls[0].hear_tone(MENU)
    await calls[0].press("1")
    await house.in_place(mine, "waiting")
    async with house.signed_in("8001", lambda call: ANSWERS):
        await calls[0].hear_tone(AGENT, timeout_s=15.0)
        assert (await house.call_of(other) or {})["place"] == "waiting"
        for call in calls:
            await call.hang_up()
    await house.nobody_left()
