"""Whoever restarts, with real processes: the controller is killed, the control link flaps, the switch is killed.

Places, priorities and the time waited are asked for over HTTP, with the tokens of the callers.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from phones.agent_phone import Answer
from phones.audio import tone
from phones.caller import OutgoingCall
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.site_files import AGENT, FLOW, MENU

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
QUEUES = "queues: {care: {ring_s: 10, wrap_up_s: 600}}\n"
URGENT = (
    "    1: {queue: care, skills: [care], then: bye}\n    7: {queue: care, skills: [care], class: urgent, then: bye}"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with LiveSite(tmp_path_factory.mktemp("house"), installation) as house:
        flow = FLOW.replace("    1: {queue: care, skills: [care], then: bye}", URGENT) % house.hanging_port
        await house.publish({"dialplans/queues.yaml": QUEUES, "dialplans/flows/main.yaml": flow}, {})
        yield house


async def waits(house: LiveSite, caller: str, key: str = "1") -> OutgoingCall:
    call = await house.dial(caller)
    await call.hear_tone(MENU)
    await call.press(key)
    await house.in_place(caller, "waiting")
    return call


async def wait_of(house: LiveSite, caller: str) -> dict[str, Any]:
    """What the caller may know of the wait: place in the queue, since when."""
    async with house.session.post("/waiting", json={"caller": caller}) as answer:
        assert answer.status == 200, caller
        token = (await answer.json())["token"]
    async with house.session.get(f"/waiting/{token}") as answer:
        told: dict[str, Any] = await answer.json()
        return told


async def agent(house: LiveSite, name: str) -> dict[str, Any]:
    (row,) = [row for row in (await house.live())["agents"] if row["agent"] == name]
    return dict(row)


async def test_a_kill_keeps_places_priorities_talks_and_wrap_up(house: LiveSite) -> None:
    first, second, urgent, talking, in_menu = (f"1370001000{number}" for number in range(5))
    calls: list[OutgoingCall] = []
    async with house.signed_in("8001", lambda call: ANSWERS):
        gone = await house.queued("13700010009")
        await gone.hear_tone(AGENT, timeout_s=15.0)
        await house.in_place("13700010009", "talking")
        await gone.hang_up()
        await house.agent_is("8001", "wrap_up")
        async with house.signed_in("8002", lambda call: ANSWERS):
            calls.append(await house.queued(talking))
            await calls[-1].hear_tone(AGENT, timeout_s=15.0)
            await house.in_place(talking, "talking")
            calls += [await waits(house, first), await waits(house, second), await waits(house, urgent, "7")]
            calls.append(await house.dial(in_menu))
            await calls[-1].hear_tone(MENU)
            before = {caller: await wait_of(house, caller) for caller in (first, second, urgent)}
            assert [before[caller]["position"] for caller in (urgent, first, second)] == [1, 2, 3]
            wrapping = await agent(house, "8001")
            assert await house.post("/agents/8002/ready") == 200  # returns when all until now is durable
            await house.stop_controller(signal.SIGKILL)
            await calls[0].hear_tone(AGENT, after=asyncio.get_running_loop().time())
            await house.start_controller()
            assert not any(call.is_over for call in calls), "no call is dropped"
            for caller, told in before.items():
                after = await wait_of(house, caller)
                assert (after["place"], after["position"]) == ("waiting", told["position"])
                assert after["queued_at"] == pytest.approx(told["queued_at"], abs=0.01), "the time waited goes on"
            await house.in_place(talking, "talking")
            heir = await agent(house, "8001")
            assert heir["state"] == "wrap_up"
            assert heir["for_s"] > wrapping["for_s"], "wrap-up is neither lost nor begun anew"
            assert (await agent(house, "8002"))["state"] == "talking"
            assert house.phones["8001"].new_calls.qsize() <= 1, "nobody is offered to who writes still"
            assert await house.post("/agents/8001/wrap-up-done") == 200
            await calls[3].hear_tone(AGENT, timeout_s=15.0)
            await house.in_place(urgent, "talking")
            places = {caller: (await house.call_of(caller) or {})["place"] for caller in (urgent, first, second)}
            assert places == {urgent: "talking", first: "waiting", second: "waiting"}
            await calls[-1].press("1")
            await house.in_place(in_menu, "waiting")
            for call in calls:
                await call.hang_up()
    await house.nobody_left()
    assert house.rows("SELECT COUNT(*) FROM calls WHERE outcome = 'lost'") == [(0,)]


async def test_a_link_that_flaps_moves_nobody(house: LiveSite) -> None:
    talking, first, second = (f"1370001001{number}" for number in range(3))
    async with house.signed_in("8001", lambda call: ANSWERS):
        talk = await house.queued(talking)
        await talk.hear_tone(AGENT, timeout_s=15.0)
        await house.in_place(talking, "talking")
        calls = [talk, await waits(house, first), await waits(house, second)]
        before = [await wait_of(house, caller) for caller in (first, second)]
        since = house.log_file.stat().st_size
        for flap in range(1, 5):
            await house.relay.cut()
            await until(lambda flap=flap: len(house.logged("switch lost", since)) >= flap, 20.0)  # type: ignore[misc]  # bound
            await house.relay.open()
            await until(house.serves, 20.0)
        after = [await wait_of(house, caller) for caller in (first, second)]
        assert [told["position"] for told in after] == [told["position"] for told in before] == [1, 2]
        assert [told["queued_at"] for told in after] == [told["queued_at"] for told in before]
        await talk.hear_tone(AGENT, after=asyncio.get_running_loop().time())
        assert not any(call.is_over for call in calls)
        for call in calls:
            await call.hang_up()
    await house.nobody_left()
    assert house.rows("SELECT COUNT(*) FROM calls WHERE outcome = 'lost'") == [(0,)]
    assert len(house.phones["8001"].calls) == 0


async def test_each_call_that_a_killed_switch_lost_is_a_row_and_a_case(house: LiveSite) -> None:
    talking, waiting, in_menu = (f"1370001002{number}" for number in range(3))
    async with house.signed_in("8001", lambda call: ANSWERS):
        await (await house.queued(talking)).hear_tone(AGENT, timeout_s=15.0)
        await house.in_place(talking, "talking")
        await waits(house, waiting)
        await (await house.dial(in_menu)).hear_tone(MENU)
        since = house.log_file.stat().st_size
        await house.asterisk.kill()
        await until(lambda: bool(house.logged("switch lost", since)), 20.0)
        await house.asterisk.start()
        await until(house.serves, 20.0)
        rows = {caller: await house.row_of(caller) for caller in (talking, waiting, in_menu)}
        assert {row["outcome"] for row in rows.values()} == {"lost"}
        await until(lambda: len(house.rows("SELECT number FROM cases WHERE category = 'lost_call'")) == 3)
        async with house.session.get("/cases") as answer:
            cases = {case["call"]: case for case in await answer.json() if case["category"] == "lost_call"}
        assert {caller: cases[row["call"]]["fields"]["place"] for caller, row in rows.items()} == {
            talking: "talking",
            waiting: "waiting",
            in_menu: "menu",
        }
        assert {case["asked_by"] for case in cases.values()} == {"house"}
    for phone in house.phones.values():
        with contextlib.suppress(Exception):
            await phone.register()
    await house.nobody_left()
