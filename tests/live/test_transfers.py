"""Agents hand callers on: a real `hotline serve`, each real switch, real phones; what each hears, and the log."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from phones.agent_phone import AgentPhone, Answer, LetRing, OnRing, Reject
from phones.audio import tone
from phones.caller import OutgoingCall
from phones.digest import Credentials
from phones.incoming import IncomingCall
from tests.live.conftest import until
from tests.live.live_site import ROOT, LiveSite
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, BYE, CALLER, MENU, WHISPER
from tests.live.sites import site_on

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

SECOND = 500
"""What the second agent says, in Hz."""
OUTSIDE = "+8613900139000"
RULES = """\
reach_s: 6
back_s: 6
kinds: [mobile]
codes:
  81: {queue: care, skills: [care>=3]}
  82: {flow: main}
"""
ANSWERS = Answer(clip=tone(AGENT, 1.0))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with site_on(request.param, tmp_path_factory.mktemp("house")) as house:
        await house.publish({"dialplans/transfers.yaml": RULES}, {})
        yield house


@asynccontextmanager
async def patient(house: LiveSite) -> AsyncIterator[None]:
    """A phone may ring for longer than a controller takes to start on a busy machine."""
    await house.publish({"dialplans/transfers.yaml": RULES.replace("reach_s: 6", "reach_s: 30")}, {})
    try:
        yield
    finally:
        await house.publish({"dialplans/transfers.yaml": RULES}, {})


async def talking(house: LiveSite, caller: str, phone: AgentPhone) -> tuple[OutgoingCall, IncomingCall]:
    """A caller in a talk with the agent of this phone: both hear each other."""
    call = await house.queued(caller)
    ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
    whispered_at = await ringing.hear_tone(WHISPER)
    await ringing.hear_tone(CALLER, after=whispered_at)
    await call.hear_tone(AGENT)
    await house.in_place(caller, "talking")
    return call, ringing


def second(call: IncomingCall) -> Answer:
    return Answer(clip=tone(SECOND, 1.0))


async def ask(house: LiveSite, by: str, caller: str, ringing: IncomingCall, to: str) -> None:
    """By one of the three mouths."""
    if by == "phone":
        assert await ringing.refer(f"sip:{to}@127.0.0.1") == house.answers_refer[0]
    elif by == "code":
        await ringing.press(f"*2{to}#")
    else:
        call = await house.in_place(caller, "talking")
        assert await house.post(f"/calls/{call['call']}/transfer", to=to) == 202


def transfers(house: LiveSite, caller: str) -> list[tuple[str, ...]]:
    query = """SELECT transfers.by, kind, target, transfers.outcome FROM transfers
               JOIN calls ON calls.call = transfers.call WHERE calls.caller LIKE ? ORDER BY number"""
    return house.rows(query, f"%{caller}")


async def why(house: LiveSite, call: str) -> str:
    """What `hotline why` tells."""
    command = (sys.executable, "-m", "hotline", "why", call, "--site", str(house.folder))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    out, _ = await process.communicate()
    return " ".join(out.decode().split())


@pytest.mark.parametrize("by", ["phone", "code", "http"])
async def test_the_second_agent_has_the_caller_and_the_first_is_free(house: LiveSite, by: str) -> None:
    caller = f"1390000000{('phone', 'code', 'http').index(by)}"
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        async with house.signed_in("8002", second) as other:
            await ask(house, by, caller, ringing, "8002")
            if by == "phone" and house.answers_refer[0] == 202:
                assert await ringing.transferred() == 200
            await ringing.ended(5.0)
            heard = await asyncio.wait_for(other.new_calls.get(), 20.0)
            await heard.hear_tone(CALLER, after=heard.facts.invite_at)
            await call.hear_tone(SECOND)
            await house.agent_is("8001", "wrap_up", "idle")
            await call.say(tone(CALLER, 1.0))
            await heard.hang_up()
            await call.hear_tone(BYE)
            await call.ended(5.0)
    row = await house.row_of(caller)
    assert (row["outcome"], row["agent"]) == ("answered", "8002")
    await until(lambda: len(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])) == 2)
    talks = house.rows("SELECT number, agent, cause FROM talks WHERE call = ? ORDER BY number", row["call"])
    assert talks == [(1, "8001", "transferred"), (2, "8002", "normal")]
    assert transfers(house, caller) == [(by, "agent", "8002", "reached")]
    assert "agent 8001 hands the caller to agent 8002" in await why(house, row["call"])
    assert house.rows("SELECT count(*) FROM calls WHERE caller NOT LIKE '+8613%' AND caller NOT LIKE '13%'") == [(0,)]


@pytest.mark.parametrize(("number", "reaction"), [(0, LetRing()), (1, Reject(486)), (2, Reject(603))])
async def test_who_is_not_reached_leaves_the_caller_to_the_one_who_asked(
    house: LiveSite, number: int, reaction: LetRing | Reject
) -> None:
    caller = f"1391000000{number}"
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        async with house.signed_in("8002", lambda call: reaction):
            await ask(house, "phone", caller, ringing, "8002")
            await ringing.ended(5.0)
            again = await asyncio.wait_for(first.new_calls.get(), 15.0)
            await again.hear_tone(CALLER, after=again.facts.invite_at)
            await call.hear_tone(AGENT, after=again.facts.invite_at)
            await call.hang_up()
    await house.row_of(caller)
    assert transfers(house, caller) == [("phone", "agent", "8002", "returned")]


async def test_a_queue_by_its_code_and_a_flow_by_its_own(house: LiveSite) -> None:
    caller = "13920000001"
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        async with house.signed_in("8002", second) as other:
            await ask(house, "phone", caller, ringing, "81")
            heard = await asyncio.wait_for(other.new_calls.get(), 20.0)
            await heard.hear_tone(CALLER, after=heard.facts.invite_at)
            await heard.press("*282#")
            asked_at = asyncio.get_running_loop().time()
            await call.hear_tone(MENU, after=asked_at)
            await heard.ended(5.0)
            await call.hang_up()
    await house.row_of(caller)
    assert transfers(house, caller) == [
        ("phone", "queue", "care care>=3", "reached"),
        ("code", "flow", "main", "reached"),
    ]


async def outside(house: LiveSite, on_ring: OnRing) -> AgentPhone:
    """Somebody in the telephone network, at the number."""
    return AgentPhone(house.endpoint, ("127.0.0.1", 1), Credentials(OUTSIDE, ""), on_ring)


async def test_a_number_outside_and_back_when_it_is_busy(house: LiveSite) -> None:
    caller = "13930000001"
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        network = await outside(house, lambda call: Reject(486))
        await ask(house, "phone", caller, ringing, "13900139000")
        again = await asyncio.wait_for(first.new_calls.get(), 15.0)
        await again.hear_tone(CALLER, after=again.facts.invite_at)
        network.on_ring = second
        await ask(house, "phone", caller, again, OUTSIDE)
        await network.new_calls.get()  # the busy one
        heard = await asyncio.wait_for(network.new_calls.get(), 10.0)
        await heard.hear_tone(CALLER)
        await call.hear_tone(SECOND)
        await house.in_place(caller, "transferred")
        assert heard.facts.from_user == "95183"
        await network.close()
        await call.hear_tone(BYE)
        await call.ended(5.0)
    await house.row_of(caller)
    assert transfers(house, caller) == [
        ("phone", "number", OUTSIDE, "returned"),
        ("phone", "number", OUTSIDE, "reached"),
    ]


@pytest.mark.parametrize("to", ["+882999", "9999", "8001", "nobody"])
async def test_whom_nobody_allowed_is_refused_and_the_talk_goes_on(house: LiveSite, to: str) -> None:
    caller = "13940000001"
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        since = house.log_file.stat().st_size
        to_agent, to_caller = house.answers_refer
        assert await ringing.refer(f"sip:{to}@10.1.2.3") == to_agent
        if to_agent == 202:
            assert await ringing.transferred() == 603
        await until(lambda: bool(house.logged("transfer refused", since)))
        assert await call.refer("sip:8002@127.0.0.1") == to_caller
        now = asyncio.get_running_loop().time()
        await ringing.hear_tone(CALLER, after=now)
        await call.hear_tone(AGENT, after=now)
        await call.hang_up()
    await house.nobody_left()


@pytest.mark.parametrize("moment", ["ringing", "asked"])
async def test_a_controller_killed_in_the_middle_loses_nobody(house: LiveSite, moment: str) -> None:
    caller = f"1395000000{len(moment)}"
    async with patient(house), house.signed_in("8001", lambda call: ANSWERS) as first:
        call, ringing = await talking(house, caller, first)
        async with house.signed_in("8002", lambda call: LetRing() if moment == "ringing" else second(call)) as other:
            by = "phone" if moment == "ringing" else "http"  # whose answer says that it will not be forgotten
            await ask(house, by, caller, ringing, "8002")
            if moment == "ringing":
                heard = await asyncio.wait_for(other.new_calls.get(), 20.0)
            await house.stop_controller(signal.SIGKILL)
            await house.start_controller()
            if moment == "ringing":
                heard.answer(tone(SECOND, 1.0))
            else:
                heard = await asyncio.wait_for(other.new_calls.get(), 15.0)
            killed_at = asyncio.get_running_loop().time()
            await heard.hear_tone(CALLER, after=killed_at, timeout_s=20.0)
            await call.hear_tone(SECOND, after=killed_at)
            await call.hang_up()
    row = await house.row_of(caller)
    assert row["outcome"] == "answered"
    assert transfers(house, caller) == [(by, "agent", "8002", "reached")]
    assert house.rows("SELECT number, agent FROM talks WHERE call = ? ORDER BY number", row["call"]) == [
        (1, "8001"),
        (2, "8002"),
    ]
    await house.nobody_left()
