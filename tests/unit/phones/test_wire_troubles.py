"""Lost datagrams, hold and resume, closed doors, and strangers: what the wire does to a phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from phones import transactions
from phones.agent_phone import AgentPhone, Answer, Habits, LetRing, Reject
from phones.audio import tone
from phones.call import Call
from phones.caller import PhoneLine
from phones.digest import Credentials
from phones.endpoint import Endpoint
from phones.facts import CallFailed
from phones.hostile import MAX_RATE_PER_S, flood_of_invites, garbage, half_invite, send_slowly
from phones.media import MediaEngine
from phones.transactions import Address
from tests.ports import WORKER

pytestmark = pytest.mark.unit


class LossyEndpoint(Endpoint):
    """Loses each datagram the first time that it is sent."""

    def send(self, data: bytes, peer: Address) -> None:
        """Only repetitions go out."""
        seen = self.__dict__.setdefault("seen", set())
        if data in seen:
            super().send(data, peer)
        seen.add(data)


@pytest.fixture
async def endpoints() -> AsyncIterator[list[Endpoint]]:
    """Two that lose datagrams, then two that do not; closed after the phones are."""
    opened = [await kind.open() for kind in (LossyEndpoint, LossyEndpoint, Endpoint, Endpoint)]
    yield opened
    for endpoint in opened:
        endpoint.close()


@pytest.fixture
async def lossy_desk(endpoints: list[Endpoint]) -> AsyncIterator[AgentPhone]:
    phone = AgentPhone(endpoints[1], ("127.0.0.1", 5060), Credentials("1001", "secret"))
    yield phone
    await phone.close()


@pytest.fixture
async def desk(endpoints: list[Endpoint]) -> AsyncIterator[AgentPhone]:
    phone = AgentPhone(endpoints[3], ("127.0.0.1", 5060), Credentials("1001", "secret"))
    yield phone
    await phone.close()


def _line(street: Endpoint, desk: AgentPhone) -> PhoneLine:
    return PhoneLine(street, (desk.endpoint.host, desk.endpoint.port), "42")


async def test_a_call_survives_that_everything_is_lost_once(
    endpoints: list[Endpoint], lossy_desk: AgentPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "T1_S", 0.05)
    desk = lossy_desk
    call = await _line(endpoints[0], desk).dial("1001")
    talking = await desk.new_calls.get()
    await call.answered(20)
    await call.hear_silence(0.3, 20)
    assert talking.invite.acknowledged
    await call.hang_up()
    assert (await talking.ended(20)).ended_by == "far"
    assert len(desk.facts) + len(desk.calls) == 1, "repeated INVITEs are one call"


async def test_hold_stops_the_far_end_and_resume_brings_it_back(endpoints: list[Endpoint], desk: AgentPhone) -> None:
    desk.on_ring = lambda call: Answer(clip=tone(400, 1))
    call = await _line(endpoints[2], desk).dial("1001")
    await call.hear_tone(400, 20)
    await call.hold()
    await call.hear_silence(0.2, 20)
    sent = desk.calls[0].facts.packets_sent
    await call.hear_silence(0.3, 20)
    assert desk.calls[0].facts.packets_sent == sent
    resumed_at = asyncio.get_running_loop().time()
    await call.hold(False)
    assert await call.hear_tone(400, 20, after=resumed_at) > resumed_at
    await call.hang_up()


async def test_who_only_tries_to_hold_is_not_waited_for_without_end(
    endpoints: list[Endpoint], desk: AgentPhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = await _line(endpoints[2], desk).dial("1001")
    await call.answered(20)
    monkeypatch.setattr(transactions, "TIMEOUT_S", 0.2)
    monkeypatch.setattr(Call, "_renegotiate", lambda self, transaction: transaction.respond(100, "Trying"))
    with pytest.raises(CallFailed, match="408 no final answer"):
        await call.hold()
    await call.hang_up()


async def test_nobody_there_is_a_timeout(endpoints: list[Endpoint], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "T1_S", 0.01)
    monkeypatch.setattr(transactions, "TIMEOUT_S", 0.1)
    call = await PhoneLine(endpoints[2], ("127.0.0.1", 9)).dial("1001")
    with pytest.raises(CallFailed, match="408"):
        await call.answered(20)
    assert call.facts.ended_by == "failure"


async def test_strangers_leave_a_phone_working(endpoints: list[Endpoint], desk: AgentPhone) -> None:
    rng = Random(11)
    target = (desk.endpoint.host, desk.endpoint.port)
    noise = [garbage(rng) for _ in range(60)] + [half_invite(rng, target) for _ in range(20)]
    sent = await send_slowly(target, [*noise, *flood_of_invites(rng, target, 20)], MAX_RATE_PER_S)
    call = await _line(endpoints[2], desk).dial("1001")
    await call.answered(20)
    assert sent == 100
    assert desk.endpoint.bad_datagrams > 40
    await call.hang_up()


@pytest.mark.parametrize(
    ("target", "rate_per_s", "complaint"),
    [
        (("192.0.2.1", 5060), 10.0, "not loopback"),
        (("127.0.0.1", 5060), MAX_RATE_PER_S + 1, "rate"),
        (("127.0.0.1", 5060), 0.0, "rate"),
        (("example.org", 5060), 10.0, "address"),
    ],
)
async def test_hostile_traffic_keeps_its_limits(target: Address, rate_per_s: float, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        await send_slowly(target, [b"x"], rate_per_s)


async def test_no_free_rtp_port_is_said() -> None:
    first = 19_900 + 4 * WORKER  # below those of clients, and of other tests
    media = MediaEngine(Random(1), ports=range(first, first + 4))
    opened = [media.open_stream("127.0.0.1") for _ in range(2)]
    assert sorted(stream.port for stream in opened) == [first, first + 2]
    with pytest.raises(OSError, match="no RTP port free"):
        media.open_stream("127.0.0.1")
    media.close()
    assert media.streams == 0


def test_habits_repeat_with_their_seed() -> None:
    def reactions(seed: int) -> list[object]:
        habits = Habits(Random(seed), misses=0.2, rejects=0.3)
        return [habits(None) for _ in range(200)]  # type: ignore[arg-type]  # they do not look at the call

    assert reactions(1) == reactions(1)
    assert reactions(1) != reactions(2)
    kinds = [type(reaction) for reaction in reactions(1)]
    assert 20 < kinds.count(LetRing) < 60
    assert 40 < kinds.count(Reject) < 80
