"""An agent holds the caller, calls somebody from the same phone, and presses Transfer: REFER with Replaces."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from phones.agent_phone import AgentPhone, Answer, LetRing, OnRing
from phones.audio import tone
from phones.call import Call
from phones.caller import OutgoingCall
from phones.digest import Credentials
from phones.incoming import IncomingCall
from tests.live.live_site import LiveSite
from tests.live.rigs import SWITCHES
from tests.live.site_files import AGENT, BYE, CALLER, WHISPER
from tests.live.sites import site_on

pytestmark = [pytest.mark.live, pytest.mark.asyncio(loop_scope="module")]

OTHER = 500
"""What the one who is called says, in Hz."""
OUTSIDE, FORBIDDEN = "13900139000", "01069445566"
ANSWERS = Answer(clip=tone(AGENT, 1.0))
TRANSFERS = "dialplans/transfers.yaml"
FILES = {
    TRANSFERS: "reach_s: 6\nback_s: 6\nkinds: [mobile]\n",
    "dialplans/outgoing.yaml": "kinds: [mobile, fixed]\ncaller_id: '95183'\n",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=SWITCHES)
async def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveSite]:
    async with site_on(request.param, tmp_path_factory.mktemp("house")) as house:
        await house.publish(FILES, {})
        yield house


@asynccontextmanager
async def patient(house: LiveSite) -> AsyncIterator[None]:
    """A phone may ring for longer than a controller takes to start on a busy machine."""
    await house.publish({**FILES, TRANSFERS: FILES[TRANSFERS].replace("reach_s: 6", "reach_s: 30")}, {})
    try:
        yield
    finally:
        await house.publish(FILES, {})


def other(call: IncomingCall) -> Answer:
    return Answer(clip=tone(OTHER, 1.0))


async def hear(*pairs: tuple[Call, int]) -> None:
    """Each hears this from now on."""
    since = asyncio.get_running_loop().time()
    await asyncio.gather(*(listener.hear_tone(hz, after=since) for listener, hz in pairs))


async def rung(call: OutgoingCall) -> None:
    """Return once the phone knows that it rings at the other end."""
    while call.facts.ringing_at is None:  # noqa: ASYNC110 - a phone tells nobody of a 180
        await asyncio.sleep(0.02)


async def asks(house: LiveSite, asker: Call, target: str, named: Call) -> None:
    """Press Transfer on one of two calls."""
    assert await asker.refer(target, named) == house.answers_refer[0]


async def told(house: LiveSite, asker: Call, *statuses: int) -> None:
    """The phone is told what became of it, where the switch lets it know."""
    if house.answers_refer[0] == 202:
        assert await asker.transferred() in statuses


class Talk:
    """A caller whom the agent 8001 has put on hold."""

    call: OutgoingCall
    agent: IncomingCall
    own: OutgoingCall

    def __init__(self, house: LiveSite, caller: str, phone: AgentPhone) -> None:
        self.house, self.caller, self.phone = house, caller, phone

    async def dials(self, number: str) -> OutgoingCall:
        """From the same phone."""
        self.own = await self.phone.dial(number, clip=tone(AGENT, 1.0))
        return self.own

    async def outcomes(self) -> list[tuple[object, ...]]:
        """Of the call, once it has its row: who was asked for, and what became of it."""
        row = await self.house.row_of(self.caller)
        query = "SELECT by, kind, target, outcome, consulted FROM transfers WHERE call = ? ORDER BY number"
        return self.house.rows(query, row["call"])

    async def talks(self) -> list[tuple[object, ...]]:
        row = await self.house.row_of(self.caller)
        query = "SELECT number, agent, role, cause FROM talks WHERE call = ? ORDER BY number"
        return self.house.rows(query, row["call"])


@asynccontextmanager
async def held(house: LiveSite, caller: str) -> AsyncIterator[Talk]:
    """The caller hears music: the agent has put them on hold."""
    async with house.signed_in("8001", lambda call: ANSWERS) as phone:
        talk = Talk(house, caller, phone)
        talk.call = await house.queued(caller)
        talk.agent = await asyncio.wait_for(phone.new_calls.get(), 20.0)
        whispered_at = await talk.agent.hear_tone(WHISPER)
        await talk.agent.hear_tone(CALLER, after=whispered_at)
        await talk.call.hear_tone(AGENT)
        await talk.agent.hold()
        yield talk
    await house.nobody_left()


@asynccontextmanager
async def phone_of(house: LiveSite, number: str, on_ring: OnRing = other) -> AsyncIterator[AgentPhone]:
    """The phone of 8002, or of somebody outside."""
    if number == "8002":
        async with house.signed_in(number, on_ring) as phone:
            assert await house.post("/agents/8002/pause", reason="break") == 200  # it is not to ring for the queue
            yield phone
        return
    phone = AgentPhone(house.endpoint, ("127.0.0.1", 1), Credentials(f"+86{number.lstrip('0')}", ""), on_ring)
    try:
        yield phone
    finally:
        await phone.close()


@pytest.mark.parametrize("held_too", [False, True])
@pytest.mark.parametrize("asked_on", ["the talk", "the other call"])
async def test_the_other_one_has_the_caller_and_the_agent_is_free(
    house: LiveSite, asked_on: str, held_too: bool
) -> None:
    caller = f"139100010{len(asked_on):02}{held_too:d}"[:11].ljust(11, "0")
    async with phone_of(house, "8002") as second, held(house, caller) as talk:
        own = await talk.dials("8002")
        third = await asyncio.wait_for(second.new_calls.get(), 20.0)
        await hear((own, OTHER), (third, AGENT))
        if held_too:
            await own.hold()
        asker, named = (talk.agent, own) if asked_on == "the talk" else (own, talk.agent)
        asked_at = asyncio.get_running_loop().time()
        await asks(house, asker, "sip:8002@10.1.2.3", named)
        heard_at = await asyncio.gather(
            talk.call.hear_tone(OTHER, after=asked_at), third.hear_tone(CALLER, after=asked_at)
        )
        print(f"\nREFER to both hear each other: {(max(heard_at) - asked_at) * 1000:.0f} ms")
        await told(house, asker, 200)
        await asyncio.gather(talk.agent.ended(5.0), own.ended(5.0))
        await house.agent_is("8001", "wrap_up", "idle")
        await house.in_place(caller, "transferred")
        await third.hang_up()
        await talk.call.hear_tone(BYE)
        await talk.call.ended(5.0)
        assert await talk.outcomes() == [("phone", "agent", "8002", "reached", 1)]
        assert await talk.talks() == [(1, "8001", "agent", "transferred"), (2, "8002", "outside", "normal")]
        assert house.rows("SELECT direction, outcome, cause FROM calls ORDER BY arrived_at DESC LIMIT 1") == [
            ("internal", "answered", "transferred")
        ]


@pytest.mark.parametrize("answers", [True, False])
async def test_the_agent_leaves_while_the_other_phone_rings(house: LiveSite, answers: bool) -> None:
    caller = f"1391000200{answers:d}"
    async with phone_of(house, "8002", lambda call: LetRing()) as second, held(house, caller) as talk:
        own = await talk.dials("8002")
        ringing = await asyncio.wait_for(second.new_calls.get(), 20.0)
        await rung(own)
        await asks(house, talk.agent, "sip:8002@127.0.0.1", own)
        await told(house, talk.agent, 200)
        await asyncio.gather(talk.agent.ended(5.0), own.ended(5.0))
        if answers:
            ringing.answer(tone(OTHER, 1.0))
            await hear((talk.call, OTHER), (ringing, CALLER))
        else:
            ringing.reject(486)
            again = await asyncio.wait_for(talk.phone.new_calls.get(), 15.0)
            await hear((talk.call, AGENT), (again, CALLER))
        await talk.call.hang_up()
        assert await talk.outcomes() == [("phone", "agent", "8002", "reached" if answers else "returned", 1)]


async def test_a_number_outside_to_which_agents_may_hand_callers_on(house: LiveSite) -> None:
    async with phone_of(house, OUTSIDE) as network, held(house, "13910003001") as talk:
        own = await talk.dials(OUTSIDE)
        third = await asyncio.wait_for(network.new_calls.get(), 20.0)
        await hear((own, OTHER), (third, AGENT))
        await asks(house, talk.agent, f"sip:{OUTSIDE}@127.0.0.1", own)
        await hear((talk.call, OTHER), (third, CALLER))
        await talk.call.hang_up()
        assert await talk.outcomes() == [("phone", "number", f"+86{OUTSIDE}", "reached", 1)]


async def test_what_the_house_does_not_allow_is_refused_and_both_calls_go_on(house: LiveSite) -> None:
    """A number that may be called, and not handed on to; another phone's call; one that nobody has."""
    async with phone_of(house, FORBIDDEN) as network, held(house, "13910004001") as talk:
        own = await talk.dials(FORBIDDEN)
        third = await asyncio.wait_for(network.new_calls.get(), 20.0)
        await hear((own, OTHER), (third, AGENT))
        await asks(house, talk.agent, "sip:8002@127.0.0.1", own)
        await told(house, talk.agent, 603)
        await asks(house, talk.agent, "sip:8002@127.0.0.1", talk.call)  # a caller's own call is no other one
        await told(house, talk.agent, 603)
        await hear((own, OTHER), (third, AGENT))
        await own.hang_up()
        if await talk.agent.refer("sip:8002@127.0.0.1", own) == 202:
            assert await talk.agent.transferred() == 603
        await talk.agent.resume()
        await hear((talk.call, AGENT), (talk.agent, CALLER))
        await talk.call.hang_up()
        assert {row[3] for row in await talk.outcomes()} == {"refused"}


@pytest.mark.parametrize("moment", ["before it is asked for", "while the other phone rings"])
async def test_a_controller_killed_in_the_middle_loses_nobody(house: LiveSite, moment: str) -> None:
    rings = moment.startswith("while")
    caller = f"1391000500{rings:d}"
    async with (
        patient(house),
        phone_of(house, "8002", (lambda call: LetRing()) if rings else other) as second,
        held(house, caller) as talk,
    ):
        own = await talk.dials("8002")
        third = await asyncio.wait_for(second.new_calls.get(), 20.0)
        if rings:
            await rung(own)
            await asks(house, talk.agent, "sip:8002@127.0.0.1", own)
            await told(house, talk.agent, 200)
            await asyncio.gather(talk.agent.ended(5.0), own.ended(5.0))
        else:
            await hear((own, OTHER), (third, AGENT))
        await house.stop_controller(signal.SIGKILL)
        await house.start_controller()
        if rings:
            third.answer(tone(OTHER, 1.0))
        else:
            await asks(house, talk.agent, "sip:8002@127.0.0.1", own)
        await hear((talk.call, OTHER), (third, CALLER))
        await asyncio.gather(talk.agent.ended(10.0), own.ended(10.0))
        await talk.call.hang_up()
        assert await talk.outcomes() == [("phone", "agent", "8002", "reached", 1)]
