"""One controller with two real Asterisks: talks across both, and what the loss of one takes along."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import soundfile

from phones.agent_phone import Answer, LetRing, Reaction, Reject
from phones.audio import tone
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.facts import CallFailed
from switch.asterisk.instance.installation import Installation
from tests.live.conftest import until
from tests.live.site_files import AGENT, BYE, CALLER, MENU, WHISPER
from tests.live.test_house import share
from tests.live.two_switches_site import NODES, TwoSwitches

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

ANSWERS = Answer(clip=tone(AGENT, 1.0))
SUPERVISOR = 300


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TwoSwitches]:
    async with TwoSwitches(tmp_path_factory.mktemp("cell"), installation) as house:
        yield house


@pytest.mark.parametrize(("node", "agent"), [("a", "8002"), ("b", "8001"), ("a", "8001"), ("b", "8002")])
async def test_a_caller_of_either_switch_talks_to_a_phone_of_either(house: TwoSwitches, node: str, agent: str) -> None:
    caller = f"1380000010{NODES.index(node)}"
    async with house.signed_in(agent, lambda call: ANSWERS) as phone:
        call = await house.queued_on(node, caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        assert ringing.facts.from_user.endswith(caller), "the phone shows who calls"
        whispered_at = await ringing.hear_tone(WHISPER)
        await ringing.hear_tone(CALLER, after=whispered_at)
        await call.hear_tone(AGENT)
        live = await house.in_place(caller, "talking")
        assert live["call"].startswith(f"{node}@")
        await call.say(tone(CALLER, 1.0))
        with pytest.raises(TimeoutError):  # the whisper was the agent's alone
            await call.hear_tone(WHISPER, timeout_s=0.1, after=0.0)
        await ringing.hang_up()
        await call.hear_tone(BYE)
        await call.ended(timeout_s=20.0)
    row = await house.row_of(caller)
    assert (row["outcome"], row["agent"]) == ("answered", agent)
    legs = house.rows("SELECT leg, role FROM legs WHERE call = ?", row["call"])
    assert {leg.partition("@")[0] for leg, _ in legs} == {node}, "all legs of a call are on the caller's switch"
    await until(lambda: bool(house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])))
    path = house.rows("SELECT path FROM recordings WHERE call = ?", row["call"])[0][0]
    assert f"/var/{node}/" in path
    sound, rate = soundfile.read(path)
    middle = sound[len(sound) // 4 : -len(sound) // 4 or None]
    assert share(middle[:, 0], CALLER, rate) > 0.8
    assert share(middle[:, 1], AGENT, rate) > 0.8


@pytest.mark.parametrize(
    ("reaction", "reason"), [(Reject(486), "busy"), (Reject(603), "rejected"), (LetRing(), "no_answer")]
)
async def test_what_the_far_phone_says_comes_back(house: TwoSwitches, reaction: Reaction, reason: str) -> None:
    """By way of the other switch: the queues are told as of a phone of one's own."""
    caller = "13800000200"
    async with house.signed_in("8002", lambda call: reaction) as phone:
        call = await house.queued_on("a", caller)
        await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await house.in_place(caller, "waiting", 15.0)
        (agent,) = [row for row in (await house.live())["agents"] if row["agent"] == "8002"]
        assert (agent["state"], agent["reason"]) == ("paused", reason)
        await call.hang_up()
        await house.nobody_left()


async def test_a_phone_that_is_gone_from_the_other_switch_is_missed_at_once(house: TwoSwitches) -> None:
    """It is told of as gone, and nobody is rung; a call to it that goes out all the same comes back unreachable."""
    phone = house.phones["8002"]
    async with house.signed_in("8002", lambda call: ANSWERS):
        await phone.unregister()
        await house.agent_is("8002", "offline")
        await phone.register()
        await house.agent_is("8002", "idle")
    stranger = PhoneLine(house.endpoint, house.registrar_of("b"), "switch-a", house.peer())
    call = await stranger.dial("*8099")
    with pytest.raises(CallFailed) as failed:
        await call.answered(timeout_s=10.0)
    assert failed.value.status in (404, 480), failed.value


async def test_the_agents_keys_and_a_supervisor_reach_a_talk_across(house: TwoSwitches) -> None:
    caller = "13800000210"
    async with (
        house.signed_in("8002", lambda call: Answer()) as phone,  # says nothing, so that the caller is heard alone
        house.signed_in("8001", lambda call: Answer(clip=tone(SUPERVISOR, 1.0))) as chief,
    ):
        assert await house.post("/agents/8001/pause", reason="break") == 200
        call = await house.queued_on("b", caller)  # the agent at home, the supervisor across
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        talk = await house.in_place(caller, "talking")
        assert await house.post(f"/calls/{talk['call']}/supervise", account="8001", mode="whisper") in (200, 202)
        listening = await asyncio.wait_for(chief.new_calls.get(), 20.0)
        await listening.hear_tone(CALLER)
        call.say(None)  # one tone at a time
        await ringing.hear_tone(SUPERVISOR)
        with pytest.raises(TimeoutError):
            await call.hear_tone(SUPERVISOR, timeout_s=0.5, after=asyncio.get_running_loop().time())
        await call.hang_up()
        await listening.ended(timeout_s=20.0)
        await ringing.ended(timeout_s=20.0)
    async with house.signed_in("8002", lambda call: ANSWERS) as phone:
        call = await house.queued_on("a", caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        await ringing.press("*9")
        await until(lambda: bool(house.rows("SELECT number FROM cases WHERE asked_by = 'agent'")))
        await call.hang_up()
    await house.nobody_left()


async def test_the_transfer_key_of_a_phone_across_moves_nobody_and_the_code_does(house: TwoSwitches) -> None:
    """The phone's own switch does not know the call: docs/transfers.md says so."""
    caller = "13800000220"
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.queued_on("b", caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        assert await ringing.refer("sip:8002@127.0.0.1") == 202
        now = asyncio.get_running_loop().time()
        await asyncio.gather(ringing.hear_tone(CALLER, after=now), call.hear_tone(AGENT, after=now))
        async with house.signed_in("8002", lambda call: ANSWERS) as other:
            await ringing.press("*28002#")
            heard = await asyncio.wait_for(other.new_calls.get(), 10.0)
            await heard.hear_tone(CALLER)
            await call.hang_up()
    await house.nobody_left()


@pytest.mark.parametrize(
    ("user", "password"),
    [("switch-a", "wrong"), ("switch-a", ""), ("switch-b", "wrong"), ("13800000000", "")],
)
async def test_a_stranger_rings_no_phone_by_the_way_between_switches(
    house: TwoSwitches, user: str, password: str
) -> None:
    """Whatever it calls itself. One that shows no name of another switch is a caller, whatever it dials."""
    async with house.signed_in("8002", lambda call: LetRing()) as phone:
        assert await house.post("/agents/8002/pause", reason="break") == 200
        credentials = Credentials(user, password) if password else None
        line = PhoneLine(house.endpoint, house.registrar_of("b"), user, credentials)
        for dialled in ("*8002", "8002", "agent-8002"):
            call = await line.dial(dialled)
            if user == "switch-a":
                with pytest.raises(CallFailed) as failed:
                    await call.answered(timeout_s=10.0)
                assert failed.value.status in (401, 403)
            else:
                await call.hear_tone(MENU)
                await call.hang_up()
        assert phone.new_calls.empty()
    await house.nobody_left()


async def test_a_switch_that_knows_the_password_reaches_phones_and_nothing_else(house: TwoSwitches) -> None:
    line = PhoneLine(house.endpoint, house.registrar_of("b"), "switch-a", house.peer())
    async with house.signed_in("8002", lambda call: ANSWERS) as phone:
        assert await house.post("/agents/8002/pause", reason="break") == 200
        call = await line.dial("*8002")
        await asyncio.wait_for(phone.new_calls.get(), 10.0)
        await call.hear_tone(AGENT)
        await call.hang_up()
    for dialled in ("8002", "95183", "13800138000", "*13800138000", "*61", "s", "*8002&PJSIP/agent-8001", "*"):
        call = await line.dial(dialled)
        with pytest.raises(CallFailed):
            await call.answered(timeout_s=10.0)


async def test_one_switch_dies_and_its_calls_only(house: TwoSwitches) -> None:
    near, across, far, menu = (f"1380000030{number}" for number in range(4))
    since = house.log_file.stat().st_size
    async with (
        house.signed_in("8001", lambda call: ANSWERS) as at_a,
        house.signed_in("8002", lambda call: ANSWERS) as at_b,
    ):
        assert await house.post("/agents/8002/pause", reason="break") == 200
        talk = await house.queued_on("a", near)
        heard = await asyncio.wait_for(at_a.new_calls.get(), 20.0)
        await heard.hear_tone(CALLER)
        assert await house.post("/agents/8002/ready") == 200
        other = await house.queued_on("a", across)
        crossing = await asyncio.wait_for(at_b.new_calls.get(), 20.0)
        await crossing.hear_tone(CALLER)
        await house.in_place(across, "talking")
        waits = await house.queued_on("b", far)
        await house.in_place(far, "waiting")
        chooses = await house.dial_on("b", menu)
        await chooses.hear_tone(MENU)
        await house.switches["b"].kill()
        await until(lambda: bool(house.logged("switch lost", since)))
        live = await house.live()
        assert (live["switches"], live["switch_up"]) == ({"a": True, "b": False}, False)
        async with house.session.get("/health") as answer:
            assert (answer.status, (await answer.json())["wrong"]) == (503, ["the switch b is away"])
        async with house.session.get("/metrics") as answer:
            metrics = await answer.text()
        assert 'hotline_switch_up{switch="a"} 1.0' in metrics
        assert 'hotline_switch_up{switch="b"} 0.0' in metrics
        now = asyncio.get_running_loop().time()
        await talk.hear_tone(AGENT, after=now)
        await heard.hear_tone(CALLER, after=now)
        assert {call["place"] for call in live["calls"] if call["call"].startswith("a@")} == {"talking"}
        # who waits on the dead one is not offered to anybody, and those on the other one are served
        await heard.hang_up()
        await talk.hear_tone(BYE)
        third = await house.queued_on("a", "13800000309")
        await asyncio.wait_for(at_a.new_calls.get(), 20.0)
        await third.hear_tone(AGENT)
        await third.hang_up()
        await house.switches["b"].start()
        await until(house.serves, 30.0)
        await other.hear_tone(BYE, timeout_s=15.0)  # its agent is lost: the flow goes on
        assert (await house.row_of(across))["outcome"] == "answered"
        for caller in (far, menu):
            assert (await house.row_of(caller))["outcome"] == "lost"
        assert {row["call"].partition("@")[0] for row in house.logged("call lost", since)} == {"b"}
        await asyncio.gather(*(call.hang_up() for call in (waits, chooses, crossing)))  # nobody answers them
    await house.nobody_left()


async def test_the_one_that_came_back_serves_as_before(house: TwoSwitches) -> None:
    caller = "13800000400"
    await house.phones["8002"].register()
    async with house.signed_in("8002", lambda call: ANSWERS) as phone:
        for node in NODES:
            call = await house.queued_on(node, caller)
            ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
            await ringing.hear_tone(CALLER)
            await call.hear_tone(AGENT)
            await call.hang_up()
            await house.nobody_left()


async def test_a_controller_that_starts_without_one_switch_serves_the_other(house: TwoSwitches) -> None:
    """And takes the other up when it comes, while a talk goes on."""
    caller = "13800000500"
    assert await house.stop_controller() == 0
    await house.switches["b"].stop()
    house.wanted["b"] = False
    await house.start_controller()
    house.wanted["b"] = True
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        call = await house.queued_on("a", caller)
        await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await call.hear_tone(AGENT)
        await house.switches["b"].start()
        await until(house.serves, 40.0)
        await call.hear_tone(AGENT, after=asyncio.get_running_loop().time())
        await call.hang_up()
    await house.nobody_left()
    await test_the_one_that_came_back_serves_as_before(house)


async def test_a_talk_across_outlives_the_controller(house: TwoSwitches) -> None:
    caller = "13800000600"
    async with house.signed_in("8002", lambda call: ANSWERS) as phone:
        call = await house.queued_on("a", caller)
        ringing = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        await ringing.hear_tone(CALLER)
        before = await house.in_place(caller, "talking")
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        now = asyncio.get_running_loop().time()
        await call.hear_tone(AGENT, after=now)
        await ringing.hear_tone(CALLER, after=now)
        assert (await house.in_place(caller, "talking"))["call"] == before["call"]
        await ringing.hang_up()
        await call.hear_tone(BYE)
    assert (await house.row_of(caller))["outcome"] == "answered"
    await house.nobody_left()
