"""Agents consult somebody, connect, swap, give back, let three talk: on each real switch with real phones."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from phones.agent_phone import AgentPhone, Answer, LetRing, OnRing, Reject
from phones.audio import tone
from phones.call import Call
from phones.caller import OutgoingCall
from phones.digest import Credentials
from phones.incoming import IncomingCall
from tests.live.conftest import until
from tests.live.live_site import LiveSite
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, BYE, CALLER, CODE, WHISPER
from tests.live.sites import site_on

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

OTHER = 500
"""What the one who is consulted says, in Hz."""
OUTSIDE = "+8613900139000"
RULES = "reach_s: 15\nback_s: 6\nkinds: [mobile]\ncodes:\n  81: {queue: care, skills: [care>=3]}\n"
BY = {"code": 0, "http": 1}
KEYS = {"give-back": "*1", "swap": "*4", "connect": "*5", "conference": "*6"}
ANSWERS = Answer(clip=tone(AGENT, 1.0))


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with site_on(request.param, tmp_path_factory.mktemp("house")) as house:
        await house.publish(
            {"dialplans/transfers.yaml": RULES}, {"agent_refused": CODE}, lengths_s={"agent_refused": 1.0}
        )
        yield house


def now() -> float:
    return asyncio.get_running_loop().time()


async def hear(*pairs: tuple[Call, int]) -> None:
    """Each hears this from now on."""
    since = now()
    await asyncio.gather(*(listener.hear_tone(hz, after=since) for listener, hz in pairs))


async def in_turn(*people: tuple[Call, int]) -> None:
    """Each speaks alone, and all others hear it; then all speak again."""
    for person, _ in people:
        person.say(None)
    for speaker, hz in people:
        speaker.say(tone(hz, 1.0), loop=True)
        await hear(*((listener, hz) for listener, _ in people if listener is not speaker))
        speaker.say(None)
    for person, hz in people:
        person.say(tone(hz, 1.0), loop=True)


def other(call: IncomingCall) -> Answer:
    return Answer(clip=tone(OTHER, 1.0))


class Talk:
    """A caller in a talk with 8001, and the phone of 8002."""

    def __init__(self, house: LiveSite, caller: str, by: str) -> None:
        self.house = house
        self.caller = caller
        self.by = by
        self.name = ""
        self.call: OutgoingCall
        self.agent: IncomingCall
        self.phone: AgentPhone
        self.third: IncomingCall

    async def consult(self, to: str = "8002") -> None:
        """Ask for it, by this talk's mouth."""
        if self.by == "code":
            await self.agent.press(f"*3{to}#")
        else:
            assert await self.house.post(f"/calls/{self.name}/consultation", to=to) == 202

    async def reached(self, to: str = "8002") -> None:
        """The agent and the one who is consulted hear each other, and the caller hears neither."""
        await self.consult(to)
        self.third = await asyncio.wait_for(self.phone.new_calls.get(), 20.0)
        await hear((self.agent, OTHER), (self.third, AGENT))

    async def do(self, what: str) -> None:
        if self.by == "code":
            await self.agent.press(KEYS[what])
        else:
            assert await self.house.post(f"/calls/{self.name}/consultation/{what}") == 202

    async def talks(self) -> list[tuple[int, str | None, str, str]]:
        """Those of the call, once it has its row."""
        row = await self.house.row_of(self.caller)
        query = "SELECT number, agent, role, cause FROM talks WHERE call = ? ORDER BY number"
        return [(*found,) for found in self.house.rows(query, row["call"])]  # type: ignore[misc]  # four columns

    def transfers(self) -> list[tuple[str | int, ...]]:
        query = "SELECT by, kind, target, outcome, consulted FROM transfers WHERE call = ? ORDER BY number"
        return self.house.rows(query, self.name)


@asynccontextmanager
async def talking(house: LiveSite, caller: str, by: str = "http", on_ring: OnRing = other) -> AsyncIterator[Talk]:
    """Caller and agent hear each other; 8002 is signed in."""
    talk = Talk(house, caller, by)
    async with house.signed_in("8001", lambda call: ANSWERS) as first:
        talk.call = await house.queued(caller)
        talk.agent = await asyncio.wait_for(first.new_calls.get(), 20.0)
        whispered_at = await talk.agent.hear_tone(WHISPER)
        await talk.agent.hear_tone(CALLER, after=whispered_at)
        await talk.call.hear_tone(AGENT)
        talk.name = (await house.in_place(caller, "talking"))["call"]
        async with house.signed_in("8002", on_ring) as talk.phone:
            yield talk
            await talk.call.hang_up()
    await house.nobody_left()


async def state(talk: Talk) -> str:
    call = await talk.house.call_of(talk.caller)
    assert call is not None
    return "over" if call["consultation"] is None else call["consultation"]["state"]


@pytest.mark.parametrize("by", ["code", "http"])
async def test_connect_the_caller_has_the_new_agent_and_the_first_is_in_wrap_up(house: LiveSite, by: str) -> None:
    async with talking(house, f"1396000000{BY[by]}", by) as talk:
        await talk.reached()
        assert await state(talk) == "talking"
        await talk.do("connect")
        await hear((talk.call, OTHER), (talk.third, CALLER))
        await talk.agent.ended(5.0)
        await house.agent_is("8001", "wrap_up", "idle")
        await talk.third.hang_up()
        await talk.call.hear_tone(BYE)
        await talk.call.ended(5.0)
    assert await talk.talks() == [(1, "8001", "agent", "normal"), (2, "8002", "outside", "normal")]
    assert talk.transfers() == [(by, "agent", "8002", "reached", 1)]
    await until(lambda: len(house.rows("SELECT path FROM recordings WHERE call = ?", talk.name)) == 2)
    legs = house.rows("SELECT role, cause FROM legs WHERE call = ? ORDER BY began_at", talk.name)
    assert [role for role, _ in legs] == ["caller", "agent", "outside"]


@pytest.mark.parametrize("by", ["code", "http"])
async def test_swap_and_swap_back_and_give_back(house: LiveSite, by: str) -> None:
    async with talking(house, f"1396100000{BY[by]}", by) as talk:
        await talk.reached()
        await talk.do("swap")
        await hear((talk.call, AGENT), (talk.agent, CALLER))
        await talk.do("swap")
        await hear((talk.third, AGENT), (talk.agent, OTHER))
        await talk.do("give-back")
        await hear((talk.call, AGENT), (talk.agent, CALLER))
        await talk.third.ended(5.0)
        assert await state(talk) == "over"
        await house.agent_is("8002", "idle")
    agents = [(agent, role) for _, agent, role, _ in await talk.talks()]
    assert agents == [("8001", "agent")] * 3
    assert talk.transfers() == [(by, "agent", "8002", "given_back", 1)]


@pytest.mark.parametrize("by", ["code", "http"])
@pytest.mark.parametrize("leaves", ["agent", "third", "caller"])
async def test_three_hear_each_other_and_each_leaves_alone(house: LiveSite, by: str, leaves: str) -> None:
    async with talking(house, f"139620000{BY[by]}{len(leaves)}", by) as talk:
        await talk.reached()
        await talk.do("conference")
        everybody = {"caller": (talk.call, CALLER), "agent": (talk.agent, AGENT), "third": (talk.third, OTHER)}
        await in_turn(*everybody.values())
        assert await state(talk) == "conference"
        gone = everybody.pop(leaves)[0]
        await gone.hang_up()
        if leaves == "caller":
            await talk.agent.ended(5.0)
            await talk.third.ended(5.0)
        else:
            await in_turn(*everybody.values())
            await house.in_place(talk.caller, {"agent": "transferred", "third": "talking"}[leaves])
    assert talk.transfers() == [
        (by, "agent", "8002", {"agent": "reached", "third": "given_back", "caller": "caller_left"}[leaves], 1)
    ]


async def test_a_number_outside_is_consulted_and_connected(house: LiveSite) -> None:
    async with talking(house, "13963000001", "code") as talk:
        talk.phone = AgentPhone(house.endpoint, ("127.0.0.1", 1), Credentials(OUTSIDE, ""), other)
        try:
            await talk.reached("13900139000")
            assert talk.third.facts.from_user == "95183"
            await talk.do("connect")
            await hear((talk.call, OTHER), (talk.third, CALLER))
            await talk.agent.ended(5.0)
        finally:
            await talk.phone.close()
        await talk.call.hear_tone(BYE)
    assert talk.transfers() == [("code", "number", OUTSIDE, "reached", 1)]


@pytest.mark.parametrize("reaction", [Reject(486), LetRing()])
async def test_who_does_not_answer_gives_the_caller_back(house: LiveSite, reaction: OnRing | Reject | LetRing) -> None:
    async with talking(house, "13964000001", "code", lambda call: reaction) as talk:  # type: ignore[return-value]
        await talk.consult()
        await asyncio.wait_for(talk.phone.new_calls.get(), 20.0)
        if isinstance(reaction, LetRing):
            await until(lambda: _is(talk, "ringing"), 20.0)
            await until(lambda: _is(talk, "over"), 25.0)
        await hear((talk.call, AGENT), (talk.agent, CALLER))
    assert talk.transfers() == [("code", "agent", "8002", "returned", 1)]


async def _is(talk: Talk, wanted: str) -> bool:
    return await state(talk) == wanted


@pytest.mark.parametrize("keys", ["*38001#", "*39999#", "*5", "*4", "*29999#"])
async def test_a_code_that_is_refused_is_heard_by_the_agent_and_the_talk_goes_on(house: LiveSite, keys: str) -> None:
    async with talking(house, "13965000001", "code") as talk:
        pressed_at = now()
        await talk.agent.press(keys)
        refused_at = await talk.agent.hear_tone(CODE, after=pressed_at)
        await talk.agent.hear_tone(CALLER, after=refused_at + 1.0)
        await hear((talk.call, AGENT))
        assert talk.phone.new_calls.empty()


async def test_over_http_what_cannot_be_is_told(house: LiveSite) -> None:
    async with talking(house, "13966000001") as talk:
        assert await house.post(f"/calls/{talk.name}/consultation", to="8001") == 422
        assert await house.post(f"/calls/{talk.name}/consultation/connect") == 409
        assert await house.post("/calls/nobody/consultation/swap") == 404
        await talk.reached()
        assert await house.post(f"/calls/{talk.name}/consultation", to="8002") == 409
        assert await house.post(f"/calls/{talk.name}/transfer", to="8002") == 202  # and is refused
        await hear((talk.agent, OTHER), (talk.third, AGENT))


@pytest.mark.parametrize("moment", ["ringing", "talking", "swapped", "conference"])
async def test_a_controller_killed_during_a_consultation_loses_nobody(house: LiveSite, moment: str) -> None:
    rings = moment == "ringing"
    reaction: OnRing = (lambda call: LetRing()) if rings else other
    async with talking(house, f"139670000{len(moment):02}", "http", reaction) as talk:
        if rings:
            await talk.consult()
            talk.third = await asyncio.wait_for(talk.phone.new_calls.get(), 20.0)
        else:
            await talk.reached()
        if moment == "swapped":
            await talk.do("swap")
            await hear((talk.call, AGENT), (talk.agent, CALLER))
        elif moment == "conference":
            await talk.do(moment)
            await in_turn((talk.call, CALLER), (talk.agent, AGENT), (talk.third, OTHER))
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        if rings:
            talk.third.answer(tone(OTHER, 1.0))
        people = {
            "swapped": [(talk.call, CALLER), (talk.agent, AGENT)],
            "conference": [(talk.call, CALLER), (talk.agent, AGENT), (talk.third, OTHER)],
        }.get(moment, [(talk.agent, AGENT), (talk.third, OTHER)])
        await in_turn(*people)
        assert await state(talk) == ("talking" if rings else moment)
        await talk.do("connect")
        await hear((talk.call, OTHER), (talk.third, CALLER))
        await talk.agent.ended(5.0)
    assert talk.transfers() == [("http", "agent", "8002", "reached", 1)]
    assert (await house.row_of(talk.caller))["outcome"] == "answered"
